"""The output folder of one run: who owns it, whether it is finished, how results appear in it.

Fencing: `owner.json` (lease.py) names the owner by a random token. A process reads it again before
each publish; a frozen one that wakes up after a takeover finds another token and publishes nothing.
Reading and renaming are two calls: one frozen exactly between them would still publish. That does
no harm, since what it publishes is a function of the same spec, whole and hashed.
"""

import os
import shutil
import time
from pathlib import Path

from . import files, lifeline
from .contract import BadSpec, NotOwner, emit, log
from .lease import NAME as OWNER, Lease, Watch, read

WORK = "work.json"  # whose work lies here while nobody owns it
POLL = 0.05  # seconds between two looks at a live owner
SAY = 2.0  # seconds between two `waiting` events


class RunDir:
    """An owned folder. Build it with `claim`."""

    def __init__(self, path: Path, spec_digest: str, lease: Lease):
        self.path, self.spec, self.lease, self.token = path, spec_digest, lease, lease.token

    @classmethod
    def claim(cls, path: Path, spec_digest: str, result: str) -> "RunDir | dict":
        """Become the owner and clear what killed owners left, or return the result if it is there.

        Waits while another process works here, with `waiting` events. Raises BadSpec for another
        spec's folder, Stopped if asked to stop.
        """
        watch, looked, said, began = Watch(path), "nothing yet", None, time.monotonic()
        while True:
            lifeline.check()
            owner = read(path / OWNER)
            live = watch.live(owner)
            stamp = files.stamp(path / result)  # after the owner: one that is done has put it there before it left
            if stamp != looked and (found := finished(path, result, spec_digest)):
                return found
            looked = stamp
            for claimed in (owner, read(path / WORK)):
                refuse_other_work(path, claimed, spec_digest)
            if live:
                now = time.monotonic()
                if said is None or now - said >= SAY:
                    emit("waiting", owner=owner.get("pid"), host=owner.get("host"), seconds=round(now - began, 1))
                    said = now
                time.sleep(POLL)  # not on an event: a signal handler must not set one that we wait for
                continue
            path.mkdir(parents=True, exist_ok=True)
            if lease := Lease.take(path, spec_digest, watch.token):
                break
        run = cls(path, spec_digest, lease)
        if not read(path / WORK):
            run.publish(WORK, files.dump({"spec": spec_digest}))
        for leftover in [*path.glob(".tmp-*"), *path.glob("*/.tmp-*")]:
            run.check_owner()
            remove(leftover)
        return run

    def release(self) -> None:
        """The end of our work, done or not: the next process starts at once."""
        self.lease.release()

    def check_owner(self) -> None:
        if not self.lease.holds():
            raise NotOwner(f"folder {self.path} now belongs to {read(self.path / OWNER) or 'nobody'}, not to token {self.token}; "
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
    result = read(path / name)
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
    for leftover in [path / "checkpoints", *path.glob("members/*.json"), *path.glob(".tmp-*"), *path.glob("*/.tmp-*"), path / WORK, path / OWNER]:
        remove(leftover)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
