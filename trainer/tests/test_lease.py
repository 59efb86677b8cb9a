"""Two processes in one folder: the second waits for a live first, and takes over from a dead or frozen one.

Where a test must not see a takeover it keeps the usual lease of 15 s, where it must it has a short one.
"""

import json
import os
import queue
import signal
import threading
import time

import pytest

from climb_trainer import files, lease, lifeline, rundir
from climb_trainer.contract import BadSpec, NotOwner, Stopped
from conftest import Process, result, run, sha256, write_json


def frozen(spec, out, fault) -> Process:
    process = Process("train", spec, out, faults=fault)
    os.waitpid(process.pid, os.WUNTRACED)  # returns when it has stopped itself
    return process


def names(process) -> set[str]:
    return {e["event"] for e in process.events}


@pytest.fixture
def short_lease(monkeypatch):
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", "0.5")


@pytest.fixture
def claim(tmp_path):
    """Claims tmp_path for spec "s"; every lease ends with the test."""
    claimed = []

    def claim():
        claimed.append(rundir.RunDir.claim(tmp_path, "s", "result.json"))
        return claimed[-1]

    yield claim
    for run_dir in claimed:
        run_dir.release()


def owner(folder) -> dict:
    return json.loads((folder / "owner.json").read_text())


def test_the_second_waits_and_answers_with_the_firsts_result(trained, train_spec, tmp_path):
    """Row 14 of the fault matrix."""
    out = tmp_path / "out"
    first = frozen(train_spec, out, "train.step:freeze:5")
    second = Process("train", train_spec, out)
    assert second.wait_for("waiting")["owner"] == first.pid
    first.kill(signal.SIGCONT)
    assert first.end() == second.end() == 0
    assert names(second) == {"hello", "waiting", "done"} and first.events[-1] == second.events[-1]
    assert sha256(out / "members" / "m0.safetensors") == sha256(trained / "members" / "m0.safetensors")
    assert {p.name for p in out.iterdir()} == {"members", "result.json"}


@pytest.mark.parametrize("buried", [True, False])
def test_a_killed_owner_is_followed_at_once(train_spec, tmp_path, buried):
    out = tmp_path / "out"
    first = frozen(train_spec, out, "train.step:freeze:5")
    first.kill()
    if buried:
        first.end()
    else:
        os.waitid(os.P_PID, first.pid, os.WEXITED | os.WNOWAIT)  # a zombie, as in a container without an init
    second = run("train", train_spec, out)
    assert "waiting" not in names(second) and "goes on from step 4" in second.stderr.read_text()
    if not buried:
        first.end()


def test_an_owner_killed_while_another_waits(train_spec, tmp_path):
    first = frozen(train_spec, tmp_path / "out", "train.step:freeze:5")
    second = Process("train", train_spec, tmp_path / "out")
    second.wait_for("waiting")
    first.kill()
    assert second.end() == 0 and first.end() == -signal.SIGKILL
    assert "goes on from step 4" in second.stderr.read_text()


@pytest.mark.parametrize("place", ["train.step:freeze:5", "train.midCheckpoint:freeze:6", "train.beforeResult:freeze"])
def test_a_frozen_owner_publishes_nothing_after_a_takeover(trained, train_spec, tmp_path, short_lease, place):
    """Row 13 of the fault matrix."""
    out = tmp_path / "out"
    first = frozen(train_spec, out, place)
    assert "waiting" in names(run("train", train_spec, out))
    published = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    first.kill(signal.SIGCONT)
    assert first.end() == 75 and first.error["kind"] == "NotOwner"
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*")} == published
    assert sha256(out / "members" / "m0.safetensors") == sha256(trained / "members" / "m0.safetensors")


def test_a_woken_owner_leaves_its_living_successor_alone(train_spec, tmp_path, short_lease):
    out = tmp_path / "out"
    first = frozen(train_spec, out, "train.step:freeze:5")
    second = frozen(train_spec, out, "train.step:freeze:3")
    before = owner(out)
    first.kill(signal.SIGCONT)
    assert first.end() == 75 and owner(out) == before
    second.kill(signal.SIGCONT)
    assert second.end() == 0


def test_waiting_ends_with_stdin_and_with_sigterm(train_spec, tmp_path):
    out = tmp_path / "out"
    first = frozen(train_spec, out, "train.step:freeze:5")
    before = owner(out)
    for stop in (Process.close_stdin, lambda process: process.kill(signal.SIGTERM)):
        second = Process("train", train_spec, out)
        second.wait_for("waiting")
        stop(second)
        assert second.end() == 75 and second.error["kind"] == "Stopped"
        assert "leaving without" not in second.stderr.read_text()
    assert owner(out) == before
    first.kill()
    first.end()


@pytest.mark.parametrize("fault, code", [("train.step:term:3", 75), ("train.step:crash:3", 70), ("train.midCheckpoint:enospc", 70)])
def test_an_orderly_end_leaves_no_owner(train_spec, tmp_path, fault, code):
    run("train", train_spec, tmp_path / "out", faults=fault, expect=code)
    assert not (tmp_path / "out" / "owner.json").exists()
    assert "waiting" not in names(run("train", train_spec, tmp_path / "out"))


