"""train: one small language model per mixture, one after another, resumable bit for bit.

Read `run`, then `train_member`: the loop is there whole. All state of a run in flight is one dict,
`loop`; what is on disk is that dict, the finished members, and nothing else.
"""

import math
import platform
import time

import numpy as np
import safetensors.torch
import torch

from . import VERSION, checkpoints, faults, files, lifeline, model as gpt
from .contract import BadData, DeviceLost, Progress, emit, log
from .rundir import RunDir
from .shards import Shards
from .spec import parse

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
TAIL = 20  # finalLoss is the mean over the last 1/20 of the steps


def run(spec: dict, out: RunDir) -> dict:
    """Train every member of the spec; returns the result. Verifies all data before the first step."""
    configure(spec["device"])
    members, optim, context = spec["members"], spec["optim"], spec["model"]["context"]
    used = [any(weights) for weights in zip(*(m["weights"] for m in members))]
    shards = Shards(spec["data"], spec["model"]["vocab"], context, used)
    steps = spec["budget"]["tokensPerMember"] // (optim["batch"] * context)
    plans = [shards.plan(m, spec["data"]["dataSeed"], steps, optim["batch"], spec["data"]["maxEpochs"]) for m in members]
    progress = Progress(steps * len(members))
    records = []
    for index, (member, plan) in enumerate(zip(members, plans)):
        record = finished_member(out, member["id"])
        if record is None:
            record = train_member(spec, out, shards, plan, member, steps, index * steps, progress)
            out.publish(f"members/{member['id']}.json", files.dump(record))
        emit("member", id=member["id"], status=record["status"])
        records.append(record)
    faults.point("train.beforeResult")
    return {"schema": 1, "kind": "train", "spec": out.spec, "trainer": versions(), "members": records}


