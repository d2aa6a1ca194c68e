"""Pieces of code that languages have in common: parts of formulas with their axes, numbers, places and products."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from whence.formula import Affine, Expression, Index
from whence.formula.expressions import Operation

SUM, PRODUCT, SIGNED, POWER, ATOM = range(5)
"""Precedences."""


@dataclass(frozen=True)
class Part:
    """A part of a formula as NumPy code, the indices of its axes, and its precedence."""

    code: str
    axes: tuple[Index, ...] = ()
    level: int = ATOM

    def within(self, least: int) -> str:
        """Return the code, in brackets if its precedence is lower than ``least``."""
        return self.code if self.level >= least else f"({self.code})"


def affine_code(place: Affine, names: Mapping[Index, str]) -> str:
    """Return ``2 * i + u - 1``: the multiples of indices and the constant of a place, before its division."""
    terms = [
        (factor, names[index] if abs(factor) == 1 else f"{abs(factor)} * {names[index]}")
        for index, factor in place.terms
    ]
    if place.constant or not terms:
        terms.append((place.constant, str(abs(place.constant))))
    terms.sort(key=lambda term: term[0] < 0)
    code = ("-" if terms[0][0] < 0 else "") + terms[0][1]
    return code + "".join(f" {'-' if factor < 0 else '+'} {text}" for factor, text in terms[1:])


def _multiple(count: int, name: str) -> str:
    return name if count == 1 else f"{count} * {name}"


def factors_of(node: Expression) -> list[Expression]:
    """Return the factors of a product."""
    if isinstance(node, Operation) and node.symbol == "*":
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node]


def number(value: float) -> Part:
    """Return a number, a whole one without a fraction."""
    if not math.isfinite(value):
        return Part("np.inf" if value > 0 else "-np.inf", level=ATOM if value > 0 else SIGNED)
    text = str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
    return Part(text, level=ATOM if value >= 0 else SIGNED)
