"""Every problem of a spec is reported at once, with its path, before anything starts."""

import copy
import json

import pytest

from climb_trainer import spec as specs
from climb_trainer.contract import BadSpec
from conftest import run, write_json


def problems(command, spec, tmp_path) -> str:
    with pytest.raises(BadSpec) as caught:
        specs.load(command, str(write_json(tmp_path / "spec.json", spec)))
    return str(caught.value)


def changed(spec, path, value):
    spec = copy.deepcopy(spec)
    *parents, last = path
    place = spec
    for key in parents:
        place = place[key]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return spec


@pytest.mark.parametrize("path, value, says", [
    (["schema"], 2, "schema: expected one of 1, found 2"),
    (["schema"], True, "schema: expected one of 1, found True"),
    (["extra"], 1, "extra: expected no such field"),
    (["model", "extra"], 1, "model.extra: expected no such field"),
    (["model"], [], "model: expected an object, found []"),
    (["model", "layers"], KeyError, "model.layers: expected a value, found nothing"),
    (["model", "width"], 15, "model.width: expected a multiple of 2 * heads = 4"),
    (["model", "context"], 1.5, "model.context: expected an integer from 2"),
    (["members"], [], "members: expected a list of at least 1"),
    (["members", 0, "id"], "../m", "members[0].id: expected a name"),
    (["members", 0, "seed"], -1, "members[0].seed: expected an integer from 0"),
    (["members", 0, "seed"], 2**53, "members[0].seed: expected an integer from 0"),
    (["members", 0, "weights"], [0.5, 0.5, 1e-8], "expected a sum of 1 within 1e-9"),
    (["members", 0, "weights"], [1.5, -0.5, 0], "members[0].weights[1]: expected a number from 0 to 1"),
    (["data", "manifest"], "relative", "data.manifest: expected an absolute path"),
    (["data", "sha256"], "A" * 64, "data.sha256: expected 64 lower-case hexadecimal digits"),
    (["data", "maxEpochs"], 0, "data.maxEpochs: expected a number above 0"),
    (["optim", "learningRate"], "fast", "optim.learningRate: expected a number above 0"),
    (["optim", "warmup"], 0.9, "optim.warmup + optim.decay: expected at most 1"),
    (["optim", "microBatch"], 5, "optim.microBatch: expected at most batch = 4"),
    (["data", "poolShare"], 0, "data.poolShare: expected a number above 0"),
    (["ensemble"], 0, "ensemble: expected an integer from 1"),
    (["accelerate"], {"compile": 1}, "accelerate.compile: expected one of True, False, found 1"),
    (["init"], {"path": "/x"}, "init.sha256: expected a value, found nothing"),
    (["members", 0, "learningRate"], 0, "members[0].learningRate: expected a number above 0"),
    (["budget", "tokensPerMember"], 63, "budget.tokensPerMember: expected at least one step = batch * context = 64 tokens"),
    (["checkpoint", "keep"], 0, "checkpoint.keep: expected an integer from 1"),
    (["device"], "tpu", "device: expected one of 'cpu', 'cuda', found 'tpu'"),
    (["dtype"], None, "dtype: expected one of 'float32', 'bfloat16', found None"),
])
def test_each_problem_is_named(train_spec, tmp_path, path, value, says):
    assert says in problems("train", changed(train_spec, path, value), tmp_path)


def test_all_problems_at_once(train_spec, tmp_path):
    train_spec["schema"], train_spec["device"] = 2, "tpu"
    del train_spec["optim"]
    message = problems("train", train_spec, tmp_path)
    assert "3 problem(s)" in message and all(word in message for word in ("schema:", "device:", "optim:"))


def test_members_of_unequal_lengths_and_equal_names(train_spec, tmp_path):
    train_spec["members"].append({"id": "m0", "weights": [1.0], "seed": 1})
    message = problems("train", train_spec, tmp_path)
    assert "expected each name once, found 'm0' 2 times" in message
    assert "members[1].weights: expected 3 as in members[0], found 1" in message


@pytest.mark.parametrize("data, says", [
    (b"", "Expecting value"), (b"[]", "expected an object"), (b'{"schema": NaN}', "NaN is not a JSON number"),
    (b'{"a": 1, "a": 2}', "'a' stands twice"), (b'"\xff"', "utf-8"), (b"[" * 100000, "recursion")])
def test_what_is_no_json_object(tmp_path, data, says):
    (tmp_path / "spec.json").write_bytes(data)
    with pytest.raises(BadSpec, match=says):
        specs.load("train", str(tmp_path / "spec.json"))


def test_a_bad_spec_touches_nothing(train_spec, tmp_path):
    del train_spec["model"]
    process = run("train", train_spec, tmp_path / "out", expect=64)
    assert process.error["kind"] == "BadSpec" and process.error["code"] == 64
    assert not (tmp_path / "out").exists()


def test_weights_must_match_the_manifests_clusters(train_spec, tmp_path):
    train_spec["members"][0]["weights"] = [0.5, 0.5]
    assert "expected 3 weights" in run("train", train_spec, tmp_path / "out", expect=64).error["message"]


def test_the_digest_is_of_the_work(train_spec, tokenise_spec):
    digest = specs.digest("train", train_spec)
    for path, value in [(["data", "manifest"], "/x"), (["data", "artifacts"], "/x"), (["checkpoint", "keep"], 9),
                        (["optim", "microBatch"], 2), (["data", "maxEpochs"], 9)]:
        assert specs.digest("train", changed(train_spec, path, value)) == digest
    for path, value in [(["data", "sha256"], "0" * 64), (["members", 0, "seed"], 2), (["optim", "batch"], 8)]:
        assert specs.digest("train", changed(train_spec, path, value)) != digest
    moved = json.loads(json.dumps(tokenise_spec).replace('"path": "', '"path": "/moved'))
    assert specs.digest("tokenise", moved) == specs.digest("tokenise", tokenise_spec)
