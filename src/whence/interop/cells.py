"""The cells of a table of which the encoded inputs of a network were made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from whence.arrays import Array
from whence.data.tables.columns import CategoryColumn, Column

_NO_CATEGORY = "\N{REPLACEMENT CHARACTER}"
"""A text that is no category of any column."""


def cells_of(columns: Iterable[Column], encoded: Array) -> dict[str, Array]:
    """Return the cells of each column by its name, (N, T), of which encoded rows (N, T, F) were made."""
    found, start = {}, 0
    for column in columns:
        part = encoded[..., start : start + len(column.inputs)]
        start += len(column.inputs)
        missing = part[..., -1] == 1 if column.indicator else np.zeros(part.shape[:-1], bool)
        if isinstance(column, CategoryColumn):
            texts = np.array([*column.categories, _NO_CATEGORY], object)
            one_hot = part[..., : len(column.categories)]
            chosen = np.where(one_hot.any(axis=-1), one_hot.argmax(axis=-1), -1)
            found[column.name] = np.where(missing, "", texts[chosen]).astype(object)
        else:
            found[column.name] = np.where(missing, np.nan, part[..., 0]).astype(np.float64)
    return found