def train_member(spec, out: RunDir, shards: Shards, plan, member: dict, steps: int, first: int, progress: Progress) -> dict:
    """Train one member from its newest checkpoint (or from its seed) and publish its weights.

    first: steps of the members before it; checkpoints and progress count over the whole run.
    """
    model, optim, device = spec["model"], spec["optim"], torch.device(spec["device"])
    clusters, chunks, epochs = plan
    batch, micro = optim["batch"], optim.get("microBatch", optim["batch"])
    tokens_per_step = batch * model["context"]
    rope = gpt.rotary(model["context"], model["width"] // model["heads"], device, DTYPES[spec["dtype"]])
    loop = resume(out, member, model, device)
    last_save = time.monotonic()

    while loop["step"] < steps:
        if lifeline.stopping():
            save(out, spec, loop, first)
            lifeline.check()
        began, step = time.monotonic(), loop["step"]
        faults.point("train.step")

        slots = slice(step * batch, (step + 1) * batch)
        tokens = torch.from_numpy(shards.batch(clusters[slots], chunks[slots])).to(device)
        loop["params"].grad, loss = None, 0.0
        for part in tokens.split(micro):
            p = {name: w.to(DTYPES[spec["dtype"]]) for name, w in gpt.views(loop["params"], model).items()}
            part_loss = gpt.loss_sum(p, model, part, rope) / tokens_per_step
            part_loss.backward()
            loss += part_loss.item()
        norm = adamw(loop, optim, learning_rate(optim, step, steps))

        loop["step"] = step + 1
        loop["seconds"] += time.monotonic() - began
        if not (math.isfinite(loss) and math.isfinite(norm)):
            log(f"member {member['id']} diverged at step {step + 1}: loss {loss}, gradient norm {norm}; a lower learning rate may help")
            loop["diverged"] = True
            break
        if step >= steps - max(1, steps // TAIL):
            loop["tail"].append(loss)
        progress.update(first + step + 1, (first + step + 1) * tokens_per_step, loss)
        if time.monotonic() - last_save >= spec["checkpoint"]["everySec"] and loop["step"] < steps:
            save(out, spec, loop, first)
            last_save = time.monotonic()

    record = {"id": member["id"], "status": "trained", "weights": None, "steps": loop["step"],
              "tokens": loop["step"] * tokens_per_step, "finalLoss": None, "epochs": epochs, "seconds": round(loop["seconds"], 3)}
    if loop["diverged"]:
        return record | {"status": "diverged"}
    name = f"members/{member['id']}.safetensors"
    weights = {key: w.detach().cpu().contiguous() for key, w in gpt.views(loop["params"].detach(), model).items()}
    path = out.publish(name, safetensors.torch.save(weights))
    return record | {"weights": files.reference(path, name), "finalLoss": math.fsum(loop["tail"]) / len(loop["tail"])}


def adamw(loop: dict, optim: dict, rate: float) -> float:
    """One AdamW step (arXiv 1711.05101) on the flat vector, gradient clipped; returns the norm
    before clipping. Every parameter is a matrix, so all decay alike. Not finite: nothing changes."""
    params, grad = loop["params"], loop["params"].grad
    norm = grad.norm().item()
    if not math.isfinite(norm):
        return norm
    beta1, beta2, t = optim["beta1"], optim["beta2"], loop["step"] + 1
    with torch.no_grad():
        grad.mul_(min(1.0, optim["clip"] / (norm + 1e-6)))
        loop["mean"].lerp_(grad, 1 - beta1)
        loop["square"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        scale = loop["square"].sqrt().div_(math.sqrt(1 - beta2**t)).add_(1e-8)
        params.mul_(1 - rate * optim["weightDecay"])
        params.addcdiv_(loop["mean"], scale, value=-rate / (1 - beta1**t))
    return norm


def learning_rate(optim: dict, step: int, steps: int) -> float:
    """Linear warm-up over the first `warmup` of the run, constant, linear decay to 0 over the last `decay`."""
    up = (step + 1) / max(1.0, optim["warmup"] * steps)
    down = (steps - step) / max(1.0, optim["decay"] * steps)
    return optim["learningRate"] * min(1.0, up, down)


def fresh(member: dict, model: dict) -> dict:
    params = gpt.init(model, member["seed"])
    return {"member": member["id"], "params": params, "mean": torch.zeros_like(params), "square": torch.zeros_like(params),
            "step": 0, "tail": [], "seconds": 0.0, "diverged": False}


TENSORS = ("params", "mean", "square")


def save(out: RunDir, spec: dict, loop: dict, first: int) -> None:
    tensors = {key: loop[key].detach().cpu() for key in TENSORS}
    plain = {key: value for key, value in loop.items() if key not in TENSORS}
    checkpoints.save(out, first + loop["step"], tensors, plain, spec["checkpoint"]["keep"])
    emit("checkpoint", step=first + loop["step"])


def resume(out: RunDir, member: dict, model: dict, device) -> dict:
    """The loop state of the member's newest whole checkpoint, or of its start."""
    found = checkpoints.load(out, lambda plain: plain["member"] == member["id"])
    loop = found[0] | found[1] if found else fresh(member, model)
    if found:
        log(f"member {member['id']} goes on from step {loop['step']}")
    for key in TENSORS:
        loop[key] = loop[key].to(device)
    loop["params"].requires_grad_()
    return loop


def finished_member(out: RunDir, name: str) -> dict | None:
    """The record of a member that an earlier attempt finished, if its weights are still whole."""
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


def configure(device: str) -> None:
    """One thread, deterministic kernels: on a CPU the same spec gives the same bits."""
    torch.set_num_threads(1)
    torch.set_deterministic_debug_mode("error")  # use_deterministic_algorithms(True), less its second of importing inductor
    if device == "cuda" and not torch.cuda.is_available():
        raise DeviceLost("device cuda: expected a usable GPU, found none; run elsewhere or ask for device cpu")


def versions() -> dict:
    return {"name": "climb_trainer", "version": VERSION, "torch": torch.__version__,
            "numpy": np.__version__, "python": platform.python_version()}
