"""Types of arrays and shapes, and the sum over the rows of a matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
DTypeLike: TypeAlias = np.dtype[Any] | type[Any] | str
Shape: TypeAlias = tuple[int, ...]
Views: TypeAlias = SimpleNamespace


def column_sums(rows: Array, out: Array | None = None) -> Array:
    """Return the sum over the rows of a matrix, as a product with ones, which is faster than ``rows.sum(0)``."""
    return np.matmul(np.ones(len(rows), rows.dtype), rows, out=out)
