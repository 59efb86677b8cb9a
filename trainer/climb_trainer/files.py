"""Durable files: a name appears only when its bytes are safely on disk.

Write to a temporary name, fsync, rename, fsync the folder. Every write of the trainer goes
through `write`, so that a full disk is met in one place.
"""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

from .contract import BadData, DiskFull, busy

BLOCK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT)


def sha256_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path, each_block=lambda: None) -> str:
    """SHA-256 of a file, read in 1 MiB blocks; `each_block` lets a long read be interrupted."""
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(BLOCK):
            digest.update(block)
            busy(f"reading {path.name}")
            each_block()
    return digest.hexdigest()


def fsync_dir(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def stamp(path: Path) -> tuple | None:
    """Differs when the file was replaced, changed or touched; None if it is missing."""
    try:
        with open(path, "rb") as f:  # opened, not only looked up: network folders answer a bare stat from memory
            found = os.fstat(f.fileno())
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def write(path: Path, data: bytes, mode: str = "wb") -> None:
    """Write (or append, mode "ab") and fsync. Raises DiskFull with bytes needed and free."""
    try:
        with open(path, mode) as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise disk_full(path.parent, len(data)) from error


def publish(path: Path, data: bytes, temporary: str) -> None:
    """Replace `path` in one step. `temporary` is a name in the same folder, known to be ours."""
    scratch = path.parent / temporary
    try:
        write(scratch, data)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
    fsync_dir(path.parent)


def disk_full(folder: Path, needed: int) -> DiskFull:
    return DiskFull(
        f"no space left while writing {needed or 'an unknown number of'} bytes under {folder}: "
        f"{shutil.disk_usage(folder).free} bytes free. What was published before is untouched; "
        f"free at least {needed or 'some'} bytes and start again")


def verify(path: Path, sha256: str, size: int | None = None, each_block=lambda: None) -> None:
    """Raise BadData unless the file exists, has `size` bytes (if given) and hashes to `sha256`.

    The size is compared first: a truncated file is found without reading it.
    """
    hint = "it was changed, cut or never fetched; restore it from where it was published"
    if not path.is_file():
        raise BadData(f"file {path}: expected sha256 {sha256}, found no file; {hint}")
    found = path.stat().st_size
    if size is not None and found != size:
        raise BadData(f"file {path}: expected {size} bytes, found {found} bytes; {hint}")
    actual = sha256_file(path, each_block)
    if actual != sha256:
        raise BadData(f"file {path}: expected sha256 {sha256} and {size or found} bytes, "
                      f"found sha256 {actual} and {found} bytes; {hint}")


def reference(path: Path, name: str, sha256: str | None = None) -> dict:
    """{file, sha256, bytes} of a file, as results name their companions."""
    return {"file": name, "sha256": sha256 or sha256_file(path), "bytes": path.stat().st_size}


def dump(value) -> bytes:
    """JSON as published: stable key order as built, NaN refused, newline last."""
    return (json.dumps(value, allow_nan=False, ensure_ascii=False) + "\n").encode()
