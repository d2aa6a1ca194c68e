"""Whether all processes train the same network on the same data."""

from __future__ import annotations

import platform
import sys
import zlib
from typing import TYPE_CHECKING

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.data.batches import PreparedBatches
from whence.data.samples import spread
from whence.errors import ArgumentError
from whence.training.callbacks import Callback
from whence.training.parallel.batches import DividedBatches
from whence.training.parallel.ranks import Ranks

if TYPE_CHECKING:
    from whence.training.loop import Training

_MOST_BYTES = 2**28
_ROWS_OF_LARGE = 1000


class Sameness(Callback):
    """Compares the processes of a training at its start, and their parameters after each epoch.

    Of samples above 256 MB, 1,000 at equal distances are compared, so that no process reads all of them.

    Parameters
    ----------
    ranks : Ranks
        The processes.
    """

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks

    def on_start(self, training: Training) -> None:
        optimizer = training.optimizer
        self._require(
            {
                "version of whence": sys.modules["whence"].__version__,
                "version of NumPy": np.__version__,
                "version of Python": platform.python_version(),
                "network": repr(training.net),
                "loss": repr(training.loss_fn),
                "optimizer": repr(optimizer),
                "schedule": repr(training.schedule),
                "number of steps": training.total_steps,
                **_batches(training),
                "choice of measured samples": [name for name, samples in training.measured.items() if samples],
                "step to go on from": training.step,
                "training data": _digest(training.train),
                "validation data": _digest(training.validation),
                "parameters": _checksum(training.net.theta),
                "order of the samples": repr(training.epoch_rng_state),
            }
        )

    def on_epoch_end(self, training: Training) -> None:
        self._require({"parameters": _checksum(training.net.theta)})

    def _require(self, own: dict[str, object]) -> None:
        """Raise `ArgumentError` if something differs between processes; the message names the first such thing."""
        first, *others = self.ranks.everyones(own)
        for rank, other in enumerate(others, start=2):
            for name, value in first.items():
                if other[name] != value:
                    found = "" if "data" in name or name == "parameters" else f", {other[name]} and not {value}"
                    raise ArgumentError(
                        f"process {rank} has another {name} than process 1{found}; start all processes with the same "
                        "command, versions, data and kind of processor"
                    )


def _batches(training: Training) -> dict[str, object]:
    """Return how batches are made and divided, by names for messages."""
    assert isinstance(training.batches, DividedBatches)
    whole, division = training.batches.whole, training.batches.division
    found: dict[str, object] = {
        "number of chunks": division.count,
        "way of adding gradients (fast_reduce)": division.fast_reduce,
    }
    if isinstance(whole, PreparedBatches):
        return found
    return found | {
        "batch size": whole.batch_size,
        "way of drawing batches (replacement)": whole.replacement,
        "augmentation": whole.augmentation and whole.augmentation.notation,
    }


def _digest(samples: Samples | None) -> object:
    if samples is None:
        return None
    whole = sum(array.nbytes for array in samples.arrays.values()) <= _MOST_BYTES
    compared = samples if whole else spread(samples, _ROWS_OF_LARGE)
    return {kind: (values.shape, values.dtype.str) for kind, values in samples.arrays.items()}, {
        kind: _checksum(values) for kind, values in compared.arrays.items()
    }


def _checksum(values: Array) -> int:
    return zlib.crc32(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
