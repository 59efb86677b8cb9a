"""A trainer that keeps the contract of trainer/README.md and needs no torch: whole searches take seconds.

Its command line, folders, checkpoints, lease, life line, fault points and exit codes are those of
climb_trainer; what stands in is the training and the scoring. A proxy's loss is a known function of
its mixture plus noise drawn from its seed, so that tests know what a search should find. Times and
troubles come from the environment of the trainer profile:

FAKE_STEPS     steps of a training (default 4); a checkpoint follows each
FAKE_STEP_MS   milliseconds a step (default 0)
FAKE_LOG       a file that gets one line for every step and start: what was really trained
FAKE_DIVERGE   seeds, or ids of members, comma-separated, whose trainings diverge
FAKE_FAIL      a file; while it exists every training ends with the exit code in it, 65 where it is empty
FAKE_HOLD      a file; while it exists no training begins, or fails
FAKE_SPOIL     a file; the evaluation that finds it removes it and spoils the weights of its first member
FAKE_ORDER     a file; while it exists a step takes up to a tenth of a second more, drawn from its content and the proxy
FAKE_ENSEMBLE  says that it trains many proxies side by side
FAKE_OLD       says that it can't encode tasks
"""

import hashlib
import json
import math
import os
import sys
import time
import types
from pathlib import Path

from climb_trainer import __main__ as program
from climb_trainer import checkpoint_files, faults, files, lifeline
from climb_trainer.contract import Progress, TrainerError, emit

STEPS = int(os.environ.get("FAKE_STEPS", "4"))
STEP_SECONDS = int(os.environ.get("FAKE_STEP_MS", "0")) / 1000
IDENTITY = {"name": "fake_trainer", "version": "1", "torch": "none"}
ABILITIES = {"serve": True, "encode": not os.environ.get("FAKE_OLD"), "ensemble": bool(os.environ.get("FAKE_ENSEMBLE"))}


def note(line):
    if path := os.environ.get("FAKE_LOG"):
        with open(path, "a") as log:
            log.write(line + "\n")


def noise(*path):
    """Uniform on [-1, 1), a pure function of `path`."""
    number = int.from_bytes(hashlib.sha256(json.dumps(path).encode()).digest()[:6], "big")
    return number / 2**47 - 1


def true_loss(weights):
    """Bits per byte without noise: lowest at weights that fall with the cluster's index, well away from uniform."""
    best = [2.0 ** -(c + 1) for c in range(len(weights))]
    return 2.5 + 1.5 * sum((w - b) ** 2 for w, b in zip(weights, best))


