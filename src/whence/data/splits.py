"""Splits of samples into training, validation and test samples."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, DataError

TEST_FRACTION = 0.2
VALIDATION_FRACTION = 0.1
FEWEST_TO_SPLIT = 20


def hold_out(targets: Array, fraction: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Choose samples to hold out: stratified by class, or at random for a regression.

    Parameters
    ----------
    targets : (N,) int64 or (N, K) float64 array
        Class indices, or the targets of a regression.
    fraction : float
        The fraction to hold out, between 0 and 1.
    rng : numpy.random.Generator
        Makes the choice.

    Returns
    -------
    kept, held : two arrays of row numbers, ascending
        A class of at least two samples has at least one in each; a class of one is kept.

    Raises
    ------
    ArgumentError
        If ``fraction`` is not between 0 and 1.
    DataError
        If there are too few samples for one in each.
    """
    if not 0 < fraction < 1:
        raise ArgumentError(f"the fraction to hold out is {fraction}; it must lie between 0 and 1")
    groups = [np.arange(len(targets))]
    if targets.ndim == 1:
        groups = [np.flatnonzero(targets == label) for label in np.unique(targets)]
    held = [rng.permutation(group)[: _share(len(group), fraction)] for group in groups]
    held_rows = np.sort(np.concatenate(held))
    if len(held_rows) == 0:
        raise DataError(
            f"there are too few samples ({len(targets)}) to hold out {fraction:g} of them; "
            f"at least one class needs two samples"
        )
    kept = np.ones(len(targets), dtype=bool)
    kept[held_rows] = False
    return np.flatnonzero(kept), held_rows


def three_ways(targets: Array, validation: float | None, seed: int) -> tuple[Array, Array | None, Array | None]:
    """Split data without a split of their own into training, validation and test samples.

    Parameters
    ----------
    targets : (N,) int64 or (N, K) float64 array
        Class indices, or the targets of a regression.
    validation : float or None
        The fraction of the training samples to hold out for validation, 0 for none; None holds out 10 % of all samples.
    seed : int
        Seed of the split.

    Returns
    -------
    train, validation, test : arrays of row numbers, ascending, or None
        20 % of the samples are for testing. Fewer than 20 samples are not split unless ``validation`` is given.
    """
    rng = np.random.default_rng(seed)
    train = np.arange(len(targets))
    test = validated = None
    if len(targets) >= FEWEST_TO_SPLIT:
        train, test = hold_out(targets, TEST_FRACTION, rng)
        if validation is None:
            validation = VALIDATION_FRACTION / (1 - TEST_FRACTION)
    if validation:
        kept, held = hold_out(targets[train], validation, rng)
        train, validated = train[kept], train[held]
    return train, validated, test


def in_time(count: int, validation: float | None) -> tuple[range, range | None, range | None]:
    """Split samples in the order of time: training first, then validation, then test.

    Parameters
    ----------
    count : int
        Number of samples.
    validation : float or None
        As for `three_ways`, with the same fractions.

    Returns
    -------
    train, validation, test : ranges of row numbers, or None

    Raises
    ------
    DataError
        If there are too few samples for one in every part.
    """
    end = first = count
    if count >= FEWEST_TO_SPLIT:
        end = first = count - _share(count, TEST_FRACTION)
        if validation is None:
            validation = VALIDATION_FRACTION / (1 - TEST_FRACTION)
    if validation:
        if end < 2:
            raise DataError(
                f"there are too few samples ({end}) to hold out {validation:g} of them; at least two are needed"
            )
        first = end - _share(end, validation)
    return range(first), range(first, end) if first < end else None, range(end, count) if end < count else None


def _share(count: int, fraction: float) -> int:
    if count < 2:
        return 0
    return min(max(round(count * fraction), 1), count - 1)
