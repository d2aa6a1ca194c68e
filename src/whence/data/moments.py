"""Mean and standard deviation of the columns of an array, in one pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from whence.arrays import Array
from whence.stored_rows import blocks


class Moments(NamedTuple):
    """What is known of the columns of an array.

    Parameters
    ----------
    mean, deviation : (F,) float64 arrays
        Their means and standard deviations.
    largest : (F,) array
        The largest size of a number in each.
    """

    mean: Array
    deviation: Array
    largest: Array


def moments(values: Array, weights: Array | None = None, columns: Array | slice = slice(None)) -> Moments:
    """Return the moments of columns, by blocks of rows whose numbers are held as float64.

    Means μ and variances σ² of two blocks with weights v and w become those of both by δ = μ₂ − μ₁,
    μ = μ₁ + δ·w/(v + w) and σ² = (v·σ₁² + w·σ₂²)/(v + w) + δ²·v·w/(v + w)² (Chan, Golub and LeVeque, "Algorithms for
    Computing the Sample Variance", The American Statistician 37, 1983), which loses no digits where the mean is large.

    Parameters
    ----------
    values : (N, F) array
        Numbers; they may be stored in files.
    weights : (N,) array, optional
        Weights of the rows.
    columns : int array or slice
        Which columns.
    """
    weight, mean, variance, largest, start = 0.0, np.zeros(()), np.zeros(()), np.zeros(()), 0
    for block in blocks(values):
        chosen = block[:, columns]
        w = None if weights is None else weights[start : start + len(block)].astype(np.float64)
        start += len(block)
        added = float(len(block)) if w is None else float(w.sum())
        if not added:
            continue
        block_mean, block_variance = _of_block(chosen, w)
        share, delta = added / (weight + added), block_mean - mean
        if weight:
            mean = mean + delta * share
            variance = variance * (1 - share) + block_variance * share + delta**2 * share * (1 - share)
        else:
            mean, variance = block_mean, block_variance
        largest = np.maximum(largest, np.abs(chosen).max(axis=0))
        weight += added
    return Moments(mean, np.sqrt(variance), largest)


def _of_block(values: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return mean and variance of the columns of a block."""
    if weights is None:
        mean = np.asarray(values.mean(axis=0, dtype=np.float64))
        return mean, np.asarray(((values - mean) ** 2).sum(axis=0) / len(values))
    mean = np.average(values.astype(np.float64), axis=0, weights=weights)
    return mean, np.average((values - mean) ** 2, axis=0, weights=weights)
