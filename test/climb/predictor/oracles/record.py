"""Records what LightGBM, scikit-learn and SciPy answer, for the tests beside. Not run by them:

    python3 -m venv oracle
    oracle/bin/pip install lightgbm==4.7.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    oracle/bin/python test/climb/predictor/oracles/record.py
"""

import json
from pathlib import Path

import lightgbm
import numpy as np

HERE = Path(__file__).parent


def write(name, value):
    (HERE / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


def mixtures(draws, rows, clusters, zeros=0.0):
    """Weights of rows x clusters with six decimals, some of them 0."""
    weights = draws.dirichlet(np.full(clusters, 0.7), rows)
    weights[draws.random(weights.shape) < zeros] = 0
    return np.round(weights / weights.sum(axis=1, keepdims=True), 6)


def losses(draws, x, noise=0.01):
    return np.round(3 - np.sqrt(x[:, 0]) + (x[:, 1] - 0.3) ** 2 - 0.4 * x[:, 2] + noise * draws.standard_normal(len(x)), 5)


def boosted_trees():
    """Splits that leave the same rows on either side gain the same but for LightGBM's rounding: where it then takes
    another threshold than the last, rows unseen in training may differ. The cases here have no such tie."""
    draws = np.random.default_rng(6)
    x, held, queries = (mixtures(draws, rows, 6, zeros=0.15) for rows in (72, 24, 16))
    signed = np.round(draws.standard_normal((300, 3)), 2)
    data = {
        "mixtures": {"rows": x, "targets": losses(draws, x), "queries": queries},
        # More distinct values than bins, repeats, zeros, negative values.
        "signed": {
            "rows": signed,
            "targets": np.round(np.sin(2 * signed[:, 0]) + signed[:, 1] * signed[:, 2], 5),
            "queries": np.round(draws.standard_normal((16, 3)), 3),
        },
    }
    early = {"rows": held, "targets": losses(draws, held)}
    cases = [
        ("fine bins", "mixtures", {"min_data_in_bin": 1, "min_data_in_leaf": 5}, 60, None),
        ("defaults", "signed", {}, 30, None),
        ("few bins", "signed", {"max_bin": 12, "num_leaves": 6}, 12, None),
        ("L1 and L2", "mixtures", {"min_data_in_leaf": 3, "lambda_l1": 0.2, "lambda_l2": 3.0, "max_depth": 3}, 60, None),
        ("least gain", "mixtures", {"min_data_in_leaf": 5, "min_gain_to_split": 0.02, "num_leaves": 5}, 60, None),
        (
            "as CLIMB: depth 4, five a leaf, L1 and L2, early stop 20",
            "mixtures",
            {"learning_rate": 0.01, "lambda_l1": 1.0, "lambda_l2": 1.0, "max_depth": 4, "min_data_in_leaf": 5},
            1000,
            20,
        ),
        ("early stop", "mixtures", {"learning_rate": 0.3, "min_data_in_leaf": 5}, 300, 5),
    ]
    recorded = []
    for name, of, options, rounds, patience in cases:
        fixed = {"objective": "regression", "verbosity": -1, "num_threads": 1, "deterministic": True, "metric": "l2"}
        train = lightgbm.Dataset(data[of]["rows"], data[of]["targets"], params={**fixed, **options})
        stopping = {}
        if patience is not None:
            valid = lightgbm.Dataset(early["rows"], early["targets"], reference=train)
            stopping = {
                "valid_sets": [valid],
                "callbacks": [lightgbm.early_stopping(patience, verbose=False)],
            }
        model = lightgbm.train({**fixed, **options}, train, num_boost_round=rounds, **stopping)
        trees = model.best_iteration if patience is not None else model.num_trees()
        recorded.append(
            {
                "name": name,
                "data": of,
                "options": options,
                "rounds": rounds,
                "patience": patience,
                "trees": trees,
                "predictions": model.predict(data[of]["queries"]).tolist(),
            }
        )
    as_lists = lambda table: {key: value.tolist() for key, value in table.items()}
    write(
        "boosted-trees",
        {"data": {name: as_lists(table) for name, table in data.items()}, "held": as_lists(early), "cases": recorded},
    )


boosted_trees()
