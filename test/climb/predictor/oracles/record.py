"""Records what LightGBM, scikit-learn and SciPy answer, for the tests beside. Not run by them:

    python3 -m venv oracle
    oracle/bin/pip install lightgbm==4.7.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    oracle/bin/python test/climb/predictor/oracles/record.py
    npx prettier --write test/climb/predictor/oracles
"""

import json
from pathlib import Path

import lightgbm
import numpy as np
from scipy.optimize import least_squares
from scipy.stats import spearmanr
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern
from sklearn.linear_model import Ridge

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


def gaussian_process():
    """Length scale each, 30 runs, 2 of them repeats; likelihood and joint posterior."""
    draws = np.random.default_rng(7)
    x = mixtures(draws, 28, 5, zeros=0.1)
    x = np.vstack([x, x[:2]])
    y, queries = losses(draws, x), mixtures(draws, 8, 5)
    mean, scale = y.mean(), y.std()
    lengths, signal, noise = [0.6, 0.9, 1.4, 3.0, 2.2], 1.3, 0.05
    kernel = ConstantKernel(1.0) + ConstantKernel(signal) * Matern(lengths, nu=2.5)
    model = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(np.sqrt(x), (y - mean) / scale)
    at, covariance = model.predict(np.sqrt(queries), return_cov=True)
    hyper = {"mean": mean, "scale": scale, "lengthScales": lengths, "signalVariance": signal, "noiseVariance": noise}
    answers = {
        "likelihood": model.log_marginal_likelihood_value_,
        "predicted": (mean + scale * at).tolist(),
        "covariance": (scale**2 * covariance).ravel().tolist(),
    }
    write("gaussian-process", {"mixtures": x.tolist(), "scores": y.tolist(), "queries": queries.tolist(), **hyper, **answers})


def laws():
    draws = np.random.default_rng(8)
    x = mixtures(draws, 30, 4)
    y, queries = losses(draws, x), mixtures(draws, 6, 4)
    ridges = []
    for alpha in (0.01, 0.3, 5.0):
        model = Ridge(alpha=alpha).fit(x, y)
        ridges.append(
            {"penalty": alpha, "intercept": model.intercept_, "slopes": model.coef_.tolist(), "predicted": model.predict(queries).tolist()}
        )
    # floor + exp(intercept + slopes.w) in standard scores, with the penalty as a further residual a slope.
    noise = 0.0004
    standard = (y - y.mean()) / y.std()
    weight = np.sqrt(noise) / (3 * y.std())
    residuals = lambda p: np.append(p[0] + np.exp(p[1] + x @ p[2:]) - standard, weight * p[2:])
    fit = least_squares(residuals, np.append([-1.0, 0.0], np.zeros(4)), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    predicted = y.mean() + y.std() * (fit.x[0] + np.exp(fit.x[1] + queries @ fit.x[2:]))
    log_linear = {"noiseVariance": noise, "predicted": predicted.tolist()}
    write("laws", {"mixtures": x.tolist(), "scores": y.tolist(), "queries": queries.tolist(), "ridge": ridges, "logLinear": log_linear})


def ranks():
    draws = np.random.default_rng(9)
    cases = []
    for size, levels in ((5, 100), (40, 1000), (40, 6), (40, 2)):
        a, b = draws.integers(0, levels, size), draws.integers(0, levels, size)
        b = np.where(draws.random(size) < 0.5, a, b)
        cases.append({"a": a.tolist(), "b": b.tolist(), "correlation": float(spearmanr(a, b).statistic)})
    write("spearman", cases)


boosted_trees()
gaussian_process()
laws()
ranks()
