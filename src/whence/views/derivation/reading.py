"""What can be told from a formula in words: over what it sums, and whether its windows reach outside of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from whence.arrays import Array
from whence.formula import Affine, Entry, Formula, Index, walk
from whence.formula.evaluate import find_extents
from whence.formula.expressions import Reduction

WORDS: Final = {"n": "sample", "t": "time", "h": "place", "w": "place", "c": "channel", "o": "output channel"}
"""What an index counts, where its letter says so in all layers."""


def summed_over(formula: Formula) -> list[str]:
    """Return what the outer sums of a formula run over, each once: ``["sample", "time"]``."""
    made = formula.expression
    indices = made.indices if isinstance(made, Reduction) else ()
    return list(dict.fromkeys(WORDS.get(index.name, "place") for index in indices))


def windows_outside(formula: Formula, arrays: Mapping[str, Array]) -> set[int]:
    """Return over how many axes the windows slide that reach outside of an array: ``{2}`` where an image is padded."""
    extents = find_extents(formula, arrays)
    found = set()
    for entry in (node for node in walk(formula.expression) if isinstance(node, Entry)):
        places = zip(entry.subscripts, arrays[entry.array].shape, strict=True)
        sliding = [(place, end) for place, end in places if isinstance(place, Affine) and len(place.terms) > 1]
        if any(_reaches_outside(place, end, extents) for place, end in sliding):
            found.add(len(sliding))
    return found


def _reaches_outside(place: Affine, end: int, extents: Mapping[Index, int]) -> bool:
    ends = [[0, coefficient * (extents[index] - 1)] for index, coefficient in place.terms]
    least, most = (place.constant + sum(map(bound, ends)) for bound in (min, max))
    return least < 0 or most // place.divisor >= end


def listed(items: Iterable[object]) -> str:
    """Return several things in words: ``1, 2 and 3``."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last


def plural(words: Sequence[str]) -> list[str]:
    """Return words in the plural."""
    return [f"{word}s" for word in words]
