"""Batches of which each process reads its own rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whence.arrays import Array
from whence.data import Batch, Batches
from whence.data.batches import PreparedBatches
from whence.data.row_draws import BatchDraws
from whence.training.parallel.division import Division


class DividedBatches:
    """The batches of one process: ``x`` holds the rows that it computes, everything else those of all.

    Order and augmentation are drawn for the whole batch, so that they are what they are in one process.

    Parameters
    ----------
    batches : Batches or PreparedBatches
        The whole batches; of samples, only a process's own are read.
    division : Division
        Of batches among processes.
    """

    def __init__(self, batches: Batches | PreparedBatches, division: Division) -> None:
        self.whole, self.division = batches, division
        self.samples, self.preprocessing, self.rng = batches.samples, batches.preprocessing, batches.rng
        self.streams = batches.streams

    def __len__(self) -> int:
        return len(self.whole)

    @property
    def batch_size(self) -> int:
        """The number of samples of a whole batch, if these are known."""
        assert isinstance(self.whole, Batches)
        return self.whole.batch_size

    def epoch(self, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch, without its first ``skip`` batches."""
        if isinstance(self.whole, PreparedBatches):
            for batch in self.whole.epoch(skip):
                yield replace(batch, x=batch.x[self.division.computed(len(batch))])
            return
        for rows, changes in self.whole.choices(skip):
            own = self.division.computed(len(rows))
            draws = None if changes is None else BatchDraws(changes, len(rows)).part(own)
            part = self.whole.take(rows[own], draws)
            y, weights, lengths = (self._joined(each, len(rows)) for each in (part.y, part.weights, part.lengths))
            assert y is not None
            yield Batch(part.x, y, weights, lengths, rows)

    def _joined(self, own: Array | None, samples: int) -> Array | None:
        """Return the rows of all processes."""
        return None if own is None else self.division.ranks.joined(own, self.division.chunks(samples).sizes())
