"""The terms of the gradients of some steps, kept until they are added up by sample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.arrays import Array, DTypeLike

_TOGETHER = 256
"""Samples that are worked on together, so that what is made of their terms stays in the cache."""
_NEGLIGIBLE = 1e-20
"""Effects that are so small beside the largest count as zero: far less than rounding, and slow where not normal."""


class KeptTerms:
    """What samples add to cells of the gradients of some consecutive steps, one batch below another.

    Parameters
    ----------
    samples : int
        The number of samples of the training, N.
    columns : int array, shape (C,)
        The column of each of C cells among K, from 0 on; some may have it in common.
    capacity : int
        The number of rows, R, that there is room for, at least those of a batch.
    dtype : dtype
        The type of the terms.
    """

    def __init__(self, samples: int, columns: Array, capacity: int, dtype: DTypeLike) -> None:
        self._samples, self._columns, self.capacity = samples, columns, capacity
        self._terms = np.empty((capacity + 1, columns.max() + 1), dtype)
        self._terms[-1] = 0  # for samples that a table has no row of
        self._rows = np.empty(capacity, np.intp)
        self._ends = [0]

    def has_room(self, count: int) -> bool:
        """Return whether there is room for the terms of a batch of so many samples."""
        return self._ends[-1] + count <= self.capacity

    def room_for(self, rows: Array) -> Array:
        """Return the place, (B, K), for the terms of a step, of the samples at ``rows``, (B,)."""
        start = self._ends[-1]
        own = slice(start, start + len(rows))
        self._rows[own] = rows
        self._ends.append(own.stop)
        return self._terms[own]

    def clear(self) -> None:
        """Forget all steps."""
        self._ends = [0]

    def sums(self, effects: Array) -> Iterator[tuple[slice, Array]]:
        """Yield for one group of samples after another the sums of their terms, each times the effect of its step.

        Parameters
        ----------
        effects : float64 array, shape (U, S, C) or (U, S, 1)
            The effects of the S steps on each of U states.

        Yields
        ------
        samples : slice
            M of the samples.
        sums : array, shape (U, M, C)
        """
        largest = np.abs(effects).max(axis=1, keepdims=True)
        factors = np.where(np.abs(effects) > _NEGLIGIBLE * largest, effects, 0).astype(self._terms.dtype)
        steps = np.repeat(np.arange(len(self._ends) - 1), np.diff(self._ends))
        steps = np.append(steps, 0)  # of the row of zeros, which is the last
        places = np.stack([*self._tables()], axis=1)  # (N, V)
        for start in range(0, self._samples, _TOGETHER):
            group = slice(start, min(start + _TOGETHER, self._samples))
            terms = self._terms.take(places[group], axis=0)  # (M, V, K)
            weights = factors.take(steps.take(places[group]), axis=1)  # (U, M, V, C) or (U, M, V, 1)
            if weights.shape[-1] == 1:
                yield group, np.einsum("umv,mvk->umk", weights[..., 0], terms).take(self._columns, axis=-1)
            else:
                yield group, np.einsum("umvc,mvc->umc", weights, terms.take(self._columns, axis=-1))

    def _tables(self) -> Iterator[Array]:
        """Yield tables, (N,), of places, of which each kept row is in one: at its sample, -1 where there is none."""
        left = np.arange(self._ends[-1])
        while len(left):
            table = np.full(self._samples, -1)
            rows = self._rows[left]
            table[rows] = left
            yield table
            left = left[table[rows] != left]
