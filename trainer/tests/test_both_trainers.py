"""The contract of README.md, case by case, of climb_trainer and of the fake that stands in for it in Climb's tests."""

import json
import os
import signal
from pathlib import Path

import pytest

from climb_trainer import checkpoint_files
from conftest import Process, Server, result, run, sha256

FAKE = Path(__file__).parents[2] / "test" / "fakes" / "fake_trainer.py"
LEAST = {"train": {"hello", "microBatch", "progress", "checkpoint", "member", "done"}, "evaluate": {"hello", "member", "done"}}


@pytest.fixture(params=["real", "fake"], autouse=True)
def how(request, monkeypatch) -> dict:
    """How the trainer under test is started."""
    monkeypatch.setenv("FAKE_STEPS", "8")
    return {} if request.param == "real" else {"spawn": True, "program": [str(FAKE)]}


@pytest.fixture
def undisturbed(train_spec, tmp_path, how) -> Path:
    run("train", train_spec, tmp_path / "undisturbed", **how)
    return tmp_path / "undisturbed"


@pytest.fixture
def scoring(evaluate_spec, undisturbed) -> dict:
    """A spec that scores what the trainer under test has trained."""
    weights = undisturbed / result(undisturbed)["members"][0]["weights"]["file"]
    return evaluate_spec | {"members": [{"id": "m0", "weights": str(weights), "sha256": sha256(weights)}]}


def names(process) -> set[str]:
    return {event["event"] for event in process.events}


def steps(process) -> list[int]:
    return [event["step"] for event in process.events if event["event"] == "checkpoint"]


def same_weights(out: Path, other: Path) -> bool:
    file = result(other)["members"][0]["weights"]["file"]
    return (out / file).read_bytes() == (other / file).read_bytes()


