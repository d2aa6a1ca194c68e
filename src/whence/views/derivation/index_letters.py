"""Derived formulas with the letters that stated ones have for the same indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from whence.formula import Affine, Formula
from whence.formula.derive.letters import renamed

T = TypeVar("T")


def letters_of(stated: Formula | None, derived: Formula) -> dict[str, str]:
    """Return the letter that each index of a derived formula should have: that of the stated one at the same place.

    The result exchanges letters, so that no two indices get the same one.
    """
    if stated is None:
        return {}
    letters: dict[str, str] = {}
    pairs = [(derived.target, stated.target)]
    pairs += [(own, other) for own in derived.sources for other in stated.sources if own.array == other.array]
    for own, other in pairs:
        for one, two in zip(own.subscripts, other.subscripts, strict=True):
            indices = [place.bare if isinstance(place, Affine) else None for place in (one, two)]
            if indices[0] is not None and indices[1] is not None:
                letter, wanted = indices[0].name, indices[1].name
                if letter not in letters and wanted not in letters.values():
                    letters[letter] = wanted
    freed = [letter for letter in letters if letter not in letters.values()]
    taken = [letter for letter in letters.values() if letter not in letters]
    return {**letters, **dict(zip(taken, freed, strict=True))}


def with_letters(node: T, letters: Mapping[str, str]) -> T:
    """Return a formula, or anything that is made of such, with other letters for its indices."""
    return renamed(node, lambda index: replace(index, name=letters.get(index.name, index.name)))
