"""Indices for the axes of arrays in formulas, and how many values they take together."""

from __future__ import annotations

from collections.abc import Sequence

from whence.arrays import Array
from whence.formula import Expression, Index, Size, indices


def element(rank: int) -> tuple[Index, ...]:
    """Return an index for each axis of an array of that many axes, the batch's first."""
    names = {1: "n", 2: "n j", 3: "n t j", 4: "n h w c"}
    return indices(names.get(rank, " ".join(["n", *(f"i{axis}" for axis in range(1, rank))])))


def split_axes(at: tuple[Index, ...], weights: Array | None) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
    """Return the indices of the axes that weights have, none without weights, and those of the others."""
    rank = 0 if weights is None else weights.ndim
    return at[:rank], at[rank:]


def count(over: Sequence[Index]) -> Expression:
    """Return the expression for how many values several indices take together: ``N · H · W``."""
    first, *others = over
    product: Expression = Size(first)
    for index in others:
        product = product * Size(index)
    return product
