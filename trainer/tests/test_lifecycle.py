"""Exit codes, and ends of the process that are nobody's fault."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from climb_trainer import __main__ as program
from climb_trainer import checkpoint_files, files
from climb_trainer.contract import DeviceLost, DiskFull, OutOfMemory, TrainerError
from conftest import Process, run, sha256, write_json


def test_closed_stdin_ends_a_fresh_process_after_a_checkpoint(train_spec, tmp_path):
    train_spec["budget"]["tokensPerMember"], train_spec["data"]["maxEpochs"] = 10**7, 10**6
    process = Process("train", train_spec, tmp_path / "out", spawn=True)
    process.wait_for("progress")
    process.close_stdin()
    assert process.end() == 75
    assert checkpoint_files.existing(tmp_path / "out")


def test_closed_stdin_ends_a_process_stuck_in_a_step(train_spec, tmp_path):
    """Row 1 of the fault matrix: it is gone with its worker."""
    process = Process("train", train_spec, tmp_path / "out", faults="train.step:hang:3")
    process.wait_for("fault", kind="hang")
    process.close_stdin()
    assert process.end() == 75
    assert "leaving without a checkpoint" in process.stderr.read_text()


NESTED = """
import signal, sys
from climb_trainer import lifeline
def strike(frame, event, arg):
    if event == "c_return" and arg.__name__ == "__enter__":  # a lock was taken
        signal.raise_signal(signal.SIGTERM)
