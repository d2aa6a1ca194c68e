"""The samples of a training, without which nothing can be said of what each of them did."""

from __future__ import annotations

from whence.arrays import Array
from whence.data import Batch, Samples
from whence.errors import ArgumentError
from whence.training import Training


def known_samples(training: Training) -> Samples:
    """Return the samples that a training makes its batches of; raise `ArgumentError` if they are not known."""
    if training.train is None:
        raise _not_known()
    return training.train


def known_rows(batch: Batch) -> Array:
    """Return which samples of the training a batch has; raise `ArgumentError` if they are not known."""
    if batch.rows is None:
        raise _not_known()
    return batch.rows


def _not_known() -> ArgumentError:
    return ArgumentError("training has batches whose samples are not known; give samples as train")
