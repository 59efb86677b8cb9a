"""Named places where a test can break the process; inert unless CLIMB_FAULTS is set.

CLIMB_FAULTS="train.step:kill:7,train.midCheckpoint:enospc" kills the process with SIGKILL the
seventh time it reaches train.step, and pretends a full disk the first time it is between the
files of a checkpoint. Kinds: kill, term (SIGTERM to itself), freeze (SIGSTOP), hang (never returns),
delay=500 (milliseconds), enospc, eio, oom, lost (a GPU that fell off the bus), crash. With CLIMB_FAULTS_DONE,
a folder, each entry strikes once only, whichever process gets there first.
"""

import errno
import os
import signal
import threading
import time
from pathlib import Path

from .contract import emit

_hits: dict[str, int] = {}


def point(name: str) -> None:
    plan = os.environ.get("CLIMB_FAULTS")
    if not plan:
        return
    _hits[name] = _hits.get(name, 0) + 1
    for entry in plan.split(","):
        place, kind, *count = entry.strip().split(":")
        if place == name and _hits[name] == int(count[0] if count else 1) and _take_turn(entry.strip()):
            emit("fault", place=name, kind=kind)  # a test waits for this, then acts
            _strike(kind, name)


def _take_turn(entry: str) -> bool:
    folder = os.environ.get("CLIMB_FAULTS_DONE")
    if not folder:
        return True
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        Path(folder, entry).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _strike(kind: str, name: str) -> None:
    signals = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "freeze": signal.SIGSTOP}
    if kind in signals:
        os.kill(os.getpid(), signals[kind])
    elif kind == "hang":
        threading.Event().wait()
    elif kind.startswith("delay="):
        time.sleep(int(kind.removeprefix("delay=")) / 1000)
    elif kind in ("enospc", "eio"):
        raise OSError(getattr(errno, kind.upper()), f"injected at {name}")
    elif kind == "oom":
        raise MemoryError(f"injected at {name}")
    elif kind == "lost":
        raise RuntimeError(f"CUDA error: unspecified launch failure, injected at {name}")
    elif kind == "crash":
        raise RuntimeError(f"injected at {name}")
    else:
        raise ValueError(f"CLIMB_FAULTS names no known kind: {kind!r}; try kill, term, freeze, hang, delay=500, enospc, eio, oom, lost, crash")
