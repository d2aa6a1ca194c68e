"""Splits of samples into training, validation and test samples."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, DataError

TEST_FRACTION = 0.2
VALIDATION_FRACTION = 0.1
FEWEST_TO_SPLIT = 20


def hold_out(
    targets: Array, fraction: float, rng: np.random.Generator, groups: Array | None = None
) -> tuple[Array, Array]:
    """Choose samples to hold out: stratified by class, or at random for a regression.

    Parameters
    ----------
    targets : (N,) int64 or (N, K) float64 array
        Class indices, or the targets of a regression.
    fraction : float
        The fraction to hold out, between 0 and 1.
    rng : numpy.random.Generator
        Makes the choice.
    groups : (N,) int64 array, optional
        The index of each sample's group; samples of one group stay together.

    Returns
    -------
    kept, held : two arrays of row numbers, ascending
        Without groups, a class of at least two samples has at least one in each; a class of one is kept.

    Raises
    ------
    ArgumentError
        If ``fraction`` is not between 0 and 1.
    DataError
        If there are too few samples, or groups, for one in each.
    """
    if not 0 < fraction < 1:
        raise ArgumentError(f"the fraction to hold out is {fraction}; it must lie between 0 and 1")
    classes = np.zeros(len(targets), np.int64) if targets.ndim > 1 else targets
    held = (
        _rows_by_class(classes, fraction, rng)
        if groups is None
        else np.isin(groups, _groups_to_hold(classes, fraction, rng, groups))
    )
    return np.flatnonzero(~held), np.flatnonzero(held)


def three_ways(
    targets: Array, test: float | None, validation: float | None, seed: int, groups: Array | None = None
) -> tuple[Array, Array | None, Array | None]:
    """Split data without a split of their own into training, validation and test samples.

    Parameters
    ----------
    targets : (N,) int64 or (N, K) float64 array
        Class indices, or the targets of a regression.
    test, validation : float or None
        The fraction of the samples to hold out for testing, and that of the others for validation, 0 for none; None as
        `default_shares` says.
    seed : int
        Seed of the split.
    groups : (N,) int64 array, optional
        As for `hold_out`.

    Returns
    -------
    train, validation, test : arrays of row numbers, ascending, or None
    """
    rng = np.random.default_rng(seed)

    def cut(rows: Array, share: float) -> tuple[Array, Array | None]:
        if not share:
            return rows, None
        kept, held = hold_out(targets[rows], share, rng, None if groups is None else groups[rows])
        return rows[kept], rows[held]

    test_share, validation_share = default_shares(len(targets), test, validation)
    others, tested = cut(np.arange(len(targets)), test_share)
    train, validated = cut(others, validation_share)
    return train, validated, tested


def in_time(
    count: int, test: float | None, validation: float | None, gap: int = 0
) -> tuple[range, range | None, range | None]:
    """Split samples in the order of time: training first, then validation, then test.

    Parameters
    ----------
    count : int
        Number of samples.
    test, validation : float or None
        As for `three_ways`.
    gap : int
        Samples to leave out between two parts.

    Returns
    -------
    train, validation, test : ranges of row numbers, or None

    Raises
    ------
    DataError
        If there are too few samples for one in every part.
    """

    def cut(end: int, share: float) -> tuple[int, range | None]:
        if not share:
            return end, None
        if end < 2 + gap:
            raise DataError(
                f"there are too few samples ({end}) to hold out {share:g} of them; at least {2 + gap} are needed"
            )
        start = max(end - _share(end, share), 1 + gap)
        return start - gap, range(start, end)

    test_share, validation_share = default_shares(count, test, validation)
    others, tested = cut(count, test_share)
    train, validated = cut(others, validation_share)
    return range(train), validated, tested


def default_shares(count: int, test: float | None, validation: float | None) -> tuple[float, float]:
    """Return the given shares; where none is given, 20 % for testing and an eighth of the others for validation.

    Fewer than 20 samples are not split unless a share is given.
    """
    if count < FEWEST_TO_SPLIT:
        return test or 0.0, validation or 0.0
    return (
        TEST_FRACTION if test is None else test,
        VALIDATION_FRACTION / (1 - TEST_FRACTION) if validation is None else validation,
    )


def _rows_by_class(classes: Array, fraction: float, rng: np.random.Generator) -> Array:
    """Return a (N,) bool array that is true for the rows to hold out, the same share of every class."""
    held = np.zeros(len(classes), dtype=bool)
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        held[rng.permutation(rows)[: _share(len(rows), fraction)]] = True
    if not held.any():
        raise DataError(
            f"there are too few samples ({len(classes)}) to hold out {fraction:g} of them; "
            f"at least one class needs two samples"
        )
    return held


def _groups_to_hold(classes: Array, fraction: float, rng: np.random.Generator, groups: Array) -> Array:
    """Return groups whose rows are about the same share of every class.

    In a random order, each group is held that brings the numbers of rows of the classes nearer to those wanted.
    """
    names, group_of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise DataError(f"all {len(groups)} samples are of one group, so none can be held out; name another column")
    labels, class_of = np.unique(classes, return_inverse=True)
    counts = np.zeros((len(names), len(labels)))
    np.add.at(counts, (group_of, class_of), 1)
    missing = fraction * counts.sum(axis=0)
    held = []
    for group in rng.permutation(len(names)):
        if np.sum((missing - counts[group]) ** 2) < np.sum(missing**2):
            held.append(group)
            missing = missing - counts[group]
    nearest = np.sum((missing - counts) ** 2, axis=1).argmin()
    chosen: Array = names[held or [nearest]]
    return chosen


def _share(count: int, fraction: float) -> int:
    if count < 2:
        return 0
    return min(max(round(count * fraction), 1), count - 1)
