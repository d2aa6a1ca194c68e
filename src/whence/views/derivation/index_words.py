"""What the indices of a formula count, and whether its windows reach outside arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from whence.arrays import Array
from whence.formula import Affine, Formula, Index
from whence.formula.evaluate import find_extents

WORDS: Final = {
    "n": "sample",
    "t": "time step",
    "h": "position",
    "w": "position",
    "c": "channel",
    "o": "output channel",
    "i": "unit",
    "j": "unit",
    "k": "unit",
    "l": "unit",
}
"""What an index counts, for letters with the same meaning in all layers."""


def words_of(indices: Iterable[Index]) -> list[str]:
    """Return what indices count, without repetition: ``["sample", "time step"]``."""
    return list(dict.fromkeys(WORDS.get(index.name, "position") for index in indices))


def windows_outside(formula: Formula, arrays: Mapping[str, Array]) -> set[int]:
    """Return the number of axes of sliding windows that reach outside an array: ``{2}`` for padded images."""
    extents = find_extents(formula, arrays)
    found = set()
    for source in formula.sources:
        axes = zip(source.subscripts, arrays[source.array].shape, strict=True)
        sliding = [(place, length) for place, length in axes if isinstance(place, Affine) and len(place.terms) > 1]
        if any(_reaches_outside(place, length, extents) for place, length in sliding):
            found.add(len(sliding))
    return found


def _reaches_outside(place: Affine, length: int, extents: Mapping[Index, int]) -> bool:
    ends = [[0, coefficient * (extents[index] - 1)] for index, coefficient in place.terms]
    lowest, highest = (place.constant + sum(map(bound, ends)) for bound in (min, max))
    return lowest < 0 or highest // place.divisor >= length
