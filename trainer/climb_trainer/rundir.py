"""The output folder of one run: who owns it, whether it is finished, how results appear in it.

Fencing: `owner.json` names the newest process by a random token. A process reads it again before
each publish; a frozen one that wakes up after a takeover finds another token and publishes nothing.
Reading and renaming are two calls: one frozen exactly between them would still publish. That does
no harm, since what it publishes is a function of the same spec, whole and hashed.
"""

import json
import os
import secrets
import shutil
import socket
import time
from pathlib import Path

from . import files
from .contract import BadSpec, NotOwner, emit, log


class RunDir:
    """An owned folder. Build it with `claim`."""

    def __init__(self, path: Path, spec_digest: str, token: str):
        self.path, self.spec, self.token = path, spec_digest, token

    @classmethod
    def claim(cls, path: Path, spec_digest: str) -> "RunDir":
        """Become the owner and clear what killed owners left. Raises BadSpec for another spec's folder."""
        path.mkdir(parents=True, exist_ok=True)
        refuse_other_work(path, _read(path / "owner.json"), spec_digest)
        run = cls(path, spec_digest, secrets.token_hex(16))
        owner = {"token": run.token, "pid": os.getpid(), "host": socket.gethostname(),
                 "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "spec": spec_digest}
        files.publish(path / "owner.json", files.dump(owner), f".tmp-{run.token}")
        for leftover in [*path.glob(".tmp-*"), *path.glob("*/.tmp-*")]:
            remove(leftover)
        return run

    def check_owner(self) -> None:
        owner = _read(self.path / "owner.json")
        if not owner or owner.get("token") != self.token:
            raise NotOwner(f"folder {self.path} now belongs to {owner or 'nobody'}, not to token {self.token}; "
                           "this process publishes nothing more and its work goes on over there")

    def staging(self, parent: str = ".") -> Path:
        """A fresh folder for files not yet published; removed by the next owner if we die."""
        self.check_owner()
        folder = self.path / parent / f".tmp-{self.token}"
        remove(folder)
        folder.mkdir(parents=True)
        return folder

    def publish(self, name: str, data: bytes) -> Path:
        """Write a file whole and make it appear under DIR/name, if we still own DIR."""
        target = self.path / name
        self.check_owner()
        target.parent.mkdir(exist_ok=True)
        files.publish(target, data, f".tmp-{self.token}-{target.name}")
        return target

    def publish_tree(self, staged: Path, name: str) -> None:
        """Make a staged file or folder (its files already synced) appear under DIR/name."""
        target = self.path / name
        if staged.is_dir():
            files.fsync_dir(staged)
        self.check_owner()
        if target.is_dir():
            remove(target)
        os.replace(staged, target)
        files.fsync_dir(target.parent)

    def finish(self, name: str, result: dict) -> None:
        """Publish the last file, tell the caller, leave nothing else behind."""
        data = files.dump(result)
        self.publish(name, data)
        clear_working_files(self.path)
        emit("done", sha256=files.sha256_bytes(data))


def finished(path: Path, name: str, spec_digest: str) -> dict | None:
    """The published result if this spec's work is already done here, with its files in place.

    Raises BadSpec if the folder holds another spec's result. Sizes are compared, hashes are not:
    the caller verifies them when it takes the files.
    """
    result = _read(path / name)
    if result is None:
        return None
    refuse_other_work(path, result, spec_digest)
    for companion in _references(result):
        file = path / companion["file"]
        if not file.is_file() or file.stat().st_size != companion["bytes"]:
            log(f"{path / name} names {companion['file']} with {companion['bytes']} bytes, which is not there: doing the work again")
            return None
    clear_working_files(path)
    emit("done", sha256=files.sha256_file(path / name))
    return result


def refuse_other_work(path: Path, found: dict | None, spec_digest: str) -> None:
    if found and found.get("spec") != spec_digest:
        raise BadSpec(f"--out {path}: expected an empty folder or the work of spec {spec_digest}, "
                      f"found the work of spec {found.get('spec')}; mixing them would spoil both, use another folder")


def clear_working_files(path: Path) -> None:
    """Remove what only a running process needs; owner.json last, so that a cut leaves an owner to clean up."""
    for leftover in [path / "checkpoints", *path.glob("members/*.json"), *path.glob(".tmp-*"), *path.glob("*/.tmp-*"), path / "owner.json"]:
        remove(leftover)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _read(path: Path) -> dict | None:
    """A JSON object, or None if it is missing or broken (a broken owner owns nothing)."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _references(value):
    """Every {file, sha256, bytes} in a result."""
    if isinstance(value, dict):
        if {"file", "sha256", "bytes"} <= value.keys():
            yield value
        else:
            for inner in value.values():
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
