"""train: one small language model per mixture, side by side or one after another, resumable bit for bit.

Read `run`, then `train_ensemble`: the loop is there whole. All state of a run in flight is one
Ensemble; what is on disk is that, the finished members, and nothing else.
"""

import platform
import time
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from . import VERSION, checkpoints, faults, files, lifeline, model as gpt
from .contract import BadData, DeviceLost, Progress, emit, log
from .ensemble import Ensemble
from .rundir import RunDir
from .shards import Shards
from .spec import parse


def run(spec: dict, out: RunDir) -> dict:
    """Train every member of the spec; returns the result. Verifies all data before the first step."""
    configure(spec["device"], spec["dtype"])
    members, optim, model, data = spec["members"], spec["optim"], spec["model"], spec["data"]
    used = [any(weights) for weights in zip(*(m["weights"] for m in members))]
    shards = Shards(data, model["vocab"], model["context"], used, optim["batch"])
    steps = spec["budget"]["tokensPerMember"] // (optim["batch"] * model["context"])
    plans = [shards.plan(m, data["dataSeed"], steps, optim["batch"], data["maxEpochs"]) for m in members]
    trunk = read_trunk(spec["init"], model) if "init" in spec else None
    progress = Progress(steps * len(members), optim["batch"] * model["context"])
    for group in groups(spec):
        # All of them or none: a part would have other rounding, and no checkpoint.
        if any(finished_member(out, members[i]["id"]) is None for i in group):
            train_ensemble(spec, out, shards, [members[i] for i in group], [plans[i] for i in group], trunk, steps * group.start, progress)
    records = []
    for member in members:
        records.append(finished_member(out, member["id"]))
        emit("member", id=member["id"], status=records[-1]["status"])
    faults.point("train.beforeResult")
    return {"schema": 1, "kind": "train", "spec": out.spec, "trainer": versions(), "members": records}


def groups(spec: dict) -> list[range]:
    """Members that train side by side: on a CPU one, whose activations then stay in the cache."""
    count = len(spec["members"])
    together = spec.get("ensemble", 1 if spec["device"] == "cpu" else count)
    return [range(start, min(start + together, count)) for start in range(0, count, together)]


def train_ensemble(spec, out: RunDir, shards: Shards, members, plans, trunk, first: int, progress: Progress) -> None:
    """Train members from their newest checkpoint (or from the start) and publish their weights.

    first: steps of the members before them; checkpoints and progress count over the whole run.
    """
    ensemble, seconds = resume(out, spec, members, trunk)
    order, batch = shards.gather(plans, ensemble.device), spec["optim"]["batch"]
    emit("microBatch", size=ensemble.choose_micro_batch(order(0, batch)))
    start, began = ensemble.step, time.monotonic()
    last_save = began
    clock = lambda: seconds + time.monotonic() - began
    done = lambda: first + ensemble.step * len(members)
    writer = checkpoints.Writer(out, spec["checkpoint"]["keep"], background=ensemble.device.type != "cpu")
    save = lambda: writer.save(done(), ensemble.tensors(), ensemble.progress() | {"members": [m["id"] for m in members], "seconds": clock()})

    while ensemble.step < ensemble.steps:
        if lifeline.stopping():
            save()
            writer.wait()
            lifeline.check()
        faults.point("train.step")
        ensemble.advance(order(ensemble.step * batch, batch))
        # Reading a device's memory waits for it: seldom, where that costs.
        if ensemble.device.type == "cpu" or progress.due(done()):
            if not ensemble.alive.any():
                break
            progress.update(done(), ensemble.loss[ensemble.alive].mean().item())
        if time.monotonic() - last_save >= spec["checkpoint"]["everySec"] and ensemble.step < ensemble.steps and writer.idle():
            save()
            last_save = time.monotonic()

    if len(members) > 1 and ensemble.step > start:
        save()  # publishing many takes a while, and may be cut short
    writer.wait()
    for row, (member, plan) in enumerate(zip(members, plans)):
        if finished_member(out, member["id"]) is None:
            publish_member(out, spec, ensemble, row, plan.epochs, clock() / len(members))
            faults.point("train.published")
        if len(members) > 1:
            lifeline.check()


