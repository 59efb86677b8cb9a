"""encode: what an evaluation of the gold continuations would score, as token ids.

For callers that count tokens themselves, such as n-gram models over token shards. The texts are cut
into tokens exactly as `evaluate` does (requests.py).
"""

from pathlib import Path

import numpy as np

from . import VERSION, files, lifeline, tokens
from .contract import Progress
from .requests import Task, read_task, sequences
from .rundir import RunDir


def run(spec: dict, out: RunDir) -> dict:
    """Write <task>.bin for every task; returns the result."""
    tasks = [read_task(task, all_choices=False) for task in spec["tasks"]]
    path = Path(spec["tokenizer"]["path"])
    files.verify(path, spec["tokenizer"]["sha256"])
    tokenizer, bos = tokens.load(path)
    progress = Progress(len(tasks))
    encoded = []
    for done, task in enumerate(tasks, 1):
        lifeline.check()
        encoded.append(encode(task, tokenizer, bos, out))
        progress.update(done)
    return {"schema": 1, "kind": "encode", "spec": out.spec, "trainer": {"version": VERSION}, "tasks": encoded}


def encode(task: Task, tokenizer, bos: int, out: RunDir) -> dict:
    """Publish one task's tokens, uint32 LE: of each item the length, how many tokens at its end are
    scored, and the tokens, BOS first. `bytes` are what bits per byte count (scores.py)."""
    words, scored = [], 0
    for sequence, start in sequences([task], tokenizer, bos):
        words += [np.array([len(sequence), len(sequence) - start], "<u4"), sequence.astype("<u4")]
        scored += len(sequence) - start
    data = np.concatenate(words).tobytes()
    name = f"{task.name}.bin"
    out.publish(name, data)
    return {"name": task.name, "items": len(task.ids), "scored": scored,
            "bytes": sum(len(candidates[gold].encode()) for candidates, gold in zip(task.continuations, task.golds)),
            "bin": {"file": name, "sha256": files.sha256_bytes(data), "bytes": len(data)}}
