"""Texts to ids at the speed of a corpus.

A tokenizer of the form that `tokens.train` gives is carried out by tiktoken: the same ids in a fifth
of the time. Any other keeps to the `tokenizers` library.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tiktoken
from tokenizers import Tokenizer

from . import tokens

# GPT-2's pre-tokeniser, which `tokenizers` calls ByteLevel, spelled as tiktoken spells it for GPT-2.
PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""


def encoder(tokenizer: Tokenizer):
    """A function from texts to their ids: one array a text, in order. No BOS; nothing in a text is special.

    It uses every core, and gives the same ids on any number of them.
    """
    def by_library(texts: list[str]):
        return (np.array(e.ids, np.uint32) for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False))

    ranks = byte_ranks(tokenizer)
    if ranks is None:
        return by_library
    encoding = tiktoken.Encoding("trained", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})
    pool = ThreadPoolExecutor(os.cpu_count())

    def by_tiktoken(text: str) -> np.ndarray:
        try:
            return encoding.encode_to_numpy(text)
        except ValueError:  # its regex gives up in white space of a million characters
            return next(by_library([text]))

    return lambda texts: pool.map(by_tiktoken, texts)


def byte_ranks(tokenizer: Tokenizer) -> dict[bytes, int] | None:
    """Bytes → id of every token but BOS; None for a tokenizer that isn't of our form.

    tiktoken merges whatever two neighbours together spell a token, lowest id first; `tokenizers` merges
    the pairs in its list, in its order. That is one and the same where ids follow the order of merges, a
    token's parts come before it, and every token is what its own bytes are merged to: then the bytes of
    a token that is due are always in the two parts that its merge names.
    """
    form, vocab, merges = _parts(tokenizer)
    untrained = tokens.blank()
    untrained.add_special_tokens([tokens.BOS[0]])
    names = [tokens.BOS[0], *sorted(BYTES), *map("".join, merges)]
    if form != _parts(untrained)[0] or len(names) != len(vocab) or vocab != {name: id for id, name in enumerate(names)}:
        return None
    if any(max(vocab[a], vocab[b]) >= vocab[a + b] for a, b in merges):
        return None
    if any([token.id for token in tokenizer.model.tokenize(name)] != [vocab[name]] for name in names[1:]):
        return None
    return {bytes(map(BYTES.__getitem__, name)): vocab[name] for name in names[1:]}


def _parts(tokenizer: Tokenizer) -> tuple[dict, dict[str, int], list[list[str]]]:
    """(everything else, vocabulary, merges); the latter two empty where the model has none."""
    form = json.loads(tokenizer.to_str())
    return form, form["model"].pop("vocab", {}), form["model"].pop("merges", [])


def _bytes() -> dict[str, int]:
    """Character → the byte that it stands for in a byte-level vocabulary (GPT-2's table)."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return {chr(byte if byte in printable else next(others)): byte for byte in range(256)}


BYTES = _bytes()
