"""Specs: what each command accepts. Every problem is reported at once, with its path.

A checker is a function (value, path, problems) that appends "path: expected ..., found ..." lines.
Shapes come first; rules across fields only run on a spec whose shape is right.
"""

import hashlib
import json
import math
import re
from pathlib import Path

from .contract import BadSpec

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")  # becomes a file name: no separators, no leading dot
SHA256 = re.compile(r"[0-9a-f]{64}")
SAFE = 2**53 - 1  # the largest integer that JSON carries between languages unharmed


def integer(low: int, high: int = SAFE):
    def check(value, path, problems):
        if type(value) is not int or not low <= value <= high:
            problems.append(f"{path}: expected an integer from {low} to {high}, found {value!r:.80}")
    return check


def number(low: float, high: float, above: bool = False):
    """A finite number in [low, high], or in (low, high] with `above`."""
    def check(value, path, problems):
        good = type(value) in (int, float) and math.isfinite(value) and low <= value <= high
        if not good or (above and value == low):
            problems.append(f"{path}: expected a number {'above' if above else 'from'} {low} to {high}, found {value!r:.80}")
    return check


def text(pattern: re.Pattern, what: str):
    def check(value, path, problems):
        if type(value) is not str or not pattern.fullmatch(value):
            problems.append(f"{path}: expected {what}, found {value!r:.80}")
    return check


def absolute_path(value, path, problems):
    if type(value) is not str or not Path(value).is_absolute() or "\0" in value:
        problems.append(f"{path}: expected an absolute path, found {value!r:.80}")


def one_of(*choices):
    def check(value, path, problems):
        if not any(type(value) is type(c) and value == c for c in choices):
            problems.append(f"{path}: expected one of {', '.join(map(repr, choices))}, found {value!r:.80}")
    return check


def nullable(inner):
    return lambda value, path, problems: value is None or inner(value, path, problems)


def list_of(inner, least: int = 1):
    def check(value, path, problems):
        if type(value) is not list or len(value) < least:
            problems.append(f"{path}: expected a list of at least {least}, found {value!r:.80}")
            return
        for i, item in enumerate(value):
            inner(item, f"{path}[{i}]", problems)
    return check


def record(fields: dict, optional: tuple = ()):
    def check(value, path, problems):
        if type(value) is not dict:
            problems.append(f"{path or 'spec'}: expected an object, found {value!r:.80}")
            return
        dot = path + "." if path else ""
        for key in value:
            if key not in fields:
                problems.append(f"{dot}{key}: expected no such field (known: {', '.join(fields)}), found {value[key]!r:.80}")
        for key, inner in fields.items():
            if key in value:
                inner(value[key], dot + key, problems)
            elif key not in optional:
                problems.append(f"{dot}{key}: expected a value, found nothing")
    return check


name = text(NAME, "a name of letters, digits, '.', '_' or '-' (at most 128, no leading '.')")
sha256 = text(SHA256, "64 lower-case hexadecimal digits")
model = record({"width": integer(2, 65536), "layers": integer(1, 1024), "heads": integer(1, 1024),
                "vocab": integer(2, 2**24), "context": integer(2, 2**20)})
file = record({"path": absolute_path, "sha256": sha256})
device, dtype = one_of("cpu", "cuda"), one_of("float32", "bfloat16")

SHAPES = {
    "tokenise": record({
        "schema": one_of(1),
        "vocabSize": integer(257, 2**24),  # 256 bytes and BOS
        "tokenizer": nullable(file),
        "seed": integer(0),
        "sampleBytes": integer(1),
        "shards": list_of(record({"path": absolute_path, "sha256": sha256, "documents": integer(0)})),
        "assignment": file,
        "clusters": list_of(name),
    }),
    "encode": record({
        "schema": one_of(1),
        "tokenizer": file,
        "tasks": list_of(record({"name": name, "path": absolute_path, "sha256": sha256})),
    }),
    "train": record({
        "schema": one_of(1),
        "members": list_of(record({"id": name, "weights": list_of(number(0, 1)), "seed": integer(0),
                                   "learningRate": number(0, 10, above=True)}, optional=("learningRate",))),
        "model": model,
        "init": file,
        "data": record({"manifest": absolute_path, "sha256": sha256, "artifacts": absolute_path,
                        "maxEpochs": number(0, 1e9, above=True), "dataSeed": integer(0),
                        "poolShare": number(0, 1, above=True)}, optional=("poolShare",)),
        "optim": record({"learningRate": number(0, 10, above=True), "weightDecay": number(0, 10),
                         "beta1": number(0, 0.9999), "beta2": number(0, 0.999999),
                         "warmup": number(0, 1), "decay": number(0, 1), "clip": number(0, 1e9, above=True),
                         "batch": integer(1, 2**20), "microBatch": integer(1, 2**20)}, optional=("microBatch",)),
        "budget": record({"tokensPerMember": integer(1)}),
        "checkpoint": record({"everySec": number(0, 1e9), "keep": integer(1, 1000)}),
        "device": device,
        "dtype": dtype,
        "ensemble": integer(1),
        "accelerate": record({"compile": one_of(True, False), "cudaGraphs": one_of(True, False)}),
    }, optional=("init", "ensemble", "accelerate")),
    "evaluate": record({
        "schema": one_of(1),
        "members": list_of(record({"id": name, "weights": absolute_path, "sha256": sha256})),
        "model": model,
        "tokenizer": file,
        "tasks": list_of(record({"name": name, "path": absolute_path, "sha256": sha256})),
        "choices": one_of("gold", "all"),
        "device": device,
        "dtype": dtype,
        "ensemble": integer(1),
    }, optional=("ensemble",)),
}


