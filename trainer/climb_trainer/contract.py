"""What the caller sees besides files: events on stdout, exit codes, error kinds.

One JSON object a line on stdout; stderr is log only. The table of exit codes is in README.md.
"""

import contextlib
import json
import math
import os
import sys
import time


class TrainerError(Exception):
    """An end with a name. `code` is the exit status, `kind` what the caller switches on.

    The message says what happened, what was found, why it matters and what to try.
    """

    code = 70
    kind = "Internal"


class BadSpec(TrainerError):
    code, kind = 64, "BadSpec"


class BadData(TrainerError):
    code, kind = 65, "BadData"


class RepetitionCap(TrainerError):
    """A mixture would read a cluster more often than `data.maxEpochs` allows."""

    code, kind = 65, "RepetitionCap"


class DiskFull(TrainerError):
    code, kind = 70, "DiskFull"


class OutOfMemory(TrainerError):
    code, kind = 71, "OutOfMemory"


class DeviceLost(TrainerError):
    code, kind = 72, "DeviceLost"


class Stopped(TrainerError):
    """Asked to stop (signal, closed stdin); what was done so far is on disk."""

    code, kind = 75, "Stopped"


class NotOwner(TrainerError):
    """Another process took the folder over; this one publishes nothing more."""

    code, kind = 75, "NotOwner"


def out_of_memory(error: BaseException) -> bool:
    """Whether a library says so, in whichever words."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in ("out of memory", "can't allocate memory", "alloc_failed"))


QUIET = 5.0  # seconds without an event after which `busy` says something
_spoke = time.monotonic()


def emit(event: str, **fields) -> None:
    """Write one event line. A caller that has gone away can't read it: that is no error here,
    because the closed stdin ends the process."""
    global _spoke
    _spoke = time.monotonic()
    line = json.dumps({"event": event, **fields}, allow_nan=False)
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        sys.stdout = open(os.devnull, "w")


def busy(what: str) -> None:
    """A sign of life in a long phase without progress: silence counts as hung."""
    if time.monotonic() - _spoke >= QUIET:
        emit("busy", what=what)


def log(message: str) -> None:
    """One line on stderr, if anybody reads it; newlines escaped so that no label can forge a second line."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        print("climb_trainer: " + message.replace("\r", "\\r").replace("\n", "\\n"), file=sys.stderr, flush=True)


class Progress:
    """`progress` events, at most one every half second, the first at once.

    step, steps: units of work done and in all (optimiser steps, documents, batches), over all attempts.
    tokens: tokens done, likewise. tokensPerSec, etaSec: of this attempt only, so that a resumed run
    reports its own speed.
    """

    def __init__(self, steps: int, tokens_per_step: int = 0, interval: float = 0.5):
        self.steps, self.tokens_per_step, self.interval = steps, tokens_per_step, interval
        self.start = self.last = None

    def due(self, step: int) -> bool:
        return self.start is None or step >= self.steps or time.monotonic() - self.last >= self.interval

    def update(self, step: int, loss: float | None = None, tokens: int | None = None) -> None:
        """Report, if one is due. tokens: where they aren't tokens_per_step a step."""
        if not self.due(step):
            return
        now, tokens = time.monotonic(), step * self.tokens_per_step if tokens is None else tokens
        if self.start is None:
            self.start = (now, step, tokens)
        began, step0, tokens0 = self.start
        seconds = now - began
        rate = (tokens - tokens0) / seconds if seconds > 0 else 0.0
        eta = (self.steps - step) * seconds / (step - step0) if step > step0 else None
        self.last = now
        emit("progress", step=step, steps=self.steps, tokens=tokens, loss=loss if loss is None or math.isfinite(loss) else None,
             tokensPerSec=round(rate, 1), etaSec=None if eta is None else round(eta, 1))
