"""serve: one command after another in a warm process, so that torch is imported once.

A request is a JSON line on stdin, `{"command", "spec", "out"}`; its events are those of the command
run alone, then `end`. Only what ends with a result (0, or 66: all diverged) leaves the process
running: anything else ends it with the exit code that the command alone would have had, so that a
caller reads both the same way and no failed request can spoil the next.
"""

import gc
import importlib
import sys
from typing import Callable

from . import lifeline
from .contract import BadSpec, emit
from .spec import parse

KEEPS = (0, 66)


def serve(run: Callable[[str, str, str], int]) -> int:
    """Carry out requests until stdin ends. run: (command, spec, out) -> exit code."""
    for module in ("train", "evaluate"):
        importlib.import_module("." + module, __package__)
    gc.freeze()  # what was imported stays: no need to look at it again
    for line in lifeline.lines():
        code = run(*request(line))
        if code not in KEEPS:
            return code
        release_device()
        emit("end", code=code)
    return 0


def release_device() -> None:
    """Give back the device's memory that torch keeps for later: others may need it while we wait."""
    torch = sys.modules.get("torch")  # a stand-in for the training needs none
    if torch and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def request(line: bytes) -> tuple[str, str, str]:
    """The fields of a request; BadSpec if it isn't one."""
    try:
        found = parse(line)
        fields = found["command"], found["spec"], found["out"]
        if not all(type(field) is str for field in fields):
            raise TypeError("a field is not a string")
        return fields
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadSpec(f'request: expected a line {{"command", "spec", "out"}}, found {line[:200]!r} '
                      f"({type(error).__name__}: {error}); nothing was started") from error
