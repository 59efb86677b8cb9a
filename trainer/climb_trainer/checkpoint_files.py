"""Checkpoints as folders of files: DIR/checkpoints/step-%08d/, each complete or absent.

A folder is written under a temporary name, its manifest.json with the hash of every other file
last, and renamed into place. Loading verifies all hashes; a broken one is passed over for the one
before.
"""

from pathlib import Path
from typing import Callable, TypeVar

from . import faults, files
from .contract import log
from .rundir import RunDir, remove
from .spec import parse

State = TypeVar("State")


def save(run: RunDir, number: int, contents: dict[str, bytes], keep: int) -> None:
    """Publish checkpoint `number` and drop all but the newest `keep`. Raises DiskFull, NotOwner."""
    faults.point("train.beforeCheckpoint")
    staged = run.staging("checkpoints")
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


def load(run: RunDir, read: Callable[[dict[str, bytes]], State], accept: Callable[[State], bool]) -> State | None:
    """The newest whole checkpoint, by `read` of its files, that `accept` takes, else None.

    read: raises ValueError, KeyError or TypeError for contents that can't be used. Newer checkpoints
    go: they are broken, or of members cut otherwise, and would outlive what is written next.
    """
    for folder in existing(run.path):
        try:
            state = read(_contents(folder, run.spec))
            if accept(state):
                return state
        except (OSError, ValueError, KeyError, TypeError) as error:
            log(f"checkpoint {folder} is broken ({error}): trying the one before")
        run.check_owner()
        remove(folder)
    return None


def existing(path: Path) -> list[Path]:
    """Published checkpoint folders, newest first."""
    return sorted(path.glob("checkpoints/step-*"), reverse=True)


def folder_name(number: int) -> str:
    return f"step-{number:08d}"


def _contents(folder: Path, spec: str) -> dict[str, bytes]:
    manifest = parse((folder / "manifest.json").read_bytes())
    if manifest["spec"] != spec or folder.name != folder_name(manifest["step"]):
        raise ValueError(f"it holds step {manifest['step']} of spec {manifest['spec']}")
    contents = {}
    for entry in manifest["files"]:
        data = contents[entry["file"]] = (folder / entry["file"]).read_bytes()
        if files.sha256_bytes(data) != entry["sha256"]:
            raise ValueError(f"{entry['file']}: expected sha256 {entry['sha256']}, found {files.sha256_bytes(data)}")
    return contents
