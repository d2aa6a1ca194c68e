"""Types of arrays and shapes, and what is done to all rows of a matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
DTypeLike: TypeAlias = np.dtype[Any] | type[Any] | str
Shape: TypeAlias = tuple[int, ...]
Views: TypeAlias = SimpleNamespace


def along_rows(values: Array, like: Array) -> Array:
    """Return a value for each channel, (C,), repeated along the axis before the channels, where ``like`` has one.

    Together with ``like``, (N, …, W, C), that is faster than the channels alone, since its rows are longer.
    """
    return np.tile(values, (like.shape[-2], 1)) if like.ndim > 2 else values


def column_sums(rows: Array, out: Array | None = None) -> Array:
    """Return the sum over the rows of a matrix, as a product with ones, which is faster than ``rows.sum(0)``."""
    return np.matmul(np.ones(len(rows), rows.dtype), rows, out=out)
