"""When to stop: signals, a closed stdin, a dead parent.

The process belongs to whoever holds the other end of its stdin. Stopping is cooperative: work
loops call `check` (or read `stopping`) between steps, checkpoint, and leave with exit code 75.
What comes in on stdin is kept for `lines`; a single command reads none of it.
"""

import os
import queue
import signal
import sys
import threading

from .contract import Stopped, log

GRACE = 1.5  # seconds from a closed stdin to a hard exit; the caller may already be gone

_stopping = False  # no Event: setting one takes a lock, and a second signal may come while the first one's handler holds it
_lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # its put may be called from a signal handler
_reason = "asked to stop"


def watch() -> None:
    """Install the handlers and start the thread that watches stdin."""
    signal.signal(signal.SIGTERM, lambda *_: request("SIGTERM"))
    signal.signal(signal.SIGINT, lambda *_: request("SIGINT"))
    if sys.platform == "linux":
        import ctypes

        PR_SET_PDEATHSIG = 1  # prctl(2): send this signal when the parent dies
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # A parent that died before prctl has closed our stdin: the thread below covers that gap.
    threading.Thread(target=_watch_stdin, name="stdin", daemon=True).start()


def request(reason: str) -> None:
    global _stopping, _reason
    if not _stopping:
        _stopping, _reason = True, reason
        _lines.put(None)


def stopping() -> bool:
    return _stopping


def check() -> None:
    """Raise Stopped if someone asked for it; for work that has nothing to save."""
    if _stopping:
        raise Stopped(f"stopped by {_reason}; start the same spec in the same folder to go on")


def lines():
    """Lines of stdin as they come, until it ends or someone asks to stop."""
    while (line := _lines.get()) is not None:
        yield line


def _watch_stdin() -> None:
    rest = b""
    try:
        while data := os.read(0, 65536):  # os.read, not sys.stdin: a buffered reader's lock can hang the exit
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                _lines.put(line)
    except OSError:
        pass
    request("end of stdin")
    threading.Event().wait(GRACE)
    try:
        log(f"stdin closed and the step did not end within {GRACE} s: leaving without a checkpoint")
    finally:
        os._exit(75)
