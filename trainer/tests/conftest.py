"""A tiny corpus, and a way to run the trainer as its caller does: spec in, JSON lines out.

Children are forked from the test process, which has imported torch once; a child still has its own
stdin, stdout, signals and exit code. Tests that are about start-up spawn a fresh interpreter.
"""

import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))
if os.access("/dev/shm", os.W_OK):  # thousands of synced files: in memory where possible
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")

import numpy as np
import pytest

from climb_trainer import __main__ as program

for heavy in ("torch", "climb_trainer.evaluate", "climb_trainer.train"):  # once, so that forked children needn't
    importlib.import_module(heavy)

MODEL = {"width": 16, "layers": 1, "heads": 2, "vocab": 320, "context": 16}
WORDS = "the a stone river climbs slowly over green hills and café naïve 日本 under cold ! 42 rope ledge".split()


def sha256(path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def write_json(path: Path, value) -> Path:
    path.write_text(json.dumps(value))
    return path


class Process:
    """A running trainer. `wait_for` returns at an event, `end` at the exit; neither polls."""

    def __init__(self, command: str, spec, out: Path, faults: str = "", spawn: bool = False, path=(), program=("-m", "climb_trainer")):
        """spawn: a fresh interpreter, with the folders of `path` before all others for imports, running `program`."""
        self.start([command, "--spec", str(self.write_spec(command, spec, out)), "--out", str(out)],
                   out.parent / f"{out.name}.log", faults, spawn, path, program)

    @staticmethod
    def write_spec(command: str, spec, out: Path) -> Path:
        out.parent.mkdir(parents=True, exist_ok=True)
        return write_json(out.parent / f"{out.name}.{command}.json", spec)

    def start(self, argv: list[str], stderr: Path, faults: str, spawn: bool, path=(), program=("-m", "climb_trainer")) -> None:
        self.events, self.stderr = [], stderr
        stdin, self.stdin = os.pipe()
        reader, stdout = os.pipe()
        os.set_inheritable(stdin, True)
        with open(self.stderr, "ab") as log:
            if spawn:
                folders = [*map(str, path), str(Path(__file__).parent.parent)]
                env = os.environ | {"PYTHONPATH": os.pathsep.join(folders), "CLIMB_FAULTS": faults}
                self.pid = subprocess.Popen([sys.executable, *program, *argv], stdin=stdin, stdout=stdout,
                                            stderr=log, env=env).pid
            elif not (pid := os.fork()):
                self._become(argv, faults, stdin, stdout, log.fileno())
            else:
                self.pid = pid
        os.close(stdin)
        os.close(stdout)
        self.stdout = os.fdopen(reader)

    def _become(self, argv, faults, stdin, stdout, log):
        status = 99
        try:
            for source, target in ((stdin, 0), (stdout, 1), (log, 2)):
                os.dup2(source, target)
            os.closerange(3, 256)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            os.environ["CLIMB_FAULTS"] = faults
            status = program.main(argv)
            sys.stdout.flush()
        finally:
            os._exit(status)

    def wait_for(self, name: str, **fields) -> dict:
        for line in self.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == name and fields.items() <= self.events[-1].items():
                return self.events[-1]
        raise AssertionError(f"the trainer ended without {name} {fields}: {self.events}\n{self.stderr.read_text()}")

    def end(self) -> int:
        """Exit code, negative for a signal; reads what is left of stdout."""
        self.events += map(json.loads, self.stdout)
        _, status = os.waitpid(self.pid, 0)
        self.close_stdin()
        return os.waitstatus_to_exitcode(status)

    def close_stdin(self) -> None:
        if self.stdin is not None:
            os.close(self.stdin)
            self.stdin = None

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)

    @property
    def error(self) -> dict:
        return next(e for e in self.events if e["event"] == "error")


class Server(Process):
    """A warm trainer that carries out one request after another."""

    def __init__(self, folder: Path, faults: str = "", spawn: bool = False, program=("-m", "climb_trainer")):
        self.start(["serve"], folder / "serve.log", faults, spawn, program=program)

    def ask(self, command: str, spec, out: Path) -> None:
        self.send(json.dumps({"command": command, "spec": str(self.write_spec(command, spec, out)), "out": str(out)}))

    def send(self, line: str) -> None:
        os.write(self.stdin, line.encode() + b"\n")


def run(command, spec, out, faults="", expect=0, **how) -> Process:
    """Run to the end; the exit code must be `expect`."""
    process = Process(command, spec, out, faults, **how)
    code = process.end()
    assert code == expect, f"exit {code}, expected {expect}: {process.events}\n{process.stderr.read_text()}"
    return process


def result(out: Path, name: str = "result.json") -> dict:
    return json.loads((out / name).read_text())


