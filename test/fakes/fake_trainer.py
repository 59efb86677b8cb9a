"""A trainer that keeps the contract of trainer/README.md and needs no torch: whole searches take seconds.

A proxy's loss is a known function of its mixture plus noise drawn from its seed, so that tests know what a search
should find. Tokenising and encoding are the real thing. Times and faults come from the environment of the trainer profile:

FAKE_STEPS     steps of a training (default 4)
FAKE_STEP_MS   milliseconds a step (default 0)
FAKE_LOG       a file that gets one line for every step and start: what was really trained
FAKE_DIVERGE   seeds, comma-separated, whose trainings diverge
FAKE_FAIL      a file; while it exists every training ends with the exit code in it, 65 where it is empty
FAKE_HOLD      a file; while it exists no training begins, or fails
FAKE_SPOIL     a file; the evaluation that finds it removes it and spoils the weights of its first member
FAKE_ENSEMBLE  says that it trains many proxies side by side
FAKE_OLD       says that it can't encode tasks
"""

import hashlib
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

STEPS = int(os.environ.get("FAKE_STEPS", "4"))
STEP_SECONDS = int(os.environ.get("FAKE_STEP_MS", "0")) / 1000
IDENTITY = {"name": "fake_trainer", "version": "1", "torch": "none"}
ABILITIES = {"serve": True, "encode": not os.environ.get("FAKE_OLD"), "ensemble": bool(os.environ.get("FAKE_ENSEMBLE"))}
stopping, busy = threading.Event(), threading.Event()
requests = queue.SimpleQueue()


def emit(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def note(line):
    if path := os.environ.get("FAKE_LOG"):
        with open(path, "a") as log:
            log.write(line + "\n")


def noise(*path):
    """Uniform on [-1, 1), a pure function of `path`."""
    number = int.from_bytes(hashlib.sha256(json.dumps(path).encode()).digest()[:6], "big")
    return number / 2**47 - 1


def publish(path, value):
    temporary = Path(f"{path}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value))
    os.replace(temporary, path)


def true_loss(weights):
    """Bits per byte without noise: lowest at weights that fall with the cluster's index, well away from uniform."""
    best = [2.0 ** -(c + 1) for c in range(len(weights))]
    return 2.5 + 1.5 * sum((w - b) ** 2 for w, b in zip(weights, best))


def train(spec, out):
    while (path := os.environ.get("FAKE_HOLD")) and Path(path).exists() and not stopping.is_set():
        time.sleep(0.02)
    if (path := os.environ.get("FAKE_FAIL")) and Path(path).exists():
        code = int(Path(path).read_text() or 65)
        emit("error", code=code, kind="BadData", message="told to fail by the test")
        return code
    diverge = os.environ.get("FAKE_DIVERGE", "").split(",")
    members, state = [], out / "state.json"
    emit("microBatch", size=spec["optim"].get("microBatch", spec["optim"]["batch"]))
    done = json.loads(state.read_text()) if state.exists() else {}
    for member in spec["members"]:
        note(f"start {member['id']} {done.get(member['id'], 0)}")
        for step in range(done.get(member["id"], 0), STEPS):
            time.sleep(STEP_SECONDS)
            note(f"step {member['id']} {step}")
            done[member["id"]] = step + 1
            publish(state, done)
            emit("progress", step=step + 1, steps=STEPS, tokens=step + 1, loss=2.0, tokensPerSec=1.0, etaSec=0.0)
            if stopping.is_set():
                return 75
        diverged = str(member["seed"]) in diverge
        file = f"{member['id']}.safetensors"
        publish(out / file, {
            "weights": member["weights"], "seed": member["seed"], "model": spec["model"],
            "init": spec.get("init", {}).get("sha256"), "poolShare": spec["data"].get("poolShare", 1),
        })
        members.append({
            "id": member["id"], "status": "diverged" if diverged else "trained", "steps": STEPS,
            "weights": None if diverged else {"file": file}, "tokens": spec["budget"]["tokensPerMember"],
            "finalLoss": None if diverged else true_loss(member["weights"]), "seconds": max(STEPS * STEP_SECONDS, 0.001),
        })
    publish(out / "result.json", {"schema": 1, "kind": "train", "members": members})
    return 0


def evaluate(spec, out):
    if (path := os.environ.get("FAKE_SPOIL")) and Path(path).exists():
        Path(path).unlink()
        weights = Path(spec["members"][0]["weights"])
        weights.write_bytes(bytes(weights.stat().st_size))
    members = []
    for member in spec["members"]:
        weights = Path(member["weights"]).read_bytes()
        if hashlib.sha256(weights).hexdigest() != member["sha256"]:
            emit("error", code=65, kind="BadData", message=f"the weights {member['weights']} changed")
            return 65
        proxy = json.loads(weights)
        level = true_loss(proxy["weights"]) + 0.004 * noise("seed", proxy["seed"], proxy["weights"])
        members.append({"id": member["id"], "tasks": [score(task, level, spec["choices"]) for task in spec["tasks"]]})
    publish(out / "result.json", {"schema": 1, "kind": "evaluate", "members": members})
    return 0


def score(task, level, choices):
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


def watch_standard_input():
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    if busy.is_set():
        os._exit(75)
    requests.put(None)


def stop(*_):
    stopping.set()
    requests.put(None)


def carry_out(command, spec, out):
    busy.set()
    emit("hello", version="1", pid=os.getpid())
    code = {"train": train, "evaluate": evaluate}[command](json.loads(Path(spec).read_text()), Path(out))
    busy.clear()
    return code


def serve():
    while (request := requests.get()) is not None:
        code = carry_out(request["command"], request["spec"], request["out"])
        if code != 0:
            return code
        emit("end", code=code)
    return 0


def main(argv):
    if argv == ["version"]:
        emit("version", **IDENTITY, **ABILITIES)
        return 0
    if argv[0] in ("tokenise", "encode"):
        from climb_trainer.__main__ import main as real

        return real(argv)
    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=watch_standard_input, daemon=True).start()
    return serve() if argv == ["serve"] else carry_out(argv[0], argv[2], argv[4])


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # the thread that watches standard input can't be joined
