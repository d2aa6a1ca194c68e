"""Measures and confusion matrices as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from whence.arrays import Array
from whence.text_table import text_table
from whence.wording import counted

if TYPE_CHECKING:
    from whence.data import Samples

Measures = Mapping[str, Mapping[str, float]]

_TITLES = {
    "loss": "loss",
    "bits": "bits",
    "perplexity": "perplexity",
    "accuracy": "accuracy",
    "mae": "MAE",
    "rmse": "RMSE",
    "r2": "R²",
}
SPLITS = {"train": "training", "validation": "validation", "test": "test"}
_MOST_CLASSES_SHOWN = 30


def parts_text(splits: Mapping[str, Samples], unit: str) -> str:
    """Return how much there is of each part of the data: ``1,259 training, 359 test samples``."""
    counts = {split: part.targets.size if unit == "character" else len(part) for split, part in splits.items()}
    *others, last = ((SPLITS.get(split, ""), count) for split, count in counts.items())
    return ", ".join(
        [*(f"{count:,} {split}" for split, count in others), counted(last[1], f"{last[0]} {unit}".strip())]
    )


def measures_table(measures: Measures) -> str:
    """Return a table of measures, a row for each part of the data."""
    names = list(next(iter(measures.values())))
    rows = [
        [SPLITS.get(split, split), *(measure_text(name, found[name]) for name in names)]
        for split, found in measures.items()
    ]
    return text_table(["", *(_TITLES[name] for name in names)], rows)


def measure_text(name: str, value: float) -> str:
    """Return a measure as people write it: an accuracy in per cent, others with four decimals."""
    if name == "accuracy":
        return f"{value:.2%}"
    return f"{value:.4f}" if value == 0 or math.isnan(value) or 1e-3 <= abs(value) < 1e5 else f"{value:.3e}"


def confusion_text(matrix: Array, classes: Sequence[str]) -> str:
    """Return a confusion matrix, the true classes as rows and the predicted ones as columns."""
    if len(classes) > _MOST_CLASSES_SHOWN:
        return f"The confusion matrix of {len(classes)} classes is too wide to print; see its picture."
    cells = [[f"{count:,}" if count else "·" for count in row] for row in matrix.tolist()]
    width = max(12, *(len(row[0]) for row in cells))
    short = [name if len(name) <= width else f"{name[: width - 1]}…" for name in classes]
    rows = [[name, *row] for name, row in zip(classes, cells, strict=True)]
    return text_table(["true \\ predicted", *short], rows)


def comparison(targets: Array, outputs: Array, *, most: int = 10) -> str:
    """Return the first targets of a regression beside what was predicted for them."""
    shown = min(most, len(targets))
    rows = [
        [str(row + 1), *(f"{value:.4g}" for value in targets[row]), *(f"{value:.4g}" for value in outputs[row])]
        for row in range(shown)
    ]
    count = targets.shape[1]
    numbers = [""] if count == 1 else [f" {i + 1}" for i in range(count)]
    header = ["sample", *(f"true{i}" for i in numbers), *(f"predicted{i}" for i in numbers)]
    return text_table(header, rows)
