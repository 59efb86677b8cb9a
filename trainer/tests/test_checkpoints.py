"""Checkpoints written in the background, as training on a device does."""

import threading

import pytest
import torch

from climb_trainer import checkpoint_files, checkpoints
from climb_trainer.contract import DiskFull
from climb_trainer.rundir import RunDir

SPEC = "0" * 64


@pytest.fixture
def folder(tmp_path):
    run = RunDir.claim(tmp_path / "out", SPEC, "result.json")
    yield run
    run.release()


@pytest.fixture
def held(monkeypatch):
    """Writing waits until this is set."""
    go, save = threading.Event(), checkpoints.save

    def slow(*arguments):
        assert go.wait(10)
        save(*arguments)
    monkeypatch.setattr(checkpoints, "save", slow)
    return go


def state(value: float) -> dict:
    return {name: torch.full((2, 3), value) for name in ("params", "mean", "square")}


def test_the_state_is_that_of_the_moment(folder, held):
    """What training does while the disk is busy doesn't reach the checkpoint."""
    writer, tensors = checkpoints.Writer(folder, keep=2, background=True), state(1.0)
    writer.save(5, tensors, {"step": 5})
    assert not writer.idle()
    for tensor in tensors.values():
        tensor.fill_(2.0)
    held.set()
    writer.wait()
    assert writer.idle()
    found, loop = checkpoints.load(folder, lambda _: True)
    assert loop == {"step": 5} and all(torch.equal(found[name], torch.ones(2, 3)) for name in found)


def test_one_at_a_time_and_the_newest_stays(folder, held):
    writer = checkpoints.Writer(folder, keep=2, background=True)
    held.set()
    for step in range(1, 5):
        writer.save(step, state(float(step)), {"step": step})
    writer.wait()
    assert [path.name for path in checkpoint_files.existing(folder.path)] == ["step-00000004", "step-00000003"]
    assert checkpoints.load(folder, lambda _: True)[0]["params"][0, 0] == 4


def test_a_failure_is_met_at_the_next_call(folder, monkeypatch):
    """A full disk behind the training's back ends it, as one in front would, and only once."""
    writer = checkpoints.Writer(folder, keep=2, background=True)
    with monkeypatch.context() as broken:
        def full(*_):
            raise DiskFull("no space left")
        broken.setattr(checkpoints, "save", full)
        writer.save(1, state(1.0), {"step": 1})
        with pytest.raises(DiskFull):
            writer.save(2, state(2.0), {"step": 2})
    writer.save(3, state(3.0), {"step": 3})
    writer.wait()
    assert [path.name for path in checkpoint_files.existing(folder.path)] == ["step-00000003"]
