"""The tokenizer: byte-level BPE trained on a sample, or any tokenizer.json that knows a BOS."""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from .contract import BadData

BOS = ("<|bos|>", "<s>", "<|begin_of_text|>", "<bos>", "<|endoftext|>")  # ours, Llama 2, Llama 3, Gemma, GPT-2


def train(texts, vocab_size: int) -> bytes:
    """tokenizer.json of a byte-level BPE (GPT-2's pre-tokeniser) trained on an iterator of texts.

    Id 0 is <|bos|>, then the 256 bytes, so that any text encodes. Small samples give fewer than
    vocab_size ids. Training has no randomness: counts, then ids, break every tie.
    """
    tokenizer = blank()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=[BOS[0]], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    return tokenizer.to_str(pretty=False).encode()


def blank() -> Tokenizer:
    """A byte-level BPE that has learned nothing."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def load(path: Path) -> tuple[Tokenizer, int]:
    """(tokenizer, BOS id). Text that spells a special token is encoded as plain text: the corpus
    can't forge a document boundary."""
    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except Exception as error:  # the library raises bare Exception for any malformed file
        raise BadData(f"file {path}: expected a tokenizer.json of the tokenizers library, found {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    for name in BOS:
        if (bos := tokenizer.token_to_id(name)) is not None:
            return tokenizer, bos
    raise BadData(f"file {path}: expected one of {', '.join(BOS)} in its vocabulary to mark where documents begin, "
                  "found none; add one as a special token")


def clean(text: str) -> str:
    """Text without lone surrogates (JSON can spell them, UTF-8 can't): each becomes U+FFFD."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def document(line: bytes, path: Path, number: int) -> tuple[str, str]:
    """(id, text) of a JSON line; BadData names file and line."""
    try:
        value = json.loads(line)
        if type(value["id"]) is not str or type(value["text"]) is not str:
            raise TypeError("id or text is not a string")
        return clean(value["id"]), clean(value["text"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadData(f"file {path} line {number}: expected {{\"id\", \"text\"}}, found {type(error).__name__}: {error}") from error