def publish_member(out: RunDir, spec: dict, ensemble: Ensemble, row: int, epochs: list, seconds: float) -> None:
    """Write a member's weights, then its record: who has one needn't train again."""
    member, steps = ensemble.members[row], ensemble.done[row].item()
    record = {"id": member["id"], "status": "trained", "weights": None, "steps": steps,
              "tokens": steps * spec["optim"]["batch"] * spec["model"]["context"], "finalLoss": None, "epochs": epochs,
              "seconds": round(seconds, 3)}
    if ensemble.alive[row]:
        name = f"members/{member['id']}.safetensors"
        path = out.publish(name, safetensors.torch.save(ensemble.weights(row)))
        record |= {"weights": files.reference(path, name), "finalLoss": ensemble.final_loss(row)}
    else:
        log(f"member {member['id']} diverged at step {steps}; a lower learning rate may help")
        record["status"] = "diverged"
    out.publish(f"members/{member['id']}.json", files.dump(record))


def resume(out: RunDir, spec: dict, members: list[dict], trunk) -> tuple[Ensemble, float]:
    """The members at their newest whole checkpoint, or at their start, and the seconds that it took them there."""
    names = [m["id"] for m in members]
    found = checkpoints.load(out, lambda loop: loop["members"] == names)
    if not found:
        return Ensemble.start(spec, members, trunk), 0.0
    tensors, loop = found
    log(f"member {', '.join(names)} goes on from step {loop['step']}")
    return Ensemble(spec, members, tensors, loop), loop["seconds"]


def read_trunk(init: dict, model: dict) -> torch.Tensor:
    """The weights [P] that every member starts from."""
    weights = read_weights(Path(init["path"]), init["sha256"], model)
    return torch.cat([weights[name].flatten() for name in gpt.shapes(model)])


def read_weights(path: Path, sha256: str, model: dict) -> dict[str, torch.Tensor]:
    """A member's matrices as published, float32 on the CPU; BadData unless they are finite and of the model's shapes."""
    files.verify(path, sha256)
    try:
        loaded = safetensors.torch.load_file(path)
    except safetensors.SafetensorError as error:
        raise BadData(f"file {path}: expected safetensors, found {error}") from error
    found, expected = {k: tuple(w.shape) for k, w in loaded.items()}, gpt.shapes(model)
    if found != expected:
        raise BadData(f"file {path}: expected matrices {expected}, found {found}; the spec's model is not the one trained")
    kinds = {str(w.dtype) for w in loaded.values()}
    if kinds != {"torch.float32"}:
        raise BadData(f"file {path}: expected float32 matrices, found {', '.join(sorted(kinds))}")
    if not all(w.isfinite().all() for w in loaded.values()):
        raise BadData(f"file {path}: expected finite weights, found NaN or infinity; the training diverged")
    return loaded


def finished_member(out: RunDir, name: str) -> dict | None:
    """The record of a member that this or an earlier attempt finished, if its weights are still whole."""
    try:
        record = parse((out.path / "members" / f"{name}.json").read_bytes())
        if record["weights"]:
            files.verify(out.path / record["weights"]["file"], record["weights"]["sha256"])
        return record
    except (OSError, ValueError, KeyError, TypeError):
        return None
    except BadData as error:
        log(f"member {name} is trained again: {error}")
        return None


BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16")  # of torch.cpu.get_capabilities, whatever the processor


def configure(device: str, dtype: str) -> None:
    """One thread, deterministic kernels: on a CPU the same spec gives the same bits."""
    torch.set_num_threads(1)
    if device == "cuda":
        if not torch.cuda.is_available():
            raise DeviceLost("device cuda: expected a usable GPU, found none; run elsewhere or ask for device cpu")
        return
    if dtype == "bfloat16" and not any(torch.cpu.get_capabilities().get(name) for name in BFLOAT16):
        log("dtype bfloat16: this CPU has no instructions for it, so it is slower here than float32")
    torch.set_deterministic_debug_mode("error")  # use_deterministic_algorithms(True), less its second of importing inductor
    torch.utils.deterministic.fill_uninitialized_memory = False  # every buffer is written before it is read


def versions() -> dict:
    return {"name": "climb_trainer", "version": VERSION, "torch": torch.__version__,
            "numpy": np.__version__, "python": platform.python_version()}