@pytest.fixture(scope="session")
def documents() -> list[dict]:
    """120 documents of 0 to 200 words in three registers, with what trips tokenizers up."""
    random = np.random.default_rng(5)
    out = [{"id": f"d{i}", "text": " ".join(random.choice(WORDS[(i % 3) * 4:], random.integers(1, 200)))} for i in range(116)]
    return out + [{"id": "empty", "text": ""}, {"id": "nul", "text": "a\0b"}, {"id": "lone", "text": "x\ud800y"},
                  {"id": "forged", "text": "end<|bos|>start\r\nnext"}]


@pytest.fixture(scope="session")
def tokenise_spec(tmp_path_factory, documents) -> dict:
    folder, shards = tmp_path_factory.mktemp("documents"), []
    for i, part in enumerate((documents[:50], documents[50:])):
        path = folder / f"{i}.jsonl"
        path.write_text("".join(json.dumps(d) + "\n" for d in part))
        shards.append({"path": str(path), "sha256": sha256(path), "documents": len(part)})
    assignment = np.array([i % 3 for i in range(len(documents))], "<u2")
    assignment[7] = 65535
    assignment.tofile(folder / "assignment")
    return {"schema": 1, "vocabSize": 320, "tokenizer": None, "seed": 3, "sampleBytes": 20000, "shards": shards,
            "assignment": {"path": str(folder / "assignment"), "sha256": sha256(folder / "assignment")},
            "clusters": ["c0000", "c0001", "c0002"]}


@pytest.fixture(scope="session")
def tokenised(tmp_path_factory, tokenise_spec) -> Path:
    out = tmp_path_factory.mktemp("tokenised") / "out"
    run("tokenise", tokenise_spec, out)
    return out


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory, tokenised) -> Path:
    """The shards as the artifact store keeps them, and the tokens manifest that the caller writes."""
    folder, manifest = tmp_path_factory.mktemp("artifacts"), result(tokenised, "manifest.json")
    for cluster in manifest["clusters"]:
        for part in ("bin", "idx"):
            place = folder / cluster[part]["sha256"][:2]
            place.mkdir(exist_ok=True)
            shutil.copy(tokenised / cluster[part]["file"], place / cluster[part]["sha256"])
    write_json(folder / "tokens.json", {k: manifest[k] for k in ("schema", "vocabSize", "bos", "dtype", "tokenizer", "clusters")})
    return folder


def build_train_spec(artifacts: Path) -> dict:
    """24 steps of 4 sequences: a quarter of a second."""
    return {
        "schema": 1, "members": [{"id": "m0", "weights": [0.5, 0.3, 0.2], "seed": 1}], "model": dict(MODEL),
        "data": {"manifest": str(artifacts / "tokens.json"), "sha256": sha256(artifacts / "tokens.json"),
                 "artifacts": str(artifacts), "maxEpochs": 4, "dataSeed": 7},
        "optim": {"learningRate": 0.01, "weightDecay": 0.1, "beta1": 0.9, "beta2": 0.95, "warmup": 0.02, "decay": 0.4,
                  "clip": 1.0, "batch": 4},
        "budget": {"tokensPerMember": 24 * 4 * 16}, "checkpoint": {"everySec": 0, "keep": 2},
        "device": "cpu", "dtype": "float32"}


@pytest.fixture
def train_spec(artifacts) -> dict:
    return build_train_spec(artifacts)


@pytest.fixture(scope="session")
def items(tmp_path_factory, documents) -> Path:
    """50 items with empty and space-ended queries, one choice, unequal and over-long continuations."""
    path = tmp_path_factory.mktemp("items") / "items.jsonl"
    random, lines = np.random.default_rng(9), []
    for i in range(50):
        words = lambda low, high: " ".join(random.choice(WORDS, random.integers(low, high)))
        choices = [words(1, 12) for _ in range(1 + i % 4)] if i % 10 else [words(60, 80), words(1, 5)]
        query = ["", words(1, 4), words(1, 40) + "  ", words(30, 60)][i % 4]
        lines.append(json.dumps({"id": f"i{i}", "query": query, "choices": choices, "gold": int(random.integers(len(choices)))}))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session")
def trained(tmp_path_factory, artifacts) -> Path:
    """An uninterrupted run of train_spec: what every disturbed run must equal."""
    out = tmp_path_factory.mktemp("trained") / "out"
    run("train", build_train_spec(artifacts), out)
    return out


@pytest.fixture
def evaluate_spec(trained, tokenised, items) -> dict:
    member, tokenizer = trained / "members" / "m0.safetensors", tokenised / "tokenizer.json"
    return {"schema": 1, "members": [{"id": "m0", "weights": str(member), "sha256": sha256(member)}], "model": dict(MODEL),
            "tokenizer": {"path": str(tokenizer), "sha256": sha256(tokenizer)},
            "tasks": [{"name": "made-up", "path": str(items), "sha256": sha256(items)}],
            "choices": "all", "device": "cpu", "dtype": "float32"}
