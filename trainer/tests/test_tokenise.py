import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from climb_trainer import tokens
from conftest import result, run, sha256


def read(out, cluster):
    bin = np.fromfile(out / f"{cluster}.bin", "<u2")
    return bin, np.fromfile(out / f"{cluster}.idx", "<u8")


def test_every_document_comes_back_from_its_shard(tokenised, documents):
    tokenizer = Tokenizer.from_file(str(tokenised / "tokenizer.json"))
    bos = result(tokenised, "manifest.json")["bos"]
    for k in range(3):
        bin, idx = read(tokenised, f"c{k:04d}")
        mine = [d for i, d in enumerate(documents) if i % 3 == k and i != 7]
        assert len(idx) == len(mine) + 1 and idx[-1] == len(bin)
        for document, start, end in zip(mine, idx, idx[1:]):
            ids = bin[start:end].tolist()
            assert ids[0] == bos and bos not in ids[1:]  # "<|bos|>" in a text is text
            assert tokenizer.decode(ids[1:], skip_special_tokens=False) == tokens.clean(document["text"])


def test_manifest_counts_and_hashes(tokenised, documents):
    manifest = result(tokenised, "manifest.json")
    kept = [tokens.clean(d["text"]) for i, d in enumerate(documents) if i != 7]
    assert manifest["documents"] == len(kept) == 119
    assert manifest["bytes"] == sum(len(t.encode()) for t in kept)
    assert manifest["tokens"] == sum(c["tokens"] for c in manifest["clusters"])
    assert manifest["vocabSize"] == 320 and manifest["dtype"] == "uint16"
    for file in [manifest["tokenizer"], *(c[part] for c in manifest["clusters"] for part in ("bin", "idx"))]:
        assert file["sha256"] == sha256(tokenised / file["file"])
        assert file["bytes"] == (tokenised / file["file"]).stat().st_size
    assert sorted(p.name for p in tokenised.iterdir()) == sorted(
        ["manifest.json", "tokenizer.json"] + [f"c{k:04d}.{end}" for k in range(3) for end in ("bin", "idx")])


def test_two_processes_give_the_same_bytes(tokenised, tokenise_spec, tmp_path):
    """A fresh interpreter: hash randomisation would show if anything hung on the order of a set."""
    run("tokenise", tokenise_spec, tmp_path / "out", spawn=True)
    for file in tokenised.iterdir():
        assert file.read_bytes() == (tmp_path / "out" / file.name).read_bytes(), file.name


def test_a_given_tokenizer_is_used_as_it_is(tokenised, tokenise_spec, tmp_path):
    given = tokenised / "tokenizer.json"
    run("tokenise", tokenise_spec | {"tokenizer": {"path": str(given), "sha256": sha256(given)}}, tmp_path / "out")
    for name in ("tokenizer.json", "c0001.bin"):
        assert (tmp_path / "out" / name).read_bytes() == (tokenised / name).read_bytes()


def test_large_vocabularies_are_uint32(tokenise_spec, tmp_path):
    vocab = {"<s>": 0} | {chr(ord("一") + i // 26) + chr(97 + i % 26): i + 1 for i in range(70000)}
    path = tmp_path / "big.json"
    path.write_text(json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                                "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
                                "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<s>"}}))
    spec = tokenise_spec | {"vocabSize": 70001, "tokenizer": {"path": str(path), "sha256": sha256(path)}}
    run("tokenise", spec, tmp_path / "out")
    manifest = result(tmp_path / "out", "manifest.json")
    assert manifest["dtype"] == "uint32" and manifest["bos"] == 0
    assert all(c["bin"]["bytes"] == 4 * c["tokens"] for c in manifest["clusters"])


def test_a_tokenizer_larger_than_the_vocabulary_is_refused(tokenised, tokenise_spec, tmp_path):
    given = tokenised / "tokenizer.json"
    spec = tokenise_spec | {"vocabSize": 300, "tokenizer": {"path": str(given), "sha256": sha256(given)}}
    process = run("tokenise", spec, tmp_path / "out", expect=64)
    assert "at least 320" in process.error["message"]


@pytest.mark.parametrize("break_it, says", [
    (lambda s: s["shards"][0].update(sha256="0" * 64), "expected sha256 0000"),
    (lambda s: s["assignment"].update(sha256="0" * 64), "expected sha256 0000"),
    (lambda s: s["shards"][0].update(path="/nowhere/x.jsonl"), "found no file"),
    (lambda s: (s["shards"][0].update(documents=49), s["shards"][1].update(documents=71)), "expected 49 documents, found more"),
    (lambda s: (s["shards"][0].update(documents=51), s["shards"][1].update(documents=69)), "expected 51 documents, found 50"),
    (lambda s: s["shards"][0].update(documents=49), "2 bytes for each of 119 documents"),
    (lambda s: s.update(clusters=["c0000", "c0001"]), "indices below 2"),
])
def test_inputs_that_are_not_what_the_spec_says(tokenise_spec, tmp_path, break_it, says):
    spec = json.loads(json.dumps(tokenise_spec))
    break_it(spec)
    process = run("tokenise", spec, tmp_path / "out", expect=65)
    assert process.error["kind"] == "BadData" and says in process.error["message"]
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_broken_line_is_named(tokenise_spec, tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b'{"id":"a","text":"fine"}\n{"id":"b","text":\xff}\n')
    np.zeros(2, "<u2").tofile(tmp_path / "assignment")
    spec = tokenise_spec | {"shards": [{"path": str(path), "sha256": sha256(path), "documents": 2}],
                            "assignment": {"path": str(tmp_path / "assignment"), "sha256": sha256(tmp_path / "assignment")}}
    assert "broken.jsonl line 2" in run("tokenise", spec, tmp_path / "out", expect=65).error["message"]


@pytest.mark.parametrize("kind, code", [("kill", -signal.SIGKILL), ("term", 75)])
def test_an_interrupted_run_starts_over_and_leaves_nothing(tokenised, tokenise_spec, tmp_path, kind, code):
    run("tokenise", tokenise_spec, tmp_path / "out", faults=f"tokenise.batch:{kind}", expect=code)
    assert not (tmp_path / "out" / "manifest.json").exists()
    run("tokenise", tokenise_spec, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(p.name for p in tokenised.iterdir())
    assert result(tmp_path / "out", "manifest.json") == result(tokenised, "manifest.json")


def test_tokenise_never_imports_torch():
    script = "import sys; from climb_trainer import __main__, tokenise; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)


def test_ids_with_gaps_have_the_width_that_the_last_needs(tokenise_spec, tmp_path):
    path = tmp_path / "gaps.json"
    path.write_text(json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                                "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
                                "model": {"type": "WordLevel", "vocab": {"<s>": 0, "stone": 70000}, "unk_token": "<s>"}}))
    run("tokenise", tokenise_spec | {"vocabSize": 70001, "tokenizer": {"path": str(path), "sha256": sha256(path)}}, tmp_path / "out")
    manifest = result(tmp_path / "out", "manifest.json")
    assert manifest["vocabSize"] == 70001 and manifest["dtype"] == "uint32"
    assert 70000 in np.fromfile(tmp_path / "out" / "c0000.bin", "<u4")
