"""python -m climb_trainer {tokenise,encode,train,evaluate} --spec spec.json --out DIR
python -m climb_trainer serve
python -m climb_trainer version
"""

import os

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy and torch load: one thread a process, so that sums have one order

import argparse
import importlib
import sys
import traceback
from pathlib import Path

from . import VERSION, files, lifeline, rundir, serve, spec as specs
from .contract import BadSpec, DeviceLost, OutOfMemory, TrainerError, emit, log, out_of_memory

RESULT = {"tokenise": "manifest.json", "encode": "result.json", "train": "result.json", "evaluate": "result.json"}


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        raise BadSpec(f"command line: {message}; {self.format_usage().strip()}")


def run(argv: list[str]) -> int:
    """Carry out a command line; returns the exit code. Raises TrainerError and whatever went wrong below."""
    if argv == ["version"]:
        import importlib.metadata

        emit("version", name="climb_trainer", version=VERSION, torch=importlib.metadata.version("torch"), serve=True, ensemble=True,
             encode=True)
        return 0
    if argv == ["serve"]:
        return serve.serve(carry_out)
    parser = Arguments(prog="climb_trainer", usage="climb_trainer {tokenise,encode,train,evaluate} --spec FILE --out DIR | serve | version")
    parser.add_argument("command", choices=list(RESULT))
    parser.add_argument("--spec", required=True, help="the spec, a JSON file")
    parser.add_argument("--out", required=True, help="the folder for checkpoints and results")
    arguments = parser.parse_args(argv)
    return carry_out(arguments.command, arguments.spec, arguments.out)


def carry_out(name: str, spec_path: str, out_path: str) -> int:
    """Carry out one command in its folder; returns the exit code. Raises like `run`."""
    emit("hello", version=VERSION, pid=os.getpid())
    if name not in RESULT:
        raise BadSpec(f"command: expected one of {', '.join(RESULT)}, found {name!r:.80}")
    spec = specs.load(name, spec_path)
    owned = rundir.RunDir.claim(Path(out_path).absolute(), specs.digest(name, spec), RESULT[name])
    if isinstance(owned, dict):
        return exit_code(owned)
    try:
        command = importlib.import_module("." + name, __package__)
        result = command.run(spec, owned)
        owned.finish(RESULT[name], result)
        return exit_code(result)
    except OSError:
        owned.check_owner()  # a new owner clears our temporary files: that is the cause worth naming
        raise
    finally:
        owned.release()


def exit_code(result: dict) -> int:
    """0, or 66 when every member diverged: the result is there, but a retry would give it again."""
    members = result.get("members", [])
    return 66 if members and all(member.get("status") == "diverged" for member in members) else 0


def named(error: BaseException) -> TrainerError:
    """The contract's error for whatever went wrong."""
    if isinstance(error, TrainerError):
        return error
    if isinstance(error, OSError) and error.errno in files.FULL:
        return files.disk_full(Path(error.filename or ".").absolute().parent, 0)
    text = f"{type(error).__name__}: {error}"
    if out_of_memory(error):
        return OutOfMemory(f"{text}; use a smaller optim.microBatch, which leaves the effective batch as it is, fewer members side by side, or a smaller model")
    faulty = "device-side assert" in text or "captur" in text  # ours, on any device
    if not faulty and ("CUDA error" in text or "AcceleratorError" in text or "NVML" in text):
        return DeviceLost(f"{text}; the device can't be used any more by this process, run elsewhere")
    return TrainerError(f"{text}; this is a fault of the trainer, the traceback is on stderr")


def main(argv: list[str]) -> int:
    lifeline.watch()
    try:
        return run(argv)
    except BaseException as error:
        if isinstance(error, SystemExit):  # --help
            raise
        failure = named(error)
        if failure is not error:
            traceback.print_exception(error)
        log(str(failure))
        emit("error", code=failure.code, kind=failure.kind, message=str(failure))
        return failure.code


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # everything is synced; torch's and the tokenizer's threads need no goodbye
