"""Samples that are among others too, as test samples should not be among those of the training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.data.samples import Samples


def count_repeated(samples: Samples, others: Samples) -> int:
    """Return how many samples have the raw inputs and targets, whatever their dtypes, of one of the others.

    Samples of weight 0 do not count.
    """
    known = set(_digests(others))
    return sum(digest in known for digest in _digests(samples))


def _digests(samples: Samples) -> Iterator[int]:
    """Yield a number for each sample by which equal ones are known."""
    for row in samples.counted:
        x, y = samples.inputs[row], samples.targets[row]
        yield hash((np.asarray(x, np.float64).tobytes(), np.asarray(y, np.float64).tobytes()))
