"""Training survives being killed anywhere, and the weights are the same bit for bit."""

import math
import signal

import pytest

from climb_trainer import train
from conftest import result, run, sha256


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
    train_spec["optim"] |= {"learningRate": 10, "weightDecay": 10, "clip": 1e9}
    train_spec["budget"]["tokensPerMember"] = 200 * 64
    process = run("train", train_spec, tmp_path / "out", expect=66)
    member = result(tmp_path / "out")["members"][0]
    assert member["status"] == "diverged" and member["weights"] is None and member["finalLoss"] is None
    assert 0 < member["steps"] < 200 and member["tokens"] == member["steps"] * 64
    assert process.events[-1]["event"] == "done"
    run("train", train_spec, tmp_path / "out", expect=66)  # found again, not trained again


def test_learning_rate_schedule():
    optim = {"learningRate": 2.0, "warmup": 0.1, "decay": 0.4}
    rates = [train.learning_rate(optim, step, 100) for step in range(100)]
    assert rates[0] == 0.2 and rates[9] == rates[60] == 2.0 and rates[80] == pytest.approx(1.0)
    assert rates[99] == pytest.approx(2.0 / 40) and min(rates) > 0
