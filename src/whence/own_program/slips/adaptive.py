"""Slips in the update of Adam."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("bias-correction-missing")
def bias_correction_missing(step: Reference) -> Iterator[Change]:
    """The averages of the gradient and of its square, or one of them, are not divided by 1 − β₁^τ and 1 − β₂^τ."""
    for name, mean, square in _averages(step):
        first, second = _corrections(step)
        for by_mean, by_square in ((1.0, 1.0), (1.0, second), (first, 1.0)):
            yield f"{name}_new", step.arrays[name] - _step(step, mean / by_mean, np.sqrt(square / by_square))


@slips.register("square-root-missing")
def square_root_missing(step: Reference) -> Iterator[Change]:
    """The step is divided by the average of the squares, not by its root."""
    for name, mean, square in _averages(step):
        first, second = _corrections(step)
        yield f"{name}_new", step.arrays[name] - _step(step, mean / first, square / second)


@slips.register("gradient-not-squared")
def gradient_not_squared(step: Reference) -> Iterator[Change]:
    """The average of the squares is one of the gradient itself."""
    beta = step.setting("beta2")
    for name, _, _ in _averages(step):
        gradient = step.arrays[f"d{name}"]
        for each in (gradient, np.abs(gradient)):
            yield f"v_{name}_new", beta * step.arrays[f"v_{name}"] + (1 - beta) * each


@slips.register("decay-rates-exchanged")
def decay_rates_exchanged(step: Reference) -> Iterator[Change]:
    """β₁ and β₂ are exchanged."""
    for name, _, _ in _averages(step):
        for memory, beta, power in (("m", step.setting("beta2"), 1), ("v", step.setting("beta1"), 2)):
            remembered = step.arrays[f"{memory}_{name}"]
            yield f"{memory}_{name}_new", beta * remembered + (1 - beta) * step.arrays[f"d{name}"] ** power


def _averages(step: Reference) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield each parameter with the averages of its gradient and of the square of that."""
    for name in step.parameters:
        mean, square = (step.arrays.get(f"{memory}_{name}_new") for memory in ("m", "v"))
        if mean is not None and square is not None and step.setting("beta1") and step.setting("beta2"):
            yield name, mean, square


def _corrections(step: Reference) -> tuple[float, float]:
    steps = float(step.arrays["τ"])
    return 1 - step.setting("beta1") ** steps, 1 - step.setting("beta2") ** steps


def _step(step: Reference, mean: np.ndarray, divisor: np.ndarray) -> np.ndarray:
    return step.learning_rate * mean / (divisor + step.setting("eps"))
