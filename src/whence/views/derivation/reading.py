"""What can be told from a formula in words: over what it sums, and whether it reads outside of its arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from whence.arrays import Array
from whence.formula import Affine, Entry, Formula, walk
from whence.formula.evaluate import find_extents
from whence.formula.expressions import Reduction

WORDS: Final = {"n": "sample", "t": "time", "h": "place", "w": "place", "c": "channel", "o": "output channel"}
"""What an index counts, where its letter says so in all layers."""


def summed_over(formula: Formula) -> list[str]:
    """Return what the outer sums of a formula run over, each once: ``["sample", "time"]``."""
    found, inside = [], formula.expression
    while isinstance(inside, Reduction):
        found.append(WORDS.get(inside.index.name, "place"))
        inside = inside.body
    return list(dict.fromkeys(found))


def reads_outside(formula: Formula, arrays: Mapping[str, Array]) -> bool:
    """Return whether a formula reads entries outside of an array, which count as zero."""
    extents = find_extents(formula, arrays)
    for entry in (node for node in walk(formula.expression) if isinstance(node, Entry)):
        for place, length in zip(entry.subscripts, arrays[entry.array].shape, strict=True):
            if isinstance(place, Affine):
                ends = [[0, coefficient * (extents[index] - 1)] for index, coefficient in place.terms]
                least, most = (place.constant + sum(map(end, ends)) for end in (min, max))
                if least < 0 or most // place.divisor >= length:
                    return True
    return False


def listed(items: Iterable[object]) -> str:
    """Return several things in words: ``1, 2 and 3``."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last


def plural(words: Sequence[str]) -> list[str]:
    """Return words in the plural."""
    return [f"{word}s" for word in words]
