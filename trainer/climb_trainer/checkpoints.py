"""Checkpoints: DIR/checkpoints/step-%08d/, each complete or absent.

A folder is written under a temporary name, its manifest.json with the hash of every other file
last, and renamed into place. Loading verifies all hashes; a broken one is passed over for the one
before. Tensors are safetensors: nothing is ever unpickled.

The state is tensors [M, P] and a JSON object, `loop`. There is no generator state: after the
seeded start nothing is random, and the data order is a function of the step.
"""

import json
import threading
from pathlib import Path

import safetensors.torch
import torch

from . import faults, files
from .contract import busy, emit, log
from .rundir import RunDir, remove
from .spec import parse

FILES = {"model.safetensors": ("params",), "optim.safetensors": ("mean", "square")}


class Writer:
    """Writes checkpoints, in the background where the training goes on meanwhile on a device."""

    def __init__(self, run: RunDir, keep: int, background: bool):
        self.run, self.keep, self.background = run, keep, background
        self._thread, self._failure = None, None
        self._copies: dict[str, torch.Tensor] = {}  # the host's, reused

    def save(self, number: int, tensors: dict, loop: dict) -> None:
        """Take the state as it is now. Raises what went wrong here or with the one before (DiskFull, NotOwner)."""
        self.wait()
        if not self.background:
            return self._write(number, tensors, loop)
        for name, tensor in tensors.items():
            if name not in self._copies:
                self._copies[name] = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=tensor.is_cuda)
            self._copies[name].copy_(tensor)
        self._thread = threading.Thread(target=self._try_to_write, args=(number, self._copies, loop), name="checkpoint")
        self._thread.start()

    def idle(self) -> bool:
        return self._thread is None or not self._thread.is_alive()

    def wait(self) -> None:
        """Until what was taken is on disk. Raises what went wrong."""
        while not self.idle():
            self._thread.join(1)
            busy("writing a checkpoint")
        failure, self._failure, self._thread = self._failure, None, None
        if failure:
            raise failure

    def _try_to_write(self, *state) -> None:
        try:
            self._write(*state)
        except BaseException as error:
            self._failure = error

    def _write(self, number: int, tensors: dict, loop: dict) -> None:
        save(self.run, number, {name: tensor.cpu() for name, tensor in tensors.items()}, loop, self.keep)
        emit("checkpoint", step=number)


def save(run: RunDir, number: int, tensors: dict, loop: dict, keep: int) -> None:
    """Publish checkpoint `number` and drop all but the newest `keep`. Raises DiskFull, NotOwner."""
    faults.point("train.beforeCheckpoint")
    staged = run.staging("checkpoints")
    contents = {name: safetensors.torch.save({key: tensors[key] for key in keys}) for name, keys in FILES.items()}
    contents["state.json"] = files.dump(loop)
    manifest = {"schema": 1, "spec": run.spec, "step": number, "files": []}
    try:
        for name, data in contents.items():
            files.write(staged / name, data)
            manifest["files"].append({"file": name, "sha256": files.sha256_bytes(data), "bytes": len(data)})
            faults.point("train.midCheckpoint")
        files.write(staged / "manifest.json", files.dump(manifest))
        run.publish_tree(staged, f"checkpoints/{folder_name(number)}")
    except OSError as error:
        if error.errno not in files.FULL:
            raise
        raise files.disk_full(staged.parent, sum(map(len, contents.values()))) from error
    finally:
        remove(staged)
    for old in existing(run.path)[keep:]:
        remove(old)
    faults.point("train.afterCheckpoint")


def load(run: RunDir, accept) -> tuple[dict, dict] | None:
    """(tensors, loop) of the newest whole checkpoint whose loop state `accept`s, else None.

    Newer ones go: they are broken, or of members cut otherwise, and would outlive what is written next.
    """
    for folder in existing(run.path):
        try:
            tensors, loop = _read(folder, run.spec)
            if accept(loop):
                return tensors, loop
        except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError) as error:
            log(f"checkpoint {folder} is broken ({error}): trying the one before")
        run.check_owner()
        remove(folder)
    return None


def existing(path: Path) -> list[Path]:
    """Published checkpoint folders, newest first."""
    return sorted(path.glob("checkpoints/step-*"), reverse=True)


def folder_name(number: int) -> str:
    return f"step-{number:08d}"


def _read(folder: Path, spec: str) -> tuple[dict, dict]:
    manifest = parse((folder / "manifest.json").read_bytes())
    if manifest["spec"] != spec or folder.name != folder_name(manifest["step"]):
        raise ValueError(f"it holds step {manifest['step']} of spec {manifest['spec']}")
    contents = {}
    for entry in manifest["files"]:
        data = contents[entry["file"]] = (folder / entry["file"]).read_bytes()
        if files.sha256_bytes(data) != entry["sha256"]:
            raise ValueError(f"{entry['file']}: expected sha256 {entry['sha256']}, found {files.sha256_bytes(data)}")
    tensors = {}
    for name, keys in FILES.items():
        loaded = safetensors.torch.load(contents[name])
        tensors |= {key: loaded[key] for key in keys}
    return tensors, json.loads(contents["state.json"])
