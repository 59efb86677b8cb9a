"""How fast this machine trains and scores a proxy; the last line of stdout is JSON.

`npm run bench:trainer` starts it and knows the presets. Each step is timed beside a large matrix
product on the same thread or device, so that the share of the peak doesn't depend on what else the
machine was doing in another second. Figures are medians.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from climb_trainer import __main__ as program  # first: it sets the threads

began = time.perf_counter()
import safetensors.torch
import torch

from climb_trainer import model as gpt, tokens, train
from climb_trainer.contract import TrainerError
from climb_trainer.ensemble import Ensemble
from climb_trainer.files import sha256_file

IMPORT_SECONDS = time.perf_counter() - began
PEAK_SIZE = {"cpu": 1024, "cuda": 8192}


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("model", "tasks", "accelerate"):
        parser.add_argument(f"--{name}", type=json.loads, required=True)
    for name in ("preset", "device", "dtype"):
        parser.add_argument(f"--{name}", required=True)
    for name, kind in (("batch", int), ("members", int), ("seconds", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    parser.add_argument("--profile", action="store_true")
    a = parser.parse_args()

    train.configure(a.device, a.dtype)
    spec = {"model": a.model, "device": a.device, "dtype": a.dtype, "accelerate": a.accelerate, "budget": {"tokensPerMember": 10**12},
            "optim": {"learningRate": 1e-3, "weightDecay": 0.1, "beta1": 0.9, "beta2": 0.95, "warmup": 0.02, "decay": 0.4, "clip": 1.0,
                      "batch": a.batch}}
    ensemble = Ensemble.start(spec, [{"id": str(seed), "seed": seed} for seed in range(a.members)])
    batch = torch.randint(a.model["vocab"], (a.members, a.batch, a.model["context"] + 1)).to(a.device)
    micro = ensemble.choose_micro_batch(batch)
    step_seconds, peak = time_steps(ensemble, batch, a.seconds)
    if a.profile:
        profile(ensemble, batch)
    positions = a.members * a.batch * a.model["context"]
    rate = positions / statistics.median(step_seconds)
    flops = gpt.flops(a.model) * positions
    per_core = "tokensPerSecPerCore" if a.device == "cpu" else "tokensPerSec"
    result = {"device": a.device, "preset": a.preset, "dtype": a.dtype, "members": a.members, "microBatch": micro, per_core: round(rate),
              "gflops": round(rate * gpt.flops(a.model) / 1e9, 1), "peakGflops": round(statistics.median(peak) / 1e9, 1),
              "fractionOfPeak": round(statistics.median(flops / s / p for s, p in zip(step_seconds, peak)), 3),
              "importSeconds": round(IMPORT_SECONDS, 2)}
    result |= time_evaluation(spec, ensemble, a.tasks, rate / a.members)
    print(json.dumps(result))


def time_steps(ensemble: Ensemble, batch: torch.Tensor, seconds: float) -> tuple[list[float], list[float]]:
    """(seconds of each step, FLOP/s of a matrix product timed right after it)."""
    size, device = PEAK_SIZE[batch.device.type], batch.device
    # float32 sets the mark on a CPU, whatever the steps run in; a device is measured in what it runs.
    factor = torch.randn(size, size, device=device, dtype=torch.float32 if device.type == "cpu" else ensemble.dtype)
    product = torch.empty_like(factor)
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None

    def timed(work) -> float:
        wait()
        start = time.perf_counter()
        work()
        wait()
        return time.perf_counter() - start

    for _ in range(3):
        ensemble.advance(batch)
        torch.mm(factor, factor, out=product)
    steps, peaks, end = [], [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(steps) < 5:
        steps.append(timed(lambda: ensemble.advance(batch)))
        peaks.append(2 * size**3 / timed(lambda: torch.mm(factor, factor, out=product)))
    return steps, peaks


def profile(ensemble: Ensemble, batch: torch.Tensor) -> None:
    """Where the time of a step goes, on stderr."""
    with torch.profiler.profile() as found:
        for _ in range(10):
            ensemble.advance(batch)
    print(found.key_averages().table(sort_by="self_cpu_time_total", row_limit=24, max_name_column_width=40), file=sys.stderr)


def time_evaluation(spec: dict, ensemble: Ensemble, tasks: list[str], rate: float) -> dict:
    """Seconds to score one member from its saved weights: gold continuations alone, and all of them.
    Reading, tokenising and writing are part of it; torch is there already, as in a warm process.

    evalShare, fullEvalShare: of the time that training it on 1M tokens takes.
    """
    if not tasks:
        return {"evalSeconds": None, "evalShare": None, "fullEvalSeconds": None, "fullEvalShare": None}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        weights, tokenizer = root / "weights", root / "tokenizer.json"
        weights.write_bytes(safetensors.torch.save(ensemble.weights(0)))
        items = [json.loads(line) for path in tasks for line in Path(path).read_text().splitlines()]
        texts = (text for item in items for text in (item["query"], *item["choices"]))
        tokenizer.write_bytes(tokens.train(texts, spec["model"]["vocab"]))
        reference = lambda path: {"path": str(path), "sha256": sha256_file(Path(path))}
        seconds = {}
        for choices in ("gold", "all"):
            job = {"schema": 1, "members": [{"id": "m", "weights": str(weights), "sha256": sha256_file(weights)}], "model": spec["model"],
                   "tokenizer": reference(tokenizer), "tasks": [{"name": f"t{i}"} | reference(path) for i, path in enumerate(tasks)],
                   "choices": choices, "device": spec["device"], "dtype": spec["dtype"]}
            (root / choices).write_text(json.dumps(job))
            start = time.perf_counter()
            program.carry_out("evaluate", str(root / choices), str(root / f"{choices}.out"))
            seconds[choices] = time.perf_counter() - start
    share = lambda s: round(s * rate / 1e6, 3)
    return {"evalSeconds": round(seconds["gold"], 2), "evalShare": share(seconds["gold"]),
            "fullEvalSeconds": round(seconds["all"], 2), "fullEvalShare": share(seconds["all"])}


try:
    main()
except TrainerError as error:
    print(error, file=sys.stderr)
    sys.exit(error.code)
