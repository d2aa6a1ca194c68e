"""What is said of a network that does worse than a baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping

from whence.training.baseline import Baselines

_SCORES = ("r2", "accuracy")


def shortfall(measures: Mapping[str, float], found: Baselines, samples: int, title: str) -> str | None:
    """Return a sentence on the best baseline, if a network does not reach it.

    Nothing is better than 1. An accuracy may be lower by its standard error √(p (1 − p) / N) without being called so,
    R² by 0.01; that of a prediction without inputs must be exceeded.

    Parameters
    ----------
    measures : mapping of str to float
        The network's measures of some samples.
    found : mapping of str to mapping of str to float
        Those of the baselines, from `whence.training.baseline`.
    samples : int
        The number of samples, N.
    title : str
        What these are called.
    """
    name = score_of(measures)
    if name is None or not found:
        return None
    score = measures[name]
    slack = 0.01 if name == "r2" else math.sqrt(max(score * (1 - score), 0) / samples)
    best, value = max(((key, part[name]) for key, part in found.items()), key=lambda pair: pair[1])
    if score > value or score == 1.0 or (score > value - slack and "model" in best):
        return None
    shown = "R² of {:.4f}".format if name == "r2" else "accuracy of {:.2%}".format
    below = "only that" if score == value else "less than that"
    return f"the {shown(score)} on {title} data is {below} of {_named(best)}, {shown(value).split()[-1]}"


def score_of(measures: Mapping[str, float]) -> str | None:
    """Return the name of the measure to compare, R² or the accuracy; None for text, or if it is not finite."""
    name = next((name for name in _SCORES if name in measures), None)
    return None if name is None or "bits" in measures or not math.isfinite(measures[name]) else name


def _named(baseline: str) -> str:
    return "a linear model" if "model" in baseline else f'"{baseline}"'
