"""Who works in a folder: `owner.json`, a random token that its owner renews while it works.

A live owner is waited for. It counts as gone when the file is away, when its process is known to
be dead, or when it has not renewed for a lease: frozen, or on a machine that is. Whoever takes
over writes another token, and the old owner, should it wake, reads that before it publishes.

Renewing is a new mtime on the file that was read, through its descriptor: an owner frozen between
reading and renewing touches a file that has no name any more, never its successor's. A watcher
looks for changes and counts time on its own clock, so that two machines' clocks needn't agree.
"""

import contextlib
import json
import math
import os
import secrets
import socket
import threading
import time
from pathlib import Path

from . import files
from .contract import BadSpec

NAME = "owner.json"
SECONDS = 15.0  # CLIMB_LEASE_SECONDS for tests
RENEWALS = 5  # in a lease


class Lease:
    """A folder that is ours until `release`, or until somebody finds us frozen."""

    def __init__(self, folder: Path, token: str, seconds: float):
        self.path, self.token = folder / NAME, token
        self._ended = threading.Event()
        threading.Thread(target=self._renew, args=(seconds / RENEWALS,), name="lease", daemon=True).start()

    @classmethod
    def take(cls, folder: Path, spec_digest: str, before: str | None) -> "Lease | None":
        """Follow the owner with the token `before` (None: nobody); None if somebody else was quicker."""
        token, seconds = secrets.token_hex(16), lease_seconds()
        owner = {"token": token, "pid": os.getpid(), "started": _process(os.getpid())[1], "host": socket.gethostname(),
                 "processes": _process_table(), "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                 "lease": seconds, "spec": spec_digest}
        scratch = folder / f".tmp-{token}"
        try:
            files.write(scratch, files.dump(owner))
            if not _drop(folder / NAME, before, token):
                return None
            _link(scratch, folder / NAME)
        except (FileExistsError, FileNotFoundError):  # another's owner.json, or our scratch was cleared by it
            return None
        finally:
            scratch.unlink(missing_ok=True)
        files.fsync_dir(folder)
        return cls(folder, token, seconds)

    def holds(self) -> bool:
        return _token(read(self.path)) == self.token

    def stop_renewing(self) -> None:
        self._ended.set()

    def release(self) -> None:
        """Let the next one start at once. Never raises: it runs at the end of failures."""
        self.stop_renewing()
        with contextlib.suppress(OSError):
            _drop(self.path, self.token, self.token)

    def _renew(self, interval: float) -> None:
        while not self._ended.wait(interval):
            with contextlib.suppress(OSError, ValueError), open(self.path, "rb") as f:
                if _token(json.load(f)) == self.token:
                    os.utime(f.fileno())


class Watch:
    """An owner seen from outside."""

    def __init__(self, folder: Path):
        self.path, self.token = folder / NAME, None
        self._seen, self._since = None, 0.0

    def live(self, owner: dict | None) -> bool:
        """Does `owner`, just read, still work here? Its token stays in `token`, for `Lease.take`."""
        now = time.monotonic()
        self.token = _token(owner)
        if self.token is None:
            return False
        seen = (self.token, files.stamp(self.path))  # after `now`: one frozen in between finds it changed
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since <= _lease_of(owner) and not _dead(owner)


def lease_seconds() -> float:
    text = os.environ.get("CLIMB_LEASE_SECONDS", str(SECONDS))
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadSpec(f"environment CLIMB_LEASE_SECONDS: expected a number above 0, found {text!r:.80}")
    return seconds


def read(path: Path) -> dict | None:
    """A JSON object, or None if it is missing or broken (a broken owner owns nothing)."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _token(owner) -> str | None:
    token = owner.get("token") if isinstance(owner, dict) else None
    return token if isinstance(token, str) else None


def _lease_of(owner: dict) -> float:
    """What the owner promised; ours if it promised nothing."""
    promised = owner.get("lease")
    return promised if type(promised) in (int, float) and 0 < promised < math.inf else lease_seconds()


def _drop(path: Path, token: str | None, unique: str) -> bool:
    """Remove owner.json if it names `token`. It may change between reading and removing: so it is
    renamed first, looked at again, and put back if it turns out to be another's."""
    if not path.exists():
        return token is None
    if _token(read(path)) != token:
        return False
    grabbed = path.parent / f".tmp-{unique}-before"
    try:
        os.rename(path, grabbed)
    except FileNotFoundError:
        return token is None
    ours = _token(read(grabbed)) == token
    if not ours:
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            _link(grabbed, path)
    grabbed.unlink(missing_ok=True)
    return ours


def _link(source: Path, target: Path) -> None:
    """Give a file a name that must be free. Without hard links the newest wins, as far as we can see."""
    try:
        os.link(source, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        os.replace(source, target)


def _dead(owner: dict) -> bool:
    """True only if it is certain: its processes are ours to see, and it isn't among them."""
    pid = owner.get("pid")
    if owner.get("processes") != _process_table() or type(pid) is not int or pid < 1 or os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass  # alive, and not ours to signal
    state, started = _process(pid)
    return state in ("Z", "X") or None not in (started, owner.get("started")) and started != owner["started"]


def _process(pid: int) -> tuple[str | None, str | None]:
    """(state, start in ticks since boot) as Linux tells them, see proc_pid_stat(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].decode().split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return None, None


def _process_table() -> str:
    """Names what gives a pid its meaning: containers can share a host's name, and a host restarts."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)
