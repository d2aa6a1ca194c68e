"""What reaches a layer in the same way in all steps: the samples themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.data import Batches
from whence.history.cell_terms import CellTerms
from whence.history.known_samples import known_samples
from whence.training import Training

_TOGETHER = 256
"""Samples that are prepared together, so that they stay in the cache."""


def inputs_of_samples(training: Training, terms: Sequence[CellTerms], places: Sequence[Array]) -> Array | None:
    """Return what the terms of N samples in C cells are multiplied by, the same in all steps.

    Parameters
    ----------
    training : Training
        The training.
    terms : sequence of CellTerms
        The terms of some of the cells each.
    places : sequence of int array
        Which of the cells these are.

    Returns
    -------
    array, shape (N, C), or None
        None if all terms have their inputs already.
    """
    if not any(each.leaves_inputs for each in terms):
        return None
    assert isinstance(training.batches, Batches)
    samples = len(known_samples(training))
    found = np.empty((samples, sum(map(len, places))), training.net.dtype)
    for start in range(0, samples, _TOGETHER):
        together = slice(start, start + _TOGETHER)
        prepared = training.batches.take(together).x
        for each, own in zip(terms, places, strict=True):
            found[together, own] = each.inputs(prepared)
    return found
