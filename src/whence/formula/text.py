"""Formulas as Unicode text: in symbols, and with the numbers of one cell in place of the symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.errors import FormulaError
from whence.formula.evaluate import bind_cell, evaluate_expression, find_extents
from whence.formula.expressions import (
    Affine,
    Call,
    Constant,
    Digit,
    Entry,
    Expression,
    Formula,
    Number,
    Operation,
    Position,
    Reduction,
    Size,
    Subscript,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from whence.formula.evaluate import Bindings, Extents

    Arrays = Mapping[str, NDArray[Any]]

_SIGNED, _ADD, _SUM, _MULTIPLY, _NEGATE, _POWER, _ATOM = range(7)
_SYMBOLS = {"+": " + ", "-": " − ", "*": " · ", "/": " / ", "^": "^"}
_COMPARISONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "="}
_PRECEDENCES = {"+": _ADD, "-": _ADD, "*": _MULTIPLY, "/": _MULTIPLY, "^": _POWER}
CALLED = {"maximum": "max", "minimum": "min", "sigmoid": "σ"}
_REDUCTIONS = {"Sum": "Σ", "Max": "max"}


def write(formula: Formula | Expression) -> str:
    """Return a formula, or a part of one, in symbols: ``z[n, j] = Σ_k x[n, k] · W[k, j] + b[j]``."""
    if isinstance(formula, Formula):
        return f"{write(formula.target)} = {write(formula.expression)}"
    return _Writer().write(formula)[0]


def write_cell(
    formula: Formula, index: tuple[int, ...], arrays: Arrays, *, digits: int = 4, terms: int | None = 6
) -> str:
    """Return the right-hand side of a formula with the numbers of one cell in place of the symbols.

    Parameters
    ----------
    formula : Formula
        The formula.
    index : tuple of int
        Which entry of its target.
    arrays : mapping of str to array
        Every array that the formula reads, by name.
    digits : int
        How many significant digits each number shows.
    terms : int or None
        How many terms of a sum are written out before the rest is only counted; None writes all.

    Raises
    ------
    FormulaError
        As for `whence.formula.evaluate_cell`.
    """
    extents = find_extents(formula, arrays)
    writer = _CellWriter(arrays, bind_cell(formula, index, extents), extents, digits, terms)
    return writer.write(formula.expression)[0]


def write_number(value: float, digits: int = 4) -> str:
    """Return a number in ``digits`` significant digits, with a real minus sign."""
    return f"{value + 0.0:.{digits}g}".replace("-", "−")  # a negative zero becomes a plain one


class _Writer:
    """Writes each node as text with its precedence, and puts brackets where precedence asks for them."""

    def write(self, node: Expression) -> tuple[str, int]:
        match node:
            case Number(value):
                return self.number(value)
            case Constant(name, _):
                return name, _ATOM
            case Size(index):
                return index.name.upper(), _ATOM
            case Position(place):
                return self.position(place)
            case Entry():
                return self.entry(node)
            case Operation(symbol, left, right) if symbol in _COMPARISONS:
                return f"[{self.write(left)[0]} {_COMPARISONS[symbol]} {self.write(right)[0]}]", _ATOM
            case Operation(symbol, left, right):
                precedence = _PRECEDENCES[symbol]
                first = self.bracketed(left, precedence + (symbol == "^"))
                second = self.bracketed(right, precedence + (symbol != "+" and symbol != "*"))
                return first + _SYMBOLS[symbol] + second, precedence
            case Call("neg", (operand,)):
                return f"−{self.bracketed(operand, _NEGATE)}", _NEGATE
            case Call("max0" | "min0" as function, (operand,)):
                return f"{function[:3]}(0, {self.write(operand)[0]})", _ATOM
            case Call("sqrt", (operand,)):
                return f"√({self.write(operand)[0]})", _ATOM
            case Call("abs", (operand,)):
                return f"|{self.write(operand)[0]}|", _ATOM
            case Call(function, operands):
                listed = ", ".join(self.write(operand)[0] for operand in operands)
                return f"{CALLED.get(function, function)}({listed})", _ATOM
            case Reduction():
                return self.reduction(node)
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def bracketed(self, node: Expression, least: int) -> str:
        text, precedence = self.write(node)
        return text if precedence >= least else f"({text})"

    def number(self, value: float) -> tuple[str, int]:
        return write_number(value, 6), _ATOM if value >= 0 else _NEGATE

    def position(self, place: Affine) -> tuple[str, int]:
        return _place(place), _ATOM if place.bare else _ADD

    def entry(self, entry: Entry) -> tuple[str, int]:
        subscripts = ", ".join(self.subscript(subscript) for subscript in entry.subscripts)
        return (f"{entry.array}[{subscripts}]" if entry.subscripts else entry.array), _ATOM

    def subscript(self, subscript: Subscript) -> str:
        if isinstance(subscript, Digit):
            return _digit(subscript)
        return _place(subscript) if isinstance(subscript, Affine) else self.write(subscript)[0]

    def reduction(self, node: Reduction) -> tuple[str, int]:
        body = self.bracketed(node.body, _SUM if isinstance(node.body, Reduction) else _MULTIPLY)
        return f"{_REDUCTIONS[node.kind]}_{node.index.name} {body}", _SUM


class _CellWriter(_Writer):
    """Writes a cell's numbers where the symbols stand, and sums term by term."""

    def __init__(self, arrays: Arrays, bindings: Bindings, extents: Extents, digits: int, terms: int | None) -> None:
        self.arrays, self.bindings, self.extents = arrays, bindings, extents
        self.digits, self.terms = digits, terms

    def write(self, node: Expression) -> tuple[str, int]:
        if isinstance(node, Constant):
            return self.number(node.value)
        if isinstance(node, Size):
            return str(self.extents[node.index]), _ATOM
        return super().write(node)

    def number(self, value: float) -> tuple[str, int]:
        return write_number(value, self.digits), _ATOM if value >= 0 else _SIGNED

    def position(self, place: Affine) -> tuple[str, int]:
        return self.number(self.value(Position(place)))

    def entry(self, entry: Entry) -> tuple[str, int]:
        return self.number(self.value(entry))

    def value(self, node: Expression) -> float:
        return float(evaluate_expression(node, self.arrays, self.bindings, self.extents))

    def reduction(self, node: Reduction) -> tuple[str, int]:
        length = self.extents[node.index]
        shown = length if self.terms is None else min(length, self.terms)
        least = _SIGNED if node.kind == "Max" else _SUM
        outer, parts = self.bindings, []
        for place in range(shown):
            self.bindings = {**outer, node.index: np.asarray(place)}
            parts.append(self.bracketed(node.body, least))
        self.bindings = outer
        if shown < length:
            parts.append(f"… ({length - shown} more)")
        if node.kind == "Max":
            return f"max({', '.join(parts)})", _ATOM
        return " + ".join(parts), _ADD if len(parts) > 1 else _SUM


def _place(place: Affine) -> str:
    """Return a place on an axis: ``2·i + u − 1``, or ``(i + 1) / 2`` where it is divided."""
    text = ""
    for index, coefficient in place.terms:
        sign = (" − " if coefficient < 0 else " + ") if text else ("−" if coefficient < 0 else "")
        size = "" if abs(coefficient) == 1 else f"{abs(coefficient)}·"
        text += f"{sign}{size}{index.name}"
    if place.constant or not text:
        sign = (" − " if place.constant < 0 else " + ") if text else ("−" if place.constant < 0 else "")
        text += f"{sign}{abs(place.constant)}"
    return text if place.divisor == 1 else f"({text}) / {place.divisor}"


def _digit(digit: Digit) -> str:
    """Return one digit of a running number: ``⌊j / 4⌋ mod 3``."""
    if digit.base == 1:
        return "0"
    place = _place(digit.place)
    if digit.divisor != 1:
        place = f"⌊{place if digit.place.bare else f'({place})'} / {digit.divisor}⌋"
    elif digit.base is not None and not digit.place.bare:
        place = f"({place})"
    return place if digit.base is None else f"{place} mod {digit.base}"
