"""encode against the pieces that evaluate scores, and against the tokenizer read by hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from climb_trainer import requests, tokens
from conftest import MODEL, result, run, sha256


@pytest.fixture
def encode_spec(tokenised, items) -> dict:
    tokenizer = tokenised / "tokenizer.json"
    return {"schema": 1, "tokenizer": {"path": str(tokenizer), "sha256": sha256(tokenizer)},
            "tasks": [{"name": "made-up", "path": str(items), "sha256": sha256(items)}]}


def sequences(path: Path) -> list[tuple[list[int], int]]:
    """(tokens, how many are scored) of every item."""
    words, out = np.fromfile(path, "<u4").tolist(), []
    while words:
        length, scored = words[:2]
        out.append((words[2:2 + length], scored))
        words = words[2 + length:]
    return out


def test_it_holds_what_evaluate_scores(encode_spec, tmp_path):
    run("encode", encode_spec, tmp_path / "out")
    task = requests.read_task(encode_spec["tasks"][0], all_choices=False)
    tokenizer, bos = tokens.load(Path(encode_spec["tokenizer"]["path"]))
    pieces, count = requests.pieces([task], tokenizer, bos, MODEL["context"])
    targets = [[] for _ in range(count)]
    for piece in pieces:  # the last block of a request comes first
        targets[piece.request] = [*piece.targets.tolist(), *targets[piece.request]]
    found = sequences(tmp_path / "out" / "made-up.bin")
    assert [tokens[-scored:] for tokens, scored in found] == targets
    assert any(len(target) > MODEL["context"] for target in targets)


def test_every_item_is_a_bos_its_query_and_its_gold_choice(encode_spec, items, tmp_path):
    run("encode", encode_spec, tmp_path / "out")
    tokenizer = Tokenizer.from_file(encode_spec["tokenizer"]["path"])
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    found = sequences(tmp_path / "out" / "made-up.bin")
    for item, (ids, scored) in zip(lines, found, strict=True):
        gold = " " + item["choices"][item["gold"]]
        assert ids[0] == tokenizer.token_to_id("<|bos|>")
        assert tokenizer.decode(ids[1:], skip_special_tokens=False) == item["query"] + gold
        assert 1 <= scored < len(ids)
    [task] = result(tmp_path / "out")["tasks"]
    assert task["bytes"] == sum(len((" " + i["choices"][i["gold"]]).encode()) for i in lines)
    assert task["items"] == len(lines) and task["scored"] == sum(scored for _, scored in found)
    assert task["bin"]["sha256"] == sha256(tmp_path / "out" / "made-up.bin")


def test_a_text_is_scored_whole(encode_spec, tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(["naïve 日本", "a stone " * 40])))
    task = {"name": "texts", "path": str(path), "sha256": sha256(path)}
    run("encode", encode_spec | {"tasks": [*encode_spec["tasks"], task]}, tmp_path / "out")
    found = sequences(tmp_path / "out" / "texts.bin")
    assert [scored for _, scored in found] == [len(ids) - 1 for ids, _ in found]
    first, second = result(tmp_path / "out")["tasks"]
    assert first["name"] == "made-up" and second["bytes"] == len("naïve 日本".encode()) + 320


def test_a_finished_folder_answers_and_the_same_spec_gives_the_same_bytes(encode_spec, tmp_path):
    run("encode", encode_spec, tmp_path / "a")
    run("encode", encode_spec, tmp_path / "b")
    assert result(tmp_path / "a") == result(tmp_path / "b")
    assert [e["event"] for e in run("encode", encode_spec, tmp_path / "a").events] == ["hello", "done"]


def test_bad_specs_and_files_are_named(encode_spec, tmp_path):
    twice = encode_spec | {"tasks": encode_spec["tasks"] * 2}
    assert "expected each name once, found 'made-up'" in run("encode", twice, tmp_path / "a", expect=64).error["message"]
    assert "tokenizer: expected an object" in run("encode", encode_spec | {"tokenizer": None}, tmp_path / "b", expect=64).error["message"]
    changed = encode_spec | {"tasks": [encode_spec["tasks"][0] | {"sha256": "0" * 64}]}
    assert "expected sha256 000" in run("encode", changed, tmp_path / "c", expect=65).error["message"]


def test_encode_never_imports_torch():
    script = "import sys; from climb_trainer import __main__, encode; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)