def unique(values: list, path: str, problems: list[str]) -> None:
    for value in sorted({v for v in values if values.count(v) > 1}):
        problems.append(f"{path}: expected each name once, found {value!r} {values.count(value)} times")


def across(command: str, spec: dict, problems: list[str]) -> None:
    """Rules that need more than one field."""
    if command == "tokenise":
        unique(spec["clusters"], "clusters", problems)
        if len(spec["clusters"]) > 65535:
            problems.append(f"clusters: expected at most 65535 (65535 marks a dropped document), found {len(spec['clusters'])}")
        return
    if "tasks" in spec:
        unique([t["name"] for t in spec["tasks"]], "tasks", problems)
    if command == "encode":
        return
    unique([m["id"] for m in spec["members"]], "members", problems)
    shape = spec["model"]
    if shape["width"] % (2 * shape["heads"]):
        problems.append(f"model.width: expected a multiple of 2 * heads = {2 * shape['heads']} (rotary pairs), found {shape['width']}")
    if command == "evaluate":
        return
    for i, member in enumerate(spec["members"]):
        total, clusters = math.fsum(member["weights"]), len(spec["members"][0]["weights"])
        if abs(total - 1) > 1e-9:
            problems.append(f"members[{i}].weights: expected a sum of 1 within 1e-9, found {total!r}")
        if len(member["weights"]) != clusters:
            problems.append(f"members[{i}].weights: expected {clusters} as in members[0], found {len(member['weights'])}")
    optim, step_tokens = spec["optim"], spec["optim"]["batch"] * shape["context"]
    if optim["warmup"] + optim["decay"] > 1:
        problems.append(f"optim.warmup + optim.decay: expected at most 1 (shares of the run), found {optim['warmup'] + optim['decay']!r}")
    if optim.get("microBatch", 1) > optim["batch"]:
        problems.append(f"optim.microBatch: expected at most batch = {optim['batch']}, found {optim['microBatch']}")
    if spec["budget"]["tokensPerMember"] < step_tokens:
        problems.append(f"budget.tokensPerMember: expected at least one step = batch * context = {step_tokens} tokens, "
                        f"found {spec['budget']['tokensPerMember']}")


def parse(data: bytes) -> object:
    """JSON without the holes: no NaN or Infinity, no repeated keys."""
    def refuse(constant):
        raise ValueError(f"{constant} is not a JSON number")

    def once(pairs):
        keys = [k for k, _ in pairs]
        if len(set(keys)) < len(keys):
            raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} stands twice in one object")
        return dict(pairs)

    return json.loads(data, parse_constant=refuse, object_pairs_hook=once)


def load(command: str, path: str) -> dict:
    """Read and check a spec. Raises BadSpec that lists every problem."""
    try:
        spec = parse(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadSpec(f"spec {path}: expected a JSON object, found {error}; nothing was started") from error
    problems: list[str] = []
    SHAPES[command](spec, "", problems)
    if not problems:
        across(command, spec, problems)
    if problems:
        raise BadSpec(f"spec {path} for {command}: {len(problems)} problem(s); nothing was started\n" + "\n".join(problems))
    return spec


def digest(command: str, spec: dict) -> str:
    """SHA-256 of the spec without what doesn't change the result: where files lie (their hashes
    stay), how often to checkpoint, how a batch and its members are cut to fit in memory, how the
    device is driven, and how often a cluster may be read, which decides only whether training may
    start. The cuts change rounding, nothing else."""
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k != "path"}
        return [strip(v) for v in value] if isinstance(value, list) else value

    work = strip(spec)
    work.pop("ensemble", None)
    work.pop("accelerate", None)
    if command == "train":
        del work["checkpoint"], work["data"]["manifest"], work["data"]["artifacts"], work["data"]["maxEpochs"]
        work["optim"].pop("microBatch", None)
    if command == "evaluate":
        for member in work["members"]:
            del member["weights"]
    return hashlib.sha256(json.dumps(work, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
