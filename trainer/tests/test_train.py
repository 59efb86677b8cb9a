"""Training survives being killed anywhere, and the weights are the same bit for bit."""

import math
import signal
import time

import numpy as np
import pytest
import safetensors.torch
import torch

from conftest import Process, result, run, sha256


def weights(out, member="m0") -> bytes:
    return (out / "members" / f"{member}.safetensors").read_bytes()


def leftovers(out) -> set[str]:
    return {p.name for p in out.rglob("*")} - {"members", "result.json", "m0.safetensors", "m1.safetensors"}


def test_an_undisturbed_run(trained, train_spec):
    member = result(trained)["members"][0]
    assert member["status"] == "trained" and member["steps"] == 24 and member["tokens"] == 24 * 64
    assert member["weights"]["sha256"] == sha256(trained / member["weights"]["file"])
    assert 0 < member["finalLoss"] < math.log(320) - 0.3  # it has learned something
    assert len(member["epochs"]) == 3 and all(0 < e < 1 for e in member["epochs"])
    assert not leftovers(trained)


@pytest.mark.parametrize("fault", [
    "train.step:kill:1", "train.step:kill:2", "train.step:kill:13", "train.step:kill:24",
    "train.beforeCheckpoint:kill:3", "train.midCheckpoint:kill:1", "train.midCheckpoint:kill:11",
    "train.afterCheckpoint:kill:5", "train.beforeResult:kill:1"])
def test_killed_anywhere_resumes_bit_exact(trained, train_spec, tmp_path, fault):
    """Row 8 of the fault matrix."""
    run("train", train_spec, tmp_path / "out", faults=fault, expect=-signal.SIGKILL)
    run("train", train_spec, tmp_path / "out")
    assert weights(tmp_path / "out") == weights(trained)
    assert result(tmp_path / "out")["members"][0]["finalLoss"] == result(trained)["members"][0]["finalLoss"]
    assert not leftovers(tmp_path / "out")


def test_killed_again_and_again(trained, train_spec, tmp_path):
    train_spec["checkpoint"]["everySec"] = 0
    for kill in (3, 3, 5, 1, 7):
        run("train", train_spec, tmp_path / "out", faults=f"train.step:kill:{kill}", expect=-signal.SIGKILL)
    run("train", train_spec, tmp_path / "out")
    assert weights(tmp_path / "out") == weights(trained)


def test_sigterm_checkpoints_leaves_with_75_and_resumes(trained, train_spec, tmp_path):
    train_spec["checkpoint"]["everySec"] = 1e9  # only the signal makes one
    process = run("train", train_spec, tmp_path / "out", faults="train.step:term:9", expect=75)
    assert process.error["kind"] == "Stopped"
    assert [e["step"] for e in process.events if e["event"] == "checkpoint"] == [9]  # the ninth step was finished
    process = run("train", train_spec, tmp_path / "out")
    assert "goes on from step 9" in process.stderr.read_text()
    assert weights(tmp_path / "out") == weights(trained)


def test_at_most_keep_checkpoints(train_spec, tmp_path):
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:20", expect=-signal.SIGKILL)
    names = [p.name for p in sorted((tmp_path / "out" / "checkpoints").iterdir())]
    assert names == ["step-00000018", "step-00000019"]


FILES = ["model.safetensors", "optim.safetensors", "state.json", "manifest.json"]


@pytest.fixture
def interrupted(train_spec, tmp_path):
    """A folder with the checkpoints of steps 8 and 9."""
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:10", expect=-signal.SIGKILL)
    return tmp_path / "out"


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_means_the_checkpoint_before(trained, train_spec, interrupted, name):
    """Row 7 of the fault matrix."""
    path = interrupted / "checkpoints" / "step-00000009" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    log = run("train", train_spec, interrupted).stderr.read_text()
    assert "step-00000009 is broken" in log and "goes on from step 8" in log
    assert weights(interrupted) == weights(trained)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_means_the_checkpoint_before(trained, train_spec, interrupted, name):
    (interrupted / "checkpoints" / "step-00000009" / name).unlink()
    assert "goes on from step 8" in run("train", train_spec, interrupted).stderr.read_text()
    assert weights(interrupted) == weights(trained)


def test_no_whole_checkpoint_means_from_the_start(trained, train_spec, interrupted):
    for folder in (interrupted / "checkpoints").iterdir():
        (folder / "state.json").write_text("{}")
    assert "goes on" not in run("train", train_spec, interrupted).stderr.read_text()
    assert weights(interrupted) == weights(trained)


def test_two_members_one_after_the_other(trained, train_spec, tmp_path):
    """Killed in the second member: the first is not trained again, and each equals its solo run."""
    train_spec["members"].append({"id": "m1", "weights": [0.0, 0.0, 1.0], "seed": 2})
    out = tmp_path / "out"
    run("train", train_spec, out, faults="train.step:kill:30", expect=-signal.SIGKILL)
    stamp = (out / "members" / "m0.safetensors").stat().st_mtime_ns
    process = run("train", train_spec, out)
    assert (out / "members" / "m0.safetensors").stat().st_mtime_ns == stamp
    assert [e["id"] for e in process.events if e["event"] == "member"] == ["m0", "m1"]
    assert weights(out) == weights(trained) != weights(out, "m1")
    assert result(out)["members"][1]["epochs"][:2] == [0.0, 0.0]
    assert not leftovers(out)