lifeline.watch()
sys.setprofile(strike)
signal.raise_signal(signal.SIGTERM)
sys.setprofile(None)
print(lifeline.stopping())
"""


def test_a_signal_within_the_handling_of_a_signal():
    """Row 1 of the fault matrix: the end of a parent with many threads may come as several SIGTERMs, and the handler
    of the first may hold no lock that the second would wait for."""
    folder, (stdin, held) = Path(program.__file__).parent.parent, os.pipe()
    found = subprocess.run([sys.executable, "-c", NESTED], stdin=stdin, cwd=folder, capture_output=True, text=True, timeout=60)
    os.close(stdin), os.close(held)
    assert found.stdout == "True\n", found.stderr


def test_a_finished_folder_answers_at_once_without_torch(trained, train_spec, tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('this run should not need torch')")
    process = Process("train", train_spec, trained, spawn=True, path=[tmp_path])
    assert process.end() == 0
    assert [e["event"] for e in process.events] == ["hello", "done"]
    assert process.events[-1]["sha256"] == sha256(trained / "result.json")


def test_moved_folders_find_the_finished_work(trained, train_spec):
    train_spec["data"] |= {"artifacts": "/moved", "manifest": "/moved/tokens.json"}
    train_spec["checkpoint"] = {"everySec": 60, "keep": 5}
    assert [e["event"] for e in run("train", train_spec, trained).events] == ["hello", "done"]


def test_another_specs_folder_is_refused(trained, train_spec, tmp_path):
    train_spec["members"][0]["seed"] = 99
    assert "another folder" in run("train", train_spec, trained, expect=64).error["message"]
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:3", expect=-signal.SIGKILL)
    train_spec["members"][0]["seed"] = 98  # unfinished work is refused too
    assert "another folder" in run("train", train_spec, tmp_path / "out", expect=64).error["message"]
    run("train", train_spec, tmp_path / "stopped", faults="train.step:term:3", expect=75)
    train_spec["members"][0]["seed"] = 97  # and work that nobody owns
    assert "another folder" in run("train", train_spec, tmp_path / "stopped", expect=64).error["message"]


def test_a_result_without_its_weights_is_made_again(trained, train_spec, tmp_path):
    out = tmp_path / "out"
    run("train", train_spec, out)
    (out / "members" / "m0.safetensors").unlink()
    run("train", train_spec, out)
    assert sha256(out / "members" / "m0.safetensors") == sha256(trained / "members" / "m0.safetensors")


def test_disk_full_in_a_checkpoint_keeps_the_old_one(trained, train_spec, tmp_path):
    """Row 5 of the fault matrix."""
    out = tmp_path / "out"
    process = run("train", train_spec, out, faults="train.midCheckpoint:enospc:7", expect=70)
    assert process.error["kind"] == "DiskFull" and "bytes free" in process.error["message"]
    needed = int(process.error["message"].split("while writing ")[1].split()[0])
    assert needed > 3 * 4 * 8000  # parameters and two moments
    assert sorted(p.name for p in (out / "checkpoints").iterdir()) == ["step-00000001", "step-00000002"]  # and no temporary folder
    run("train", train_spec, out)  # space is back
    assert sha256(out / "members" / "m0.safetensors") == sha256(trained / "members" / "m0.safetensors")


def test_disk_full_inside_a_file(tmp_path, monkeypatch):
    """A disk that takes the first half of what is written to it."""
    def half(fd):
        raise OSError(errno.ENOSPC, "No space left on device")
    (tmp_path / "result.json").write_bytes(b"old")
    monkeypatch.setattr(files.os, "fsync", half)
    with pytest.raises(DiskFull, match="writing 1000 bytes"):
        files.publish(tmp_path / "result.json", b"x" * 1000, ".tmp-new")
    assert (tmp_path / "result.json").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("fault, code, kind", [("train.step:oom:3", 71, "OutOfMemory"), ("train.step:crash:3", 70, "Internal"),
                                               ("train.step:lost:3", 72, "DeviceLost"), ("train.step:eio:3", 70, "Internal")])
def test_failures_inside_a_step(train_spec, tmp_path, fault, code, kind):
    """Row 11 of the fault matrix: memory that ran out has a name of its own."""
    process = run("train", train_spec, tmp_path / "out", faults=fault, expect=code)
    assert process.error["kind"] == kind and process.error["code"] == code
    assert "Traceback" in process.stderr.read_text()


def test_a_fault_that_struck_is_remembered_by_later_processes(train_spec, tmp_path, monkeypatch):
    monkeypatch.setenv("CLIMB_FAULTS_DONE", str(tmp_path / "done"))
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:3", expect=-signal.SIGKILL)
    run("train", train_spec, tmp_path / "out", faults="train.step:kill:3")


@pytest.mark.parametrize("error, kind", [
    (MemoryError(), OutOfMemory),
    (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
    (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), OutOfMemory),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), OutOfMemory),
    (RuntimeError("CUDA error: unspecified launch failure"), DeviceLost),
    (RuntimeError("CUDA error: device-side assert triggered"), TrainerError),
    (RuntimeError("CUDA error: operation not permitted when stream is capturing"), TrainerError),
    (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), TrainerError)])
def test_errors_get_the_contracts_names(error, kind):
    assert type(program.named(error)) is kind


def test_cuda_without_a_gpu_is_a_lost_device(train_spec, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    train_spec["device"] = "cuda"
    assert run("train", train_spec, tmp_path / "out", expect=72).error["kind"] == "DeviceLost"


@pytest.mark.parametrize("capabilities, slower", [({}, True), ({"avx512_bf16": True}, False)])
def test_bfloat16_on_a_cpu_without_it_is_said(train_spec, tmp_path, monkeypatch, capabilities, slower):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)
    train_spec["dtype"] = "bfloat16"
    assert ("slower here" in run("train", train_spec, tmp_path / "out").stderr.read_text()) == slower


def test_bad_data_before_the_first_step(train_spec, artifacts, tmp_path):
    manifest = json.loads((artifacts / "tokens.json").read_text())
    unused, used = manifest["clusters"][1], manifest["clusters"][0]
    train_spec["members"][0]["weights"] = [1.0, 0.0, 0.0]
    unused["bin"]["sha256"] = "0" * 64  # nobody reads it: nobody misses it
    for cluster, field, value, says in [(unused, "sha256", "0" * 64, None), (used, "bytes", 10, "expected 10 bytes"),
                                        (used, "sha256", "f" * 64, "found no file")]:
        kept, cluster["bin"][field] = cluster["bin"][field], value
        path = write_json(tmp_path / "tokens.json", manifest)
        train_spec["data"] |= {"manifest": str(path), "sha256": sha256(path)}
        process = run("train", train_spec, tmp_path / f"out-{field}-{value}", expect=65 if says else 0)
        if says:
            assert process.error["kind"] == "BadData" and says in process.error["message"]
            assert not any(e["event"] == "progress" for e in process.events)
            cluster["bin"][field] = kept
    train_spec["data"]["sha256"] = "0" * 64
    assert "tokens.json" in run("train", train_spec, tmp_path / "out-manifest", expect=65).error["message"]


def test_a_changed_shard_is_found(train_spec, artifacts, tmp_path):
    manifest = json.loads((artifacts / "tokens.json").read_text())
    digest = manifest["clusters"][0]["bin"]["sha256"]
    for cluster in manifest["clusters"]:
        name = cluster["bin"]["sha256"]
        (tmp_path / name[:2]).mkdir(exist_ok=True)
        data = bytearray((artifacts / name[:2] / name).read_bytes())
        data[100] ^= name == digest
        (tmp_path / name[:2] / name).write_bytes(data)
    train_spec["data"]["artifacts"] = str(tmp_path)
    message = run("train", train_spec, tmp_path / "out", expect=65).error["message"]
    assert digest in message and "expected sha256" in message and "found sha256" in message


def test_the_repetition_cap_is_exit_65(train_spec, tmp_path):
    train_spec["data"]["maxEpochs"] = 0.01
    process = run("train", train_spec, tmp_path / "out", expect=65)
    assert process.error["kind"] == "RepetitionCap" and "cluster c0000" in process.error["message"]


def test_a_long_quiet_phase_gives_signs_of_life(train_spec, tmp_path, monkeypatch):
    """Hashing a corpus' shards may take longer than silence may last."""
    monkeypatch.setattr("climb_trainer.contract.QUIET", 0.0)
    process = run("train", train_spec, tmp_path / "out")
    before = [e for e in process.events[:process.events.index(next(e for e in process.events if e["event"] == "microBatch"))]]
    assert {"busy"} < {e["event"] for e in before} and any("reading" in e.get("what", "") for e in before)


def test_version_is_known_without_torch(capsys):
    assert program.run(["version"]) == 0
    event = json.loads(capsys.readouterr().out)
    assert event["event"] == "version" and event["name"] == "climb_trainer" and event["torch"].startswith("2.")
