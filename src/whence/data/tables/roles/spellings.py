"""Categories that are spelled in several ways: ``True`` and ``yes``, ``male`` and ``Male``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

TRUTH = {
    **dict.fromkeys(("true", "yes", "t", "y", "1", "on"), "true"),
    **dict.fromkeys(("false", "no", "f", "n", "0", "off"), "false"),
}

_LARGEST_WHOLE = 2**53


def as_text(value: float | str) -> str:
    """Return a value as text, a whole number without a fraction."""
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if abs(value) < _LARGEST_WHOLE and value % 1 == 0 else repr(float(value))


def as_texts(cells: pd.Series) -> pd.Series:
    """Return the cells of a column as texts; missing ones are None or NaN."""
    if cells.dtype.kind not in "iuf":
        return cells
    return cells.map({value: as_text(value) for value in cells.dropna().unique()}).astype(object)


def categories_of(texts: pd.Series) -> dict[str, tuple[str, ...]]:
    """Return the categories of a column, the most frequent first, each with its spellings.

    Spellings that differ only in case are one category, named by its most frequent spelling; so are those of yes and
    no, where a column holds nothing else.

    Parameters
    ----------
    texts : (N,) Series of str
        The cells of a column.
    """
    counts = texts.value_counts()
    by_key: dict[str, list[str]] = {}
    key = _key(counts.index)
    for spelling in sorted(counts.index, key=lambda spelling: (-counts[spelling], spelling)):
        by_key.setdefault(key(spelling), []).append(spelling)
    totals = {spellings[0]: sum(counts[spelling] for spelling in spellings) for spellings in by_key.values()}
    ordered = sorted(by_key.values(), key=lambda spellings: (-totals[spellings[0]], spellings[0]))
    return {spellings[0]: tuple(spellings) for spellings in ordered}


def category_indices(texts: pd.Series, categories: tuple[str, ...]) -> Array:
    """Return the index of the category of every cell, also of one that is spelled in another way.

    Parameters
    ----------
    texts : (N,) Series of str
        The cells of a column.
    categories : tuple of str
        The categories.

    Returns
    -------
    (N,) int64 array
        −1 for missing cells and for those of no category.
    """
    exact = {category: index for index, category in enumerate(categories)}
    key = _key(categories)
    alike: dict[str, int] = {}
    for category, index in exact.items():
        alike[key(category)] = -1 if key(category) in alike else index  # which of two is meant is not known
    indices = {text: exact.get(text, alike.get(key(text), -1)) for text in texts.dropna().unique()}
    found: Array = texts.map(indices).fillna(-1).to_numpy(np.int64)
    return found


def _key(spellings: Iterable[str]) -> Callable[[str], str]:
    """Return the function that gives all spellings of one category the same key."""
    if all(spelling.casefold() in TRUTH for spelling in spellings):
        return lambda spelling: TRUTH.get(spelling.casefold(), spelling.casefold())
    return str.casefold
