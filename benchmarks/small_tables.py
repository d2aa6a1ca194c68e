"""Train on small tables with whence's defaults and with scikit-learn's, and print a row of a Markdown table for each.

    python benchmarks/small_tables.py                   # five seeds; some minutes
    python benchmarks/small_tables.py --only iris tips --seeds 6 7

The tables are the six of ``WHENCE_DATA/tables`` and five that scikit-learn brings along. For each seed, both sides are
trained and tested on the same rows, as encoded and standardised by whence; numbers to predict are standardised too.
scikit-learn's ``MLPClassifier`` or ``MLPRegressor`` has its default settings; "with validation" is its measure when it
is also trained on the validation rows, by which whence chooses its best epoch.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from whence.cli.options.settings import settings_from
from whence.cli.training_plan import Plan, make_plan
from whence.cli.training_session import train_in
from whence.data.samples import Samples, joined
from whence.training import evaluate

TABLES: dict[str, dict[str, Any]] = {
    "flights": {"target": ("passengers",)},
    "mpg": {"target": ("mpg",)},
    "penguins": {"target": ("species",)},
    "taxis": {"target": ("fare",), "drop": ("total",)},
    "tips": {"target": ("tip",)},
    "titanic": {"target": ("survived",), "drop": ("alive",)},
}
OF_SCIKIT_LEARN = ("iris", "wine", "breast_cancer", "diabetes", "digits")


def write_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """Write scikit-learn's tables into a folder, and return the settings for every table by its name."""
    from sklearn import datasets

    found: dict[str, dict[str, Any]] = {}
    for name in OF_SCIKIT_LEARN:
        path = folder / f"{name}.csv"
        getattr(datasets, f"load_{name}")(as_frame=True).frame.to_csv(path, index=False)
        found[name] = {"data": str(path)}
    tables = Path(os.environ.get("WHENCE_DATA", ".")) / "tables"
    return found | {name: {"data": str(tables / f"{name}.csv"), **given} for name, given in TABLES.items()}


def measure(table: Mapping[str, Any], seed: int) -> tuple[str, list[float]]:
    """Return the measure's name; whence's, scikit-learn's without and with the validation rows; whence's seconds."""
    plan = make_plan(settings_from({**table, "seed": seed, "quiet": True, "threads": 1}))
    assert plan.dataset.test is not None
    name = "accuracy" if plan.dataset.classes else "r2"
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        train_in(Path(folder), plan)
    seconds = time.perf_counter() - started
    ours = evaluate(plan.model.net, plan.model.loss_fn, plan.dataset.test, plan.model.preprocessing)[name]
    known = [part for part in (plan.dataset.train, plan.dataset.validation) if part is not None]
    return name, [ours, *(score_of_scikit_learn(plan, joined(parts), seed) for parts in (known[:1], known)), seconds]


def score_of_scikit_learn(plan: Plan, known: Samples, seed: int) -> float:
    """Return the accuracy or R² on the test samples of scikit-learn's network, trained on the known ones."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    data, prepared = plan.dataset, plan.dataset.preprocessing
    assert data.test is not None
    x, x_test = prepared(known.inputs, np.float64), prepared(data.test.inputs, np.float64)
    y, y_test = (np.squeeze(prepared.targets(part.targets, part.inputs, np.float64)) for part in (known, data.test))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network = (MLPClassifier if data.classes else MLPRegressor)(random_state=seed).fit(x, y)
    return float(network.score(x_test, y_test))


def main() -> None:
    """Print a row for each table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--only", nargs="+", default=None, help="names of tables")
    chosen = parser.parse_args()
    print("| table | measure | whence | scikit-learn | difference | scikit-learn, with validation | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    rows: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for table, given in write_tables(Path(folder)).items():
            if chosen.only is not None and table not in chosen.only:
                continue
            with contextlib.redirect_stderr(None):
                found = [measure(given, seed) for seed in chosen.seeds]
            ours, theirs, most, seconds = (
                statistics.mean(side) for side in zip(*(one[1] for one in found), strict=True)
            )
            rows.append((ours, theirs, ours - theirs, most))
            measured = {"accuracy": "accuracy", "r2": "R²"}[found[0][0]]
            print(f"| {table} | {measured} | {_shown(rows[-1])} | {seconds:.1f} |", flush=True)
    print(f"| mean | | {_shown([statistics.mean(column) for column in zip(*rows, strict=True)])} | |")


def _shown(row: Sequence[float]) -> str:
    ours, theirs, difference, most = row
    return f"{ours:.4f} | {theirs:.4f} | {difference:+.4f} | {most:.4f}"


if __name__ == "__main__":
    main()
