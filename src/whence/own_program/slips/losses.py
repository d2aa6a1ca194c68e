"""Slips in the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("log-base")
def log_base(step: Reference) -> Iterator[Change]:
    """The logarithm is to base 10 or 2 instead of the natural one."""
    if "p" in step.arrays:
        for base in (10, 2):
            yield "loss", step.arrays["loss"] / math.log(base)


@slips.register("sum-instead-of-mean")
def sum_instead_of_mean(step: Reference) -> Iterator[Change]:
    """The loss is the sum over the samples instead of the mean."""
    for count in (step.samples, step.samples * step.outputs, step.outputs):
        yield "loss", step.arrays["loss"] * count


@slips.register("mean-instead-of-sum")
def mean_instead_of_sum(step: Reference) -> Iterator[Change]:
    """The loss is the mean over the samples instead of the sum, or is divided by their number twice."""
    for count in (step.samples, step.samples * step.outputs, step.outputs):
        yield "loss", step.arrays["loss"] / count


@slips.register("loss-of-half-the-terms")
def loss_of_half_the_terms(step: Reference) -> Iterator[Change]:
    """The binary cross-entropy has only the term of targets 1 or that of targets 0."""
    if "p" not in step.arrays or step.arrays["p"].shape != step.arrays["y"].shape:
        return
    p, y = step.arrays["p"], step.arrays["y"]
    with np.errstate(all="ignore"):
        for terms in (-y * np.log(p), -(1 - y) * np.log(1 - p)):
            yield "loss", np.asarray(terms.mean())


@slips.register("not-squared")
def not_squared(step: Reference) -> Iterator[Change]:
    """The differences are not squared."""
    if "p" in step.arrays or step.arrays[step.prediction].shape != step.arrays["y"].shape:
        return
    off = step.arrays[step.prediction] - step.arrays["y"]
    squares = float((off**2).sum())
    factor = float(step.arrays["loss"]) / squares if squares else 0.0
    for sum_of in (np.abs(off).sum(), off.sum(), -off.sum()):
        for times in (factor, 2 * factor):
            yield "loss", np.asarray(sum_of * times)


@slips.register("root-taken")
def root_taken(step: Reference) -> Iterator[Change]:
    """The square root of the loss is taken, whose derivative is another one."""
    if "p" not in step.arrays:
        yield "loss", np.sqrt(np.abs(step.arrays["loss"]))


@slips.register("loss-after-update")
def loss_after_update(step: Reference) -> Iterator[Change]:
    """The loss is computed with the parameters after the update."""
    given = {name: array for name, array in step.arrays.items() if name not in step.formulas}
    after = {name: step.arrays[f"{name}_new"] for name in step.parameters}
    made = step.made_from({**given, **after}, until="loss")
    if "loss" in made:  # arrays over time, which depend on each other, are not computed again
        yield "loss", made["loss"]