def test_a_finished_member_with_broken_weights_is_trained_again(trained, train_spec, tmp_path):
    out = tmp_path / "out"
    run("train", train_spec, out, faults="train.beforeResult:kill", expect=-signal.SIGKILL)
    (out / "members" / "m0.safetensors").write_bytes(b"x" * len(weights(trained)))
    run("train", train_spec, out)
    assert weights(out) == weights(trained)


def test_micro_batches_give_the_same_model(trained, train_spec, tmp_path):
    train_spec["optim"]["microBatch"] = 2
    run("train", train_spec, tmp_path / "out")
    assert result(tmp_path / "out")["spec"] == result(trained)["spec"]
    expected = result(trained)["members"][0]["finalLoss"]
    assert result(tmp_path / "out")["members"][0]["finalLoss"] == pytest.approx(expected, rel=1e-4)


def test_every_member_diverged_is_66_with_a_result(train_spec, tmp_path):
    """Row 10 of the fault matrix."""
    train_spec["optim"] |= {"learningRate": 10, "weightDecay": 10, "clip": 1e9}
    train_spec["budget"]["tokensPerMember"] = 200 * 64
    process = run("train", train_spec, tmp_path / "out", expect=66)
    member = result(tmp_path / "out")["members"][0]
    assert member["status"] == "diverged" and member["weights"] is None and member["finalLoss"] is None
    assert 0 < member["steps"] < 200 and member["tokens"] == member["steps"] * 64
    assert process.events[-1]["event"] == "done"
    run("train", train_spec, tmp_path / "out", expect=66)  # found again, not trained again


def test_warm_start_goes_on_from_a_trunk(trained, train_spec, tmp_path):
    """Every member starts from the trunk, learns from there, and the trunk's hash is part of the work."""
    trunk = trained / "members" / "m0.safetensors"
    train_spec["init"] = {"path": str(trunk), "sha256": sha256(trunk)}
    train_spec["data"]["dataSeed"] = 8
    run("train", train_spec, tmp_path / "warm")
    assert result(tmp_path / "warm")["spec"] != result(trained)["spec"]
    assert result(tmp_path / "warm")["members"][0]["finalLoss"] < result(trained)["members"][0]["finalLoss"] - 0.05
    still = train_spec | {"optim": train_spec["optim"] | {"learningRate": 1e-12}}
    run("train", still, tmp_path / "still")
    before, after = (safetensors.torch.load_file(out / "members" / "m0.safetensors") for out in (trained, tmp_path / "still"))
    assert all(torch.allclose(before[name], after[name], atol=1e-7) for name in before)


@pytest.mark.parametrize("fault", ["train.step:kill:5", "train.beforeResult:kill"])
def test_a_killed_warm_start_resumes_bit_exact(trained, train_spec, tmp_path, fault):
    trunk = trained / "members" / "m0.safetensors"
    train_spec["init"] = {"path": str(trunk), "sha256": sha256(trunk)}
    run("train", train_spec, tmp_path / "undisturbed")
    run("train", train_spec, tmp_path / "out", faults=fault, expect=-signal.SIGKILL)
    run("train", train_spec, tmp_path / "out")
    assert weights(tmp_path / "out") == weights(tmp_path / "undisturbed")


def test_a_trunk_of_another_shape_is_refused(trained, train_spec, tmp_path):
    trunk = trained / "members" / "m0.safetensors"
    train_spec["init"], train_spec["model"]["layers"] = {"path": str(trunk), "sha256": sha256(trunk)}, 2
    message = run("train", train_spec, tmp_path / "out", expect=65).error["message"]
    assert "not the one trained" in message and "1.qkv" in message


def test_a_pool_is_read_instead_of_the_cluster(trained, train_spec, tmp_path):
    train_spec["data"]["poolShare"] = 0.1
    run("train", train_spec, tmp_path / "out")
    whole, pooled = (result(out)["members"][0]["epochs"] for out in (trained, tmp_path / "out"))
    assert all(p > 3 * w for w, p in zip(whole, pooled)) and weights(tmp_path / "out") != weights(trained)


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_time(trained, train_spec, tmp_path, seed):
    """SIGKILL from outside, wherever it hits: what the last checkpoint held isn't done again."""
    train_spec["checkpoint"]["everySec"] = 0.02
    process = Process("train", train_spec, tmp_path / "out")
    process.wait_for("progress")
    time.sleep(np.random.default_rng(seed).uniform(0, 0.2))
    process.kill()
    process.end()
    saved = max([0, *(e["step"] for e in process.events if e["event"] == "checkpoint")])
    again = [e["step"] for e in run("train", train_spec, tmp_path / "out").events if e["event"] == "progress"]
    assert not again or again[0] > saved  # none at all: it was killed between its last step and its goodbye
    assert weights(tmp_path / "out") == weights(trained) and not leftovers(tmp_path / "out")
