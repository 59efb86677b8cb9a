"""Checkpoints of a training: its tensors [M, P] as safetensors and a JSON object, `loop`.

Nothing is ever unpickled. There is no generator state: after the seeded start nothing is random,
and the data order is a function of the step. checkpoint_files.py puts them on disk.
"""

import json
import threading

import safetensors.torch
import torch

from . import checkpoint_files, files
from .contract import busy, emit
from .rundir import RunDir

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
    contents = {name: safetensors.torch.save({key: tensors[key] for key in keys}) for name, keys in FILES.items()}
    checkpoint_files.save(run, number, contents | {"state.json": files.dump(loop)}, keep)


def load(run: RunDir, accept) -> tuple[dict, dict] | None:
    """(tensors, loop) of the newest whole checkpoint whose loop state `accept`s, else None."""
    return checkpoint_files.load(run, _read, lambda state: accept(state[1]))


def _read(contents: dict[str, bytes]) -> tuple[dict, dict]:
    tensors = {}
    for name, keys in FILES.items():
        try:
            loaded = safetensors.torch.load(contents[name])
        except safetensors.SafetensorError as error:
            raise ValueError(f"{name}: {error}") from error
        tensors |= {key: loaded[key] for key in keys}
    return tensors, json.loads(contents["state.json"])
