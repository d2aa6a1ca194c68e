"""Batches in scikit-learn's order, dense whether or not the inputs are sparse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Batch


class ShuffledBatches:
    """The batches of each epoch, those of ``MLPClassifier`` with the same random state.

    Parameters
    ----------
    inputs : array (N, ...) or CSR matrix (N, F)
        The inputs.
    targets : array, shape (N, ...)
        The targets.
    weights : array, shape (N,), or None
        Weights of the samples; those of weight 0 are in no batch.
    batch_size : int
        Samples per batch; the last one may be smaller.
    random_state : numpy.random.RandomState or None
        Shuffles the samples of each epoch, from the order of the one before; None keeps their order.
    """

    def __init__(
        self,
        inputs: Any,
        targets: Array,
        weights: Array | None,
        batch_size: int,
        random_state: np.random.RandomState | None,
    ) -> None:
        self.inputs, self.targets, self.weights = inputs, targets, weights
        self.batch_size, self.random_state = batch_size, random_state
        self.order = np.arange(len(targets)) if weights is None else np.flatnonzero(weights)

    def __len__(self) -> int:
        return -(-len(self.order) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        if self.random_state is not None:
            self.order = self.order[self.random_state.permutation(len(self.order))]
        for start in range(0, len(self.order), self.batch_size):
            rows = self.order[start : start + self.batch_size]
            weights = None if self.weights is None else self.weights[rows]
            yield Batch(dense(self.inputs[rows]), self.targets[rows], weights, rows=rows)


def dense(inputs: Any) -> Array:
    """Return some rows as an array."""
    rows: Array = inputs if isinstance(inputs, np.ndarray) else inputs.toarray()
    return rows
