"""Random numbers for some rows of a batch, equal to those that the whole batch would draw."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from whence.arrays import Array, DTypeLike, Shape
from whence.errors import ArgumentError


class BatchDraws:
    """The random numbers of one batch, each drawn once, for all rows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws them, in the order in which the parts of the batch first ask.
    count : int
        The number of rows of the batch.
    """

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng, self.count = rng, count
        self._drawn: list[Array] = []
        self._lock = threading.Lock()

    def part(self, rows: slice) -> np.random.Generator:
        """Return what draws for some rows as a generator does; each part asks for the same arrays in the same order."""
        return cast(np.random.Generator, RowDraws(self, rows))

    def drawn(self, number: int, draw: Callable[[], Array]) -> Array:
        """Return the array that the batch draws after ``number`` others."""
        with self._lock:
            if number == len(self._drawn):
                self._drawn.append(draw())
            return self._drawn[number]


class RowDraws:
    """Stands for a generator: draws arrays whose first axis are the rows of a batch, and returns some rows of them.

    Parameters
    ----------
    batch : BatchDraws
        The draws of the whole batch.
    rows : slice
        The rows, from a start to a stop.
    """

    def __init__(self, batch: BatchDraws, rows: slice) -> None:
        self._batch, self._rows = batch, rows
        self._number = 0

    def random(self, size: int | Shape | None = None, dtype: DTypeLike = np.float64) -> Array:
        """Draw as `numpy.random.Generator.random`."""
        return self._drawn("random", size, dtype=dtype)

    def uniform(self, low: float = 0.0, high: float = 1.0, size: int | Shape | None = None) -> Array:
        """Draw as `numpy.random.Generator.uniform`."""
        return self._drawn("uniform", size, low=low, high=high)

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: int | Shape | None = None) -> Array:
        """Draw as `numpy.random.Generator.normal`."""
        return self._drawn("normal", size, loc=loc, scale=scale)

    def standard_normal(self, size: int | Shape | None = None, dtype: DTypeLike = np.float64) -> Array:
        """Draw as `numpy.random.Generator.standard_normal`."""
        return self._drawn("standard_normal", size, dtype=dtype)

    def integers(
        self, low: int, high: int | None = None, size: int | Shape | None = None, dtype: DTypeLike = np.int64
    ) -> Array:
        """Draw as `numpy.random.Generator.integers`."""
        return self._drawn("integers", size, low=low, high=high, dtype=dtype)

    def __getattr__(self, name: str) -> Any:
        """Raise `ArgumentError`: what does not draw row by row cannot be shared out."""
        raise ArgumentError(
            f"{name} of a random generator cannot draw for some rows of a batch, which is computed in chunks here; "
            "use random, uniform, normal, standard_normal or integers"
        )

    def _drawn(self, method: str, size: int | Shape | None, **settings: Any) -> Array:
        shape = () if size is None else (size,) if isinstance(size, int) else tuple(size)
        count = self._rows.stop - self._rows.start
        if shape[:1] != (count,):
            raise ArgumentError(
                f"{method} was asked for the shape {shape} for {count} rows of a batch, which is computed in chunks "
                "here; the first axis must be that of the rows"
            )
        draw, whole = getattr(self._batch.rng, method), (self._batch.count, *shape[1:])
        drawn = self._batch.drawn(self._number, lambda: draw(size=whole, **settings))
        self._number += 1
        return drawn[self._rows]
