"""The samples of a training, without which nothing can be said of what each of them did."""

from __future__ import annotations

from whence.data import Samples
from whence.errors import ArgumentError
from whence.training import Training


def known_samples(training: Training) -> Samples:
    """Return the samples that a training makes its batches of; raise `ArgumentError` if they are not known."""
    if training.train is None:
        raise ArgumentError("training has batches whose samples are not known; give samples as train")
    return training.train
