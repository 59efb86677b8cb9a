"""Reads exports with the tools' own libraries, and prints as JSON what they made of them; null for a missing library.

usage: read_exports.py FOLDER
"""

import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
seen = {}

try:
    import yaml

    # As sail-sg/regmix does: yaml.safe_load in model_training/pretrain/tinyllama.py, and in
    # regression_fitting/collect_mixture_data.py only keys that begin with train_ and values that are float or int.
    config = yaml.safe_load((folder / "regmix.yaml").read_text())
    seen["regmix"] = {
        "train": [(name, float(weight)) for name, weight in config["train"].items()],
        "valid": list(config["valid"]),
        "kept": [n for n, w in config["train"].items() if n.startswith("train_") and type(w) in (float, int)],
    }
    # As allenai/olmix does: yaml.safe_load in LaunchConfig.from_yaml, then floats of MixEntry (olmix/aliases.py).
    seen["olmix"] = yaml.safe_load((folder / "olmix.json").read_text())["mix"]
except ImportError:
    seen["regmix"] = None
    seen["olmix"] = None

try:
    import datasets

    datasets.disable_progress_bars()
    mix = json.loads((folder / "huggingface.json").read_text())
    lengths = json.loads((folder / "lengths.json").read_text())

    def documents(name):
        for number in range(200_000):
            yield {"cluster": name, "tokens": lengths[name]}

    sources = [
        datasets.IterableDataset.from_generator(documents, gen_kwargs={"name": name}) for name in mix["clusters"]
    ]
    stream = datasets.interleave_datasets(
        sources, probabilities=mix["probabilities"], seed=1, stopping_strategy=mix["stopping_strategy"]
    )
    tokens = dict.fromkeys(mix["clusters"], 0)
    for document in stream.take(20_000):
        tokens[document["cluster"]] += document["tokens"]
    total = sum(tokens.values())
    seen["huggingface"] = {name: count / total for name, count in tokens.items()}
except ImportError:
    seen["huggingface"] = None

try:
    import pandas

    tables = {}
    for path in sorted(folder.glob("*.csv")) + sorted(folder.glob("*.parquet")):
        frame = pandas.read_csv(path) if path.suffix == ".csv" else pandas.read_parquet(path)
        tables[path.name] = {"columns": list(frame.columns), "rows": json.loads(frame.to_json(orient="values", double_precision=15))}
    seen["pandas"] = tables
except ImportError:
    seen["pandas"] = None

print(json.dumps(seen))