def test_another_cap_goes_on_in_the_same_folder(trained, train_spec, tmp_path):
    out = tmp_path / "out"
    run("train", train_spec, out, faults="train.step:kill:10", expect=-signal.SIGKILL)
    train_spec["data"]["maxEpochs"] = 0.01
    assert run("train", train_spec, out, expect=65).error["kind"] == "RepetitionCap"  # still checked first
    train_spec["data"]["maxEpochs"] = 99
    assert "goes on from step 9" in run("train", train_spec, out).stderr.read_text()
    assert result(out)["spec"] == result(trained)["spec"]
    assert sha256(out / "members" / "m0.safetensors") == sha256(trained / "members" / "m0.safetensors")


def test_a_lease_that_ran_out_is_taken(claim, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", "0.1")
    first = claim()
    first.lease.stop_renewing()
    second = claim()
    second.publish("result.json", b"{}")
    with pytest.raises(NotOwner):
        first.publish("result.json", b"[]")
    assert (tmp_path / "result.json").read_bytes() == b"{}"
    first.release()
    assert owner(tmp_path)["token"] == second.token
    assert '"waiting"' in capsys.readouterr().out


def test_a_lease_is_renewed_while_its_owner_lives(claim, tmp_path, monkeypatch):
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", "0.05")
    claim()
    before = files.stamp(tmp_path / "owner.json")
    deadline = time.monotonic() + 20
    while files.stamp(tmp_path / "owner.json") == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_watcher_trusts_its_own_clock(claim, tmp_path):
    claim().lease.stop_renewing()
    os.utime(tmp_path / "owner.json", (0, 0))  # a machine whose clock is in 1970
    assert lease.Watch(tmp_path).live(owner(tmp_path))


@pytest.mark.parametrize("change, dead", [
    ({}, False), ({"started": "1"}, True), ({"started": None}, False), ({"pid": 2**22 + 1}, True), ({"pid": 2**80}, False),
    ({"pid": "1"}, False), ({"pid": 2**22 + 1, "processes": "another machine"}, False)])
def test_only_a_certain_death_counts(claim, tmp_path, change, dead):
    """pid 2**22 is the most that Linux gives; a start that differs is another process with the pid."""
    claim().lease.stop_renewing()
    assert lease.Watch(tmp_path).live(owner(tmp_path) | change) is not dead


def test_a_promised_lease_counts_and_not_ours(claim, tmp_path, monkeypatch):
    claim().lease.stop_renewing()
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", "1e-9")
    watch = lease.Watch(tmp_path)
    assert watch.live(owner(tmp_path)) and watch.live(owner(tmp_path))


def test_many_at_once_make_one_owner(tmp_path):
    """Nobody's folder, then a dead owner's: of many that see it at the same time one gets it."""
    for before in (None, "dead"):
        if before:
            write_json(tmp_path / "owner.json", {"token": before, "spec": "s"})
        together, got = threading.Barrier(16), []

        def take():
            together.wait()
            got.append(lease.Lease.take(tmp_path, "s", before))

        threads = [threading.Thread(target=take) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners = [taken for taken in got if taken]
        assert len(winners) == 1 and winners[0].holds()
        winners[0].release()
        assert not list(tmp_path.iterdir())


def test_what_was_judged_dead_and_has_a_successor_is_put_back(claim, tmp_path, monkeypatch):
    """The successor comes between the look and the removal."""
    first = claim()
    looks = iter([{"token": "dead"}])
    real = lease.read
    monkeypatch.setattr(lease, "read", lambda path: next(looks, None) or real(path))
    assert lease.Lease.take(tmp_path, "s", "dead") is None
    assert first.lease.holds() and {p.name for p in tmp_path.iterdir()} == {"owner.json", "work.json"}


def test_a_folder_without_hard_links(claim, tmp_path, monkeypatch):
    monkeypatch.setattr(lease.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links here")))
    assert claim().lease.holds()


def test_a_broken_owner_owns_nothing(claim, tmp_path):
    (tmp_path / "owner.json").write_bytes(b"{")
    assert claim().lease.holds()


def test_a_new_owner_clears_what_killed_ones_left(claim, tmp_path):
    (tmp_path / "checkpoints" / ".tmp-old").mkdir(parents=True)
    (tmp_path / ".tmp-old-result.json").touch()
    claim()
    assert {p.name for p in tmp_path.rglob("*")} == {"owner.json", "work.json", "checkpoints"}


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf"])
def test_a_lease_is_a_number_of_seconds(tmp_path, monkeypatch, text):
    monkeypatch.setenv("CLIMB_LEASE_SECONDS", text)
    with pytest.raises(BadSpec, match="CLIMB_LEASE_SECONDS"):
        rundir.RunDir.claim(tmp_path, "s", "result.json")


def test_a_stopped_process_claims_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(lifeline, "_stopping", False)
    monkeypatch.setattr(lifeline, "_lines", queue.SimpleQueue())
    lifeline.request("a test")
    with pytest.raises(Stopped):
        rundir.RunDir.claim(tmp_path, "s", "result.json")
    assert not list(tmp_path.iterdir())
