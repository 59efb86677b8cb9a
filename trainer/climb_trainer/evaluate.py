"""evaluate: log-probabilities of every task's continuations under every member.

Requests are tokenised, sorted and packed once for all members. Logits are computed only at the
positions that predict a continuation: at vocabulary 2048 the projection is most of a proxy's cost.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from . import faults, files, lifeline, model as gpt, tokens
from .contract import BadData, BadSpec, Progress, emit, out_of_memory
from .ensemble import DTYPES
from .layers import log_probs
from .requests import Piece, Task, pack, pieces, read_task
from .rundir import RunDir
from .scores import task_result
from .train import configure, groups, read_weights, versions

CACHE_POSITIONS = 2048  # of a batch: fastest of 1024 to 16384 on a CPU at width 64, a batch stays in cache
DEVICE_POSITIONS = 1 << 19  # of a batch over all members on a device


class Requests(NamedTuple):
    """The tasks of a spec, ready to be scored by any member."""

    tasks: list[Task]
    batches: list[list[Piece]]
    count: int


def run(spec: dict, out: RunDir) -> dict:
    """Score every member on every task; returns the result."""
    configure(spec["device"], spec["dtype"])
    requests = prepare(spec)
    progress = Progress(len(requests.batches) * len(spec["members"]))
    members, done = [], 0
    for group in groups(spec):
        weights = stack([read_weights(Path(m["weights"]), m["sha256"], spec["model"]) for m in spec["members"][group.start:group.stop]], spec)
        totals = np.zeros((len(group), requests.count))
        for batch in requests.batches:
            faults.point("evaluate.mid")
            lifeline.check()
            np.add.at(totals, (slice(None), [piece.request for piece in batch]), score_in_parts(weights, spec, batch))
            done += len(group)
            progress.update(done)
        for i, nats in zip(group, totals):
            member = spec["members"][i]
            if not np.isfinite(nats).all():
                raise BadData(f"member {member['id']}: expected finite log-probabilities, found {nats[~np.isfinite(nats)][0]}; "
                              "its weights overflow, the training diverged")
            members.append({"id": member["id"], "tasks": results(requests.tasks, nats)})
            emit("member", id=member["id"], status="evaluated")
    return {"schema": 1, "kind": "evaluate", "spec": out.spec, "trainer": versions(), "members": members}


_prepared: tuple[tuple, Requests] | None = None  # of the last spec: a warm process scores one proxy after another on the same tasks


def prepare(spec: dict) -> Requests:
    """Read, check and pack the tasks; kept for the next spec with the same ones."""
    global _prepared
    files_of = [(t["name"], t["sha256"]) for t in spec["tasks"]]
    size = CACHE_POSITIONS if spec["device"] == "cpu" else max(CACHE_POSITIONS, DEVICE_POSITIONS // len(groups(spec)[0]))
    key = (spec["tokenizer"]["sha256"], files_of, spec["choices"], spec["model"]["context"], size)
    if _prepared is None or _prepared[0] != key:
        tasks = [read_task(t, spec["choices"] == "all") for t in spec["tasks"]]
        path = Path(spec["tokenizer"]["path"])
        files.verify(path, spec["tokenizer"]["sha256"])
        tokenizer, bos = tokens.load(path)
        if tokenizer.get_vocab_size() > spec["model"]["vocab"]:
            raise BadSpec(f"model.vocab: expected at least {tokenizer.get_vocab_size()}, the vocabulary of {path}, "
                          f"found {spec['model']['vocab']}")
        every, count = pieces(tasks, tokenizer, bos, spec["model"]["context"])
        _prepared = key, Requests(tasks, pack(every, size), count)
    return _prepared[1]


def stack(members: list[dict], spec: dict) -> dict[str, torch.Tensor]:
    """Named matrices [M, in, out] on the device."""
    return {name: torch.stack([m[name] for m in members]).to(spec["device"], DTYPES[spec["dtype"]]) for name in members[0]}


def score_in_parts(weights: dict, spec: dict, batch: list[Piece]) -> np.ndarray:
    """`score`, by halves where a whole batch doesn't fit in the device's memory."""
    try:
        return score(weights, spec, batch)
    except RuntimeError as error:
        if len(batch) == 1 or not out_of_memory(error):
            raise
    middle = len(batch) // 2
    return np.concatenate([score_in_parts(weights, spec, half) for half in (batch[:middle], batch[middle:])], axis=1)


@torch.inference_mode()
def score(weights: dict, spec: dict, batch: list[Piece]) -> np.ndarray:
    """Summed log-probability (nats), float64 [M, pieces], of each piece's targets. Padding stands at
    the right, where a causal model can't see it."""
    model, longest = spec["model"], max(len(p.inputs) for p in batch)
    padded = np.zeros((len(batch), longest), np.int64)
    for row, piece in zip(padded, batch):
        row[:len(piece.inputs)] = piece.inputs
    members, device = len(weights["embed"]), spec["device"]
    rope = gpt.rotary(model, longest, device, DTYPES[spec["dtype"]])
    states = gpt.hidden(weights, model, torch.from_numpy(padded).to(device).expand(members, -1, -1), rope)

    counts = np.array([len(p.targets) for p in batch])
    last = np.array([i * longest + len(p.inputs) for i, p in enumerate(batch)])
    where = np.concatenate([np.arange(end - count, end) for end, count in zip(last, counts)])
    targets = torch.from_numpy(np.concatenate([p.targets for p in batch])).to(device).expand(members, -1)
    picked = states[:, torch.from_numpy(where).to(device)]
    nats = log_probs(picked, weights["head"], targets, gpt.logit_scale(model)).double().cpu().numpy()
    return np.add.reduceat(nats, np.cumsum(counts) - counts, axis=1)


def results(tasks: list[Task], totals: np.ndarray) -> list[dict]:
    """Cut the flat log-probabilities back into tasks, items and choices, in the order of `pieces`."""
    flat, out = iter(totals.tolist()), []
    for task in tasks:
        out.append(task_result(task, [[next(flat) for _ in task.scored(i)] for i in range(len(task.ids))]))
    return out