def train(spec, out):
    while (path := os.environ.get("FAKE_HOLD")) and Path(path).exists() and not lifeline.stopping():
        time.sleep(0.02)
    if (path := os.environ.get("FAKE_FAIL")) and Path(path).exists():
        raise told_to_fail(int(Path(path).read_text() or 65))
    emit("microBatch", size=spec["optim"].get("microBatch", spec["optim"]["batch"]))
    members = spec["members"]
    done = checkpoint_files.load(out, read_state, lambda state: state.keys() == {m["id"] for m in members})
    done = done or {member["id"]: 0 for member in members}
    progress = Progress(STEPS * len(members), spec["budget"]["tokensPerMember"] // STEPS)
    for member in members:
        note(f"start {member['id']} {done[member['id']]}")
        while done[member["id"]] < STEPS:
            lifeline.check()
            faults.point("train.step")
            time.sleep(STEP_SECONDS + drawn_delay(member["id"]))
            note(f"step {member['id']} {done[member['id']]}")
            done[member["id"]] += 1
            step = sum(done.values())
            checkpoint_files.save(out, step, contents_of(done), spec["checkpoint"]["keep"])
            emit("checkpoint", step=step)
            progress.update(step, 2.0)
    lifeline.check()
    records = [finished(spec, out, member) for member in members]
    faults.point("train.beforeResult")
    return {"schema": 1, "kind": "train", "spec": out.spec, "trainer": IDENTITY, "members": records}


def drawn_delay(member):
    if not (path := os.environ.get("FAKE_ORDER")) or not Path(path).exists():
        return 0
    return 0.05 * (1 + noise("order", Path(path).read_text(), member))


def told_to_fail(code):
    failure = TrainerError("told to fail by the test")
    failure.code, failure.kind = code, "BadData"
    return failure


def contents_of(done):
    """Of a checkpoint: several files, as a model and its optimiser are."""
    return {"model.json": files.dump(done), "optim.json": files.dump({"moments": list(done.values())}), "state.json": files.dump(done)}


def read_state(contents):
    return json.loads(contents["state.json"])


def finished(spec, out, member):
    """Publish a member's weights, which are its mixture; its record."""
    diverged = not {str(member["seed"]), member["id"]}.isdisjoint(os.environ.get("FAKE_DIVERGE", "").split(","))
    record = {"id": member["id"], "status": "diverged" if diverged else "trained", "weights": None, "steps": STEPS,
              "tokens": spec["budget"]["tokensPerMember"], "finalLoss": None, "epochs": [0.0] * len(member["weights"]),
              "seconds": max(STEPS * STEP_SECONDS, 0.001)}
    if not diverged:
        name = f"members/{member['id']}.safetensors"
        proxy = {"weights": member["weights"], "seed": member["seed"], "model": spec["model"],
                 "init": spec.get("init", {}).get("sha256"), "poolShare": spec["data"].get("poolShare", 1)}
        record |= {"weights": files.reference(out.publish(name, files.dump(proxy)), name), "finalLoss": true_loss(member["weights"])}
    emit("member", id=member["id"], status=record["status"])
    return record


def evaluate(spec, out):
    if (path := os.environ.get("FAKE_SPOIL")) and Path(path).exists():
        Path(path).unlink()
        weights = Path(spec["members"][0]["weights"])
        weights.write_bytes(bytes(weights.stat().st_size))
    members = []
    for member in spec["members"]:
        faults.point("evaluate.mid")
        lifeline.check()
        files.verify(Path(member["weights"]), member["sha256"])
        proxy = json.loads(Path(member["weights"]).read_bytes())
        level = true_loss(proxy["weights"]) + 0.004 * noise("seed", proxy["seed"], proxy["weights"])
        members.append({"id": member["id"], "tasks": [score(task, level, spec["choices"]) for task in spec["tasks"]]})
        emit("member", id=member["id"], status="evaluated")
    return {"schema": 1, "kind": "evaluate", "spec": out.spec, "trainer": IDENTITY, "members": members}


def score(task, level, choices):
    files.verify(Path(task["path"]), task["sha256"])
    items = [json.loads(line) for line in Path(task["path"]).read_text().splitlines()]
    scored = [item["text"] if "text" in item else " " + item["choices"][item["gold"]] for item in items]
    sizes = [len(text.encode()) for text in scored]
    shift = 0.1 * noise("task", task["name"])
    bits = [(level + shift + 0.3 * noise("item", task["name"], item["id"])) * size for item, size in zip(items, sizes)]
    result = {"name": task["name"], "n": len(items), "bitsPerByte": math.fsum(bits) / sum(sizes)}
    outcome = {"ids": [item["id"] for item in items], "goldLogProb": [-b * math.log(2) for b in bits], "bytes": sizes}
    if choices == "all" and "text" not in items[0]:
        hits = [float(noise("hit", task["name"], item["id"]) > level - 2.5) for item in items]
        result |= {"accuracy": math.fsum(hits) / len(hits), "accuracyNorm": math.fsum(hits) / len(hits)}
        outcome |= {"correct": hits, "correctNorm": hits}
    return result | {"items": outcome}


def stand_in(name, run):
    """What `climb_trainer` imports under this name from now on."""
    module = types.ModuleType(f"climb_trainer.{name}")
    module.run = run
    sys.modules[module.__name__] = module


def main(argv):
    if argv == ["version"]:
        emit("version", **IDENTITY, **ABILITIES)
        return 0
    stand_in("train", train)
    stand_in("evaluate", evaluate)
    return program.main(argv)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the thread that watches standard input can't be joined
