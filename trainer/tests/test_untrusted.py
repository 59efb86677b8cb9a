"""Row 37 of the fault matrix: what lies in a run folder and isn't ours is never opened, least of all unpickled."""

import pickle
import shutil

import torch

from conftest import Process, result, run


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return (exec, (f"open({self.mark!r}, 'w').write('unpickled')",))


def plant(out, mark):
    """Under every name that some trainer's checkpoint has had, in every folder that one is looked for in."""
    for folder in (out, out / "checkpoints", out / "checkpoints" / "step-00009999", out / "members"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("model.pt", "checkpoint.pt", "optim.pkl", "pytorch_model.bin", "state.pt", "latest.pt"):
            (folder / name).write_bytes(pickle.dumps(Evil(mark)))
        torch.save({"model": Evil(mark)}, folder / "saved.pth")


def test_row_37_a_malicious_pickle_in_a_run_folder_is_never_opened(train_spec, tmp_path):
    out, mark = tmp_path / "out", tmp_path / "unpickled"
    undisturbed = tmp_path / "undisturbed"
    run("train", train_spec, undisturbed)
    # Once beside nothing, and once beside checkpoints of ours that it goes on from.
    process = Process("train", train_spec, out, faults="train.afterCheckpoint:kill:2")
    assert process.end() != 0
    plant(out, mark)
    # An interpreter that says of every file that it opens, to a file, before it opens it.
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import os, sys\n"
        f"log = os.open({str(tmp_path / 'opened')!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "sys.addaudithook(lambda event, args: os.write(log, f'{args[0]}\\n'.encode()) if event == 'open' else None)\n")
    run("train", train_spec, out, spawn=True, path=[hook])
    opened = (tmp_path / "opened").read_text().splitlines()
    assert any(path.endswith("state.json") for path in opened), opened
    assert [path for path in opened if path.endswith((".pt", ".pkl", ".pth", ".bin")) and str(out) in path] == []
    assert not mark.exists()
    assert result(out)["members"][0]["weights"]["sha256"] == result(undisturbed)["members"][0]["weights"]["sha256"]


def test_row_37_a_pickle_in_the_place_of_a_checkpoint_is_passed_over(train_spec, tmp_path):
    out, mark = tmp_path / "out", tmp_path / "unpickled"
    process = Process("train", train_spec, out, faults="train.afterCheckpoint:kill:2")
    assert process.end() != 0
    newest = sorted((out / "checkpoints").glob("step-*"))[-1]
    copy = newest.parent / "step-00000023"
    shutil.copytree(newest, copy)
    for path in copy.iterdir():
        path.write_bytes(pickle.dumps(Evil(mark)))
    run("train", train_spec, out)
    assert not mark.exists() and result(out)["members"][0]["status"] == "trained"
