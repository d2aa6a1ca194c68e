"""Slips in the targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("one-hot-off-by-one")
def one_hot_off_by_one(step: Reference) -> Iterator[Change]:
    """The class numbers are one too small or too large when they become one-hot vectors."""
    y = step.arrays["y"]
    if y.ndim == 1:
        for shift in (-1, 1):
            yield "y", (y + shift) % step.outputs
            yield "y", np.eye(step.outputs + 1)[np.clip(y + shift, -1, step.outputs)][:, : step.outputs]
    elif y.shape[-1] > 1:
        for shift in (-1, 1):
            yield "y", np.roll(y, shift, axis=-1)


@slips.register("labels-shifted")
def labels_shifted(step: Reference) -> Iterator[Change]:
    """The targets are those of other samples: one further on, or in reverse order."""
    y = step.arrays["y"]
    for shift in (1, -1):
        yield "y", np.roll(y, shift, axis=0)
    yield "y", y[::-1].copy()


@slips.register("targets-forgotten")
def targets_forgotten(step: Reference) -> Iterator[Change]:
    """The targets are left out of the difference from them."""
    name = step.first_delta
    before = _as_numbers(step)
    outputs = step.arrays[step.prediction]
    difference = outputs - before
    with np.errstate(all="ignore"):
        factor = np.nanmedian(step.arrays[name] / difference)
    if np.allclose(difference * factor, step.arrays[name]):
        yield name, outputs * factor


@slips.register("targets-broadcast")
def targets_broadcast(step: Reference) -> Iterator[Change]:
    """The targets have one axis less than the outputs, so that each sample is held against the targets of all."""
    outputs, y = step.arrays[step.prediction], _as_numbers(step)
    if outputs.ndim != 2 or outputs.shape != y.shape or outputs.shape[1] != 1:
        return
    pairs = outputs - y.T  # (N, N)
    for name in (step.first_delta, "loss"):
        own = step.arrays[name]
        if name != "loss":
            with np.errstate(all="ignore"):
                yield name, pairs * float(np.nanmedian(own / (outputs - y)))
        elif step.first_delta[:2] == "da" or step.prediction != "p":
            yield name, np.asarray((pairs**2).mean() * _of_one_square(step))


def _of_one_square(step: Reference) -> float:
    """Return how many times the mean of the squares the loss is."""
    mean = float(((step.arrays[step.prediction] - _as_numbers(step)) ** 2).mean())
    return float(step.arrays["loss"]) / mean if mean else 1.0


def _as_numbers(step: Reference) -> np.ndarray:
    y = step.arrays["y"]
    return np.eye(step.outputs)[y] if y.ndim == 1 else y