def left(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_training(train_spec, undisturbed, tmp_path, how):
    process = run("train", train_spec, tmp_path / "out", **how)
    assert LEAST["train"] <= names(process) and process.events[-1] == {"event": "done", "sha256": sha256(tmp_path / "out" / "result.json")}
    member = result(tmp_path / "out")["members"][0]
    assert member.keys() == {"id", "status", "weights", "steps", "tokens", "finalLoss", "epochs", "seconds"}
    assert member["tokens"] == train_spec["budget"]["tokensPerMember"] and len(member["epochs"]) == 3
    assert member["weights"]["sha256"] == sha256(tmp_path / "out" / member["weights"]["file"])
    assert left(tmp_path / "out") == {"members", "result.json"} and same_weights(tmp_path / "out", undisturbed)


def test_scoring(scoring, tmp_path, how):
    process = run("evaluate", scoring, tmp_path / "out", **how)
    assert LEAST["evaluate"] <= names(process)
    task = result(tmp_path / "out")["members"][0]["tasks"][0]
    assert {"name", "n", "bitsPerByte", "accuracy", "accuracyNorm", "items"} <= task.keys() and task["n"] == 50
    assert {"ids", "goldLogProb", "bytes", "correct", "correctNorm"} <= task["items"].keys()
    assert len(task["items"]["goldLogProb"]) == 50 and left(tmp_path / "out") == {"result.json"}
    run("evaluate", scoring | {"choices": "gold"}, tmp_path / "gold", **how)
    gold = result(tmp_path / "gold")["members"][0]["tasks"][0]
    assert gold["bitsPerByte"] == pytest.approx(task["bitsPerByte"], abs=1e-6) and "accuracy" not in gold


def test_what_it_says_of_itself(how, tmp_path):
    process = Process.__new__(Process)
    process.start(["version"], tmp_path / "version.log", "", **{"spawn": True} | how)
    assert process.end() == 0
    assert process.events[0].keys() == {"event", "name", "version", "torch", "serve", "ensemble", "encode"}


@pytest.mark.parametrize("place", [
    "train.step", "train.beforeCheckpoint", "train.midCheckpoint", "train.afterCheckpoint", "train.beforeResult"])
def test_killed_at_any_place_it_loses_one_interval_at_most(train_spec, undisturbed, tmp_path, how, place):
    hit = 1 if place == "train.beforeResult" else 5
    killed = run("train", train_spec, tmp_path / "out", faults=f"{place}:kill:{hit}", expect=-signal.SIGKILL, **how)
    again = run("train", train_spec, tmp_path / "out", **how)
    # Killed after a checkpoint, and before it could say so, it has one more than it said.
    assert not steps(again) or steps(again)[0] <= max(steps(killed), default=0) + 2
    assert same_weights(tmp_path / "out", undisturbed) and left(tmp_path / "out") == {"members", "result.json"}


@pytest.mark.parametrize("fault, code, kind", [
    ("train.step:term:3", 75, "Stopped"), ("train.step:crash:3", 70, "Internal"), ("train.step:oom:3", 71, "OutOfMemory"),
    ("train.step:lost:3", 72, "DeviceLost"), ("train.midCheckpoint:enospc:5", 70, "DiskFull")])
def test_ends_with_a_name_and_goes_on(train_spec, undisturbed, tmp_path, how, fault, code, kind):
    process = run("train", train_spec, tmp_path / "out", faults=fault, expect=code, **how)
    assert process.error["kind"] == kind and process.error["code"] == code
    assert checkpoint_files.existing(tmp_path / "out") and "owner.json" not in left(tmp_path / "out")
    run("train", train_spec, tmp_path / "out", **how)
    assert same_weights(tmp_path / "out", undisturbed)


def test_a_flipped_bit_in_any_file_means_the_checkpoint_before(train_spec, undisturbed, tmp_path, how):
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:5", expect=-signal.SIGKILL, **how)
    newest = checkpoint_files.existing(tmp_path / "out")[0]
    assert len(list(newest.iterdir())) >= 3
    for file in sorted(newest.iterdir()):
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        broken = run("train", train_spec, tmp_path / "out", faults="train.step:kill:2", expect=-signal.SIGKILL, **how)
        assert f"checkpoint {newest} is broken" in broken.stderr.read_text() and steps(broken) == [int(newest.name[-8:])]
        newest = checkpoint_files.existing(tmp_path / "out")[0]
    run("train", train_spec, tmp_path / "out", **how)
    assert same_weights(tmp_path / "out", undisturbed)


def test_the_end_of_stdin_ends_it(train_spec, tmp_path, how):
    process = Process("train", train_spec, tmp_path / "out", faults="train.step:hang:3", **how)
    process.wait_for("fault")
    process.close_stdin()
    assert process.end() == 75


def test_a_finished_folder_answers_and_another_specs_is_refused(train_spec, undisturbed, how):
    assert names(run("train", train_spec, undisturbed, **how)) == {"hello", "done"}
    train_spec["members"][0]["seed"] = 99
    assert "another folder" in run("train", train_spec, undisturbed, expect=64, **how).error["message"]


def test_bad_specs_and_files_are_named(train_spec, scoring, tmp_path, how):
    assert run("train", train_spec | {"schema": 2}, tmp_path / "spec", expect=64, **how).error["kind"] == "BadSpec"
    scoring["members"][0]["sha256"] = "0" * 64
    assert run("evaluate", scoring, tmp_path / "data", expect=65, **how).error["kind"] == "BadData"


def test_all_diverged_is_66_with_a_result(train_spec, tmp_path, monkeypatch, how):
    monkeypatch.setenv("FAKE_DIVERGE", "1")
    wild = {"learningRate": 10, "weightDecay": 10, "clip": 1e9}
    train_spec |= {"optim": train_spec["optim"] | wild, "budget": {"tokensPerMember": 200 * 64}}
    run("train", train_spec, tmp_path / "out", expect=66, **how)
    assert [member["status"] for member in result(tmp_path / "out")["members"]] == ["diverged"]


def test_stopped_while_it_scores(scoring, tmp_path, how):
    assert run("evaluate", scoring, tmp_path / "out", faults="evaluate.mid:term", expect=75, **how).error["kind"] == "Stopped"


def test_the_second_in_a_folder_waits_for_the_first(train_spec, tmp_path, how):
    first = Process("train", train_spec, tmp_path / "out", faults="train.step:freeze:3", **how)
    first.wait_for("fault")
    os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)
    second = Process("train", train_spec, tmp_path / "out", **how)
    assert second.wait_for("waiting")["owner"] == first.pid
    first.kill(signal.SIGCONT)
    assert first.end() == 0 and second.end() == 0 and first.events[-1] == second.events[-1]


def test_a_frozen_owner_that_was_overtaken_publishes_nothing(train_spec, undisturbed, tmp_path, monkeypatch, how):
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", "0.5")
    first = Process("train", train_spec, tmp_path / "out", faults="train.midCheckpoint:freeze:5", **how)
    first.wait_for("fault")
    os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)
    run("train", train_spec, tmp_path / "out", **how)
    published = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    first.kill(signal.SIGCONT)
    assert first.end() == 75 and first.error["kind"] == "NotOwner"
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == published
    assert same_weights(tmp_path / "out", undisturbed)


def test_a_warm_one_carries_out_request_after_request(train_spec, scoring, undisturbed, tmp_path, how):
    server = Server(tmp_path, **how)
    for command, spec in [("train", train_spec), ("evaluate", scoring)]:
        server.ask(command, spec, tmp_path / command)
        assert server.wait_for("hello")["pid"] == server.pid and server.wait_for("end")["code"] == 0
    assert same_weights(tmp_path / "train", undisturbed)
    server.send(json.dumps({"command": "train"}))
    assert server.end() == 64 and server.error["kind"] == "BadSpec"
