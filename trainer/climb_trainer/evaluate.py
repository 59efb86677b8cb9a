"""evaluate: log-probabilities of every task's continuations under every member.

Requests are tokenised, sorted and packed once for all members. Logits are computed only at the
positions that predict a continuation: at vocabulary 2048 the projection is most of a proxy's cost.
"""

from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from . import faults, files, lifeline, model as gpt, tokens
from .contract import BadData, BadSpec, Progress, emit
from .requests import Piece, Task, pack, pieces, read_task
from .rundir import RunDir
from .scores import task_result
from .train import DTYPES, configure, versions

BATCH_TOKENS = 2048  # fastest of 1024 to 16384 at width 64: activations and logits of a batch stay in cache


def run(spec: dict, out: RunDir) -> dict:
    """Score every member on every task; returns the result."""
    configure(spec["device"])
    tasks = [read_task(t, spec["choices"] == "all") for t in spec["tasks"]]
    tokenizer_path = Path(spec["tokenizer"]["path"])
    files.verify(tokenizer_path, spec["tokenizer"]["sha256"])
    tokenizer, bos = tokens.load(tokenizer_path)
    if tokenizer.get_vocab_size() > spec["model"]["vocab"]:
        raise BadSpec(f"model.vocab: expected at least {tokenizer.get_vocab_size()}, the vocabulary of {tokenizer_path}, "
                      f"found {spec['model']['vocab']}")
    all_pieces, requests = pieces(tasks, tokenizer, bos, spec["model"]["context"])
    batches = pack(all_pieces, BATCH_TOKENS)
    progress = Progress(len(batches) * len(spec["members"]))
    members, done_tokens = [], 0
    for index, member in enumerate(spec["members"]):
        parameters = load_weights(member, spec)
        totals = np.zeros(requests)
        for i, batch in enumerate(batches):
            faults.point("evaluate.mid")
            lifeline.check()
            for piece, nats in zip(batch, score(parameters, spec, batch)):
                totals[piece.request] += nats
            done_tokens += sum(len(p.inputs) for p in batch)
            progress.update(index * len(batches) + i + 1, done_tokens)
        if not np.isfinite(totals).all():
            raise BadData(f"member {member['id']}: expected finite log-probabilities, found {totals[~np.isfinite(totals)][0]}; "
                          "its weights overflow, the training diverged")
        members.append({"id": member["id"], "tasks": results(tasks, totals)})
        emit("member", id=member["id"], status="evaluated")
    return {"schema": 1, "kind": "evaluate", "spec": out.spec, "trainer": versions(), "members": members}


def load_weights(member: dict, spec: dict) -> dict[str, torch.Tensor]:
    """A member's matrices on the device; BadData unless they are finite and of the model's shapes."""
    path = Path(member["weights"])
    files.verify(path, member["sha256"])
    try:
        loaded = safetensors.torch.load_file(path)
    except safetensors.SafetensorError as error:
        raise BadData(f"file {path}: expected safetensors, found {error}") from error
    found, expected = {k: tuple(w.shape) for k, w in loaded.items()}, gpt.shapes(spec["model"])
    if found != expected:
        raise BadData(f"file {path}: expected matrices {expected}, found {found}; the spec's model is not the one trained")
    if not all(w.isfinite().all() for w in loaded.values()):
        raise BadData(f"file {path}: expected finite weights, found NaN or infinity; the training diverged")
    return {name: w.to(spec["device"], DTYPES[spec["dtype"]]) for name, w in loaded.items()}


@torch.inference_mode()
def score(parameters: dict, spec: dict, batch: list[Piece]) -> list[float]:
    """Summed log-probability (nats) of each piece's targets. Padding stands at the right, where a
    causal model can't see it."""
    model, longest = spec["model"], max(len(p.inputs) for p in batch)
    padded = np.zeros((len(batch), longest), np.int64)
    for row, piece in zip(padded, batch):
        row[:len(piece.inputs)] = piece.inputs
    rope = gpt.rotary(longest, model["width"] // model["heads"], spec["device"], DTYPES[spec["dtype"]])
    states = gpt.hidden(parameters, model, torch.from_numpy(padded).to(spec["device"]), rope)

    counts = np.array([len(p.targets) for p in batch])
    last = np.array([i * longest + len(p.inputs) for i, p in enumerate(batch)])
    where = np.concatenate([np.arange(end - count, end) for end, count in zip(last, counts)])
    targets = torch.from_numpy(np.concatenate([p.targets for p in batch])).to(spec["device"])
    picked = states.reshape(-1, model["width"])[torch.from_numpy(where).to(spec["device"])]
    nats = gpt.log_probs(picked, parameters["head"], targets).double().cpu().numpy()
    return np.add.reduceat(nats, np.cumsum(counts) - counts).tolist()


def results(tasks: list[Task], totals: np.ndarray) -> list[dict]:
    """Cut the flat log-probabilities back into tasks, items and choices, in the order of `pieces`."""
    flat, out = iter(totals.tolist()), []
    for task in tasks:
        out.append(task_result(task, [[next(flat) for _ in task.scored(i)] for i in range(len(task.ids))]))
    return out
