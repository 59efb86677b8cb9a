import json
import random

import pytest
from tokenizers import Tokenizer

from climb_trainer import encoder, tokens

REGISTERS = ["the river's course, it's 42 ropes!", "  def f(x):\n\t\treturn {\"a\": x[1:]}\r\n", "naïve café — “l’été” 日本語 ١٢٣ Ⅳ ½ ǅ",
             "a\u0301\u200d👍🏽 \u00a0\u2003\u3000 \x00\x1c\x85", "aaaa aaaaaaa ababab        \n\n\n   x", "'s'll'VE I'd've 've"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Tokenizer:
    path = tmp_path_factory.mktemp("trained") / "tokenizer.json"
    path.write_bytes(tokens.train([text * 3 for text in REGISTERS] * 4, 600))
    return tokens.load(path)[0]


def by_library(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def test_random_text_gives_the_ids_of_the_library(trained):
    """Pieces of every register cut and joined anywhere, and characters of every plane between them."""
    draw = random.Random(11)
    texts = ["", "<|bos|>", *REGISTERS]
    for _ in range(3000):
        pieces = []
        for _ in range(draw.randrange(1, 12)):
            register = draw.choice(REGISTERS)
            start = draw.randrange(len(register))
            pieces.append(register[start:start + draw.randrange(1, 9)] * draw.choice((1, 1, 1, 2, 17)))
            pieces.append(tokens.clean(chr(draw.randrange(draw.choice((0x80, 0x3000, 0x110000))))))
        texts.append("".join(pieces))
    assert encoder.byte_ranks(trained) is not None
    for text, ids in zip(texts, encoder.encoder(trained)(texts), strict=True):
        assert ids.tolist() == by_library(trained, text), text


def test_both_libraries_cut_at_the_same_characters(trained):
    """Every character of the planes that hold more than ideographs, before a letter, a digit, a sign and a space. The
    merges are of a character's last byte with what follows, so that a cut between them shows."""
    form, vocab, _ = encoder._parts(trained)
    character = {byte: name for name, byte in encoder.BYTES.items()}
    merges = [[character[byte], character[ord(next)]] for byte in range(0xC0) for next in "a1! "]
    names = [tokens.BOS[0], *sorted(encoder.BYTES), *map("".join, merges)]
    model = form["model"] | {"vocab": {name: id for id, name in enumerate(names)}, "merges": merges}
    tokenizer = Tokenizer.from_str(json.dumps(form | {"model": model}))
    characters = [chr(c) for plane in (0, 1, 14) for c in range(plane << 16, plane + 1 << 16) if not 0xD800 <= c < 0xE000]
    texts = ["".join(f"{c}a;{c}1;{c}!a{c} ;" for c in characters[at:at + 256]) for at in range(0, len(characters), 256)]
    assert encoder.byte_ranks(tokenizer) is not None
    expected = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    for text, ids, library in zip(texts, encoder.encoder(tokenizer)(texts), expected, strict=True):
        assert ids.tolist() == library.ids, f"from U+{ord(text[0]):04X}"


def test_white_space_without_end_is_left_to_the_library(trained):
    text = " \n" * 600_000 + "x"
    assert next(iter(encoder.encoder(trained)([text]))).tolist() == by_library(trained, text)


@pytest.mark.parametrize("cores", [1, 7])
def test_any_number_of_cores_gives_the_same_ids_in_order(trained, monkeypatch, cores):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    texts = [REGISTERS[i % 6] * (i % 13) for i in range(200)]
    assert [ids.tolist() for ids in encoder.encoder(trained)(texts)] == [by_library(trained, text) for text in texts]


def changed(change):
    def build(trained: Tokenizer) -> Tokenizer:
        value = json.loads(trained.to_str())
        change(value)
        return Tokenizer.from_str(json.dumps(value))
    return build


def unreachable(value):
    """"abc" from "a" and "bc", after "ab" was merged: `tokenizers` never gets there, tiktoken would."""
    names = [tokens.BOS[0], *sorted(encoder.BYTES), "bc", "ab", "abc"]
    value["model"] |= {"vocab": {name: id for id, name in enumerate(names)}, "merges": [["b", "c"], ["a", "b"], ["ab", "c"]]}


def swapped(value):
    """The first and the last token have each other's ids."""
    vocab, (first, *_, last) = value["model"]["vocab"], map("".join, value["model"]["merges"])
    vocab[first], vocab[last] = vocab[last], vocab[first]


@pytest.mark.parametrize("change", [
    unreachable, swapped,
    lambda v: v["pre_tokenizer"].update(add_prefix_space=True),
    lambda v: v.update(normalizer={"type": "NFC"}),
    lambda v: v["model"].update(ignore_merges=True),
    lambda v: v["added_tokens"].append(v["added_tokens"][0] | {"id": len(v["model"]["vocab"]), "content": "<|pad|>"}),
    lambda v: v.update(model={"type": "WordLevel", "vocab": {"<|bos|>": 0}, "unk_token": "<|bos|>"}),
])
def test_a_tokenizer_of_another_form_is_left_to_the_library(trained, change):
    tokenizer = changed(change)(trained)
    assert encoder.byte_ranks(tokenizer) is None
    for text, ids in zip(REGISTERS, encoder.encoder(tokenizer)(REGISTERS), strict=True):
        assert ids.tolist() == by_library(tokenizer, text)
