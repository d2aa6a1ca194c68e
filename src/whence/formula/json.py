"""Formulas as JSON, for saved traces and for the page."""

from __future__ import annotations

import operator
from dataclasses import fields, is_dataclass
from typing import Any

from whence.arguments import checks_arguments, shown
from whence.errors import FormulaError
from whence.formula import expressions
from whence.formula.expressions import Affine, Digit, Entry, Expression, Formula, Index, Subscript
from whence.formula.functions import FUNCTIONS, OF_TWO, OPERATIONS, reduction

_TOO_LARGE = 2**31
"""The numbers of places stay below this, so that 64 bits are enough to compute with them."""


@checks_arguments
def to_json(formula: Formula) -> dict[str, Any]:
    """Return a formula as JSON: ``{"target": node, "expression": node}``.

    A node is a list that begins with its kind:

    - ``["number", 0.5]``, ``["constant", "β", 0.9]``, ``["size", index]``, ``["position", place]``;
    - ``["entry", "W", [place or entry, ...]]``;
    - ``["operation", "+", left, right]``, ``["call", "exp", [operand, ...]]``;
    - ``["reduction", "Sum", [index, ...], body, [condition, ...]]``; version 1 of traces
      has ``["reduction", "Sum", index, body]``, which is read too.

    An index is ``["k", null]`` or, with an extent of its own, ``["u", 3]``. A place is
    ``["place", [[index, coefficient], ...], constant, divisor]`` or, for one digit of a number,
    ``["digit", place, divisor, base]``.
    """
    return {"target": _written(formula.target), "expression": _written(formula.expression)}


def from_json(data: dict[str, Any]) -> Formula:
    """Return the formula that `to_json` wrote.

    Raises
    ------
    FormulaError
        If ``data`` is not a formula.
    """
    try:
        target = _read(data["target"])
        made_from = _read(data["expression"])
        if not isinstance(target, Entry):
            raise FormulaError("the target of a formula in JSON is not an entry of an array")
        return Formula(target, made_from)
    except FormulaError:
        raise
    except (LookupError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise FormulaError(f"this is not a formula in JSON: {error!r}") from error


def _written(part: Any) -> Any:
    """Return a part of a formula as JSON: a node as its kind and its fields, several parts as a list of them."""
    match part:
        case Index(name, extent):
            return [name, extent]
        case Affine(terms, constant, divisor):
            return ["place", _written(terms), constant, divisor]
        case Expression() | Digit() if is_dataclass(part):
            return [type(part).__name__.lower(), *(_written(getattr(part, field.name)) for field in fields(part))]
        case Expression():
            raise FormulaError(f"{type(part).__name__} is not an expression")
        case tuple():
            return [_written(each) for each in part]
    return part


def _read(data: list[Any]) -> Expression:
    match data:
        case ["number", int() | float() as value]:
            return expressions.Number(float(value))
        case ["constant", str(name), int() | float() as value]:
            return expressions.Constant(name, float(value))
        case ["size", index]:
            return expressions.Size(_read_index(index))
        case ["position", place]:
            return expressions.Position(_read_place(place))
        case ["entry", str(array), subscripts]:
            return Entry(array, tuple(map(_read_subscript, subscripts)))
        case ["operation", str(symbol), left, right] if symbol in OPERATIONS:
            return expressions.Operation(symbol, _read(left), _read(right))
        case ["call", str(function), operands] if function in FUNCTIONS and len(operands) == 1 + (function in OF_TWO):
            return expressions.Call(function, tuple(map(_read, operands)))
        case ["reduction", ("Sum" | "Max") as kind, index, body]:
            return reduction(kind, _read_index(index), _read(body), ())
        case ["reduction", ("Sum" | "Max" | "ArgMax") as kind, indices, body, where]:
            return expressions.Reduction(kind, tuple(map(_read_index, indices)), _read(body), tuple(map(_read, where)))
    raise FormulaError(f"this is not a formula in JSON: {shown(data)}")


def _read_place(data: list[Any]) -> Affine:
    match data:
        case [_, terms, int(constant), int(divisor)] if divisor > 0:
            numbers = tuple((_read_index(index), operator.index(coefficient)) for index, coefficient in terms)
            if all(abs(number) < _TOO_LARGE for number in (constant, divisor, *(number for _, number in numbers))):
                return Affine(numbers, constant, divisor)
    raise FormulaError(f"this is not a place in JSON: {shown(data)}")


def _read_index(data: list[Any]) -> Index:
    match data:
        case [str(name), None | int() as extent] if extent is None or 0 < extent < _TOO_LARGE:
            return Index(name, extent)
    raise FormulaError(f"this is not an index in JSON: {shown(data)}")


def _read_subscript(data: list[Any]) -> Subscript:
    if data[0] == "place":
        return _read_place(data)
    if data[0] == "digit":
        match data:
            case [_, place, int(divisor), None | int() as base]:
                if 0 < divisor < _TOO_LARGE and (base is None or 0 < base < _TOO_LARGE):
                    return Digit(_read_place(place), divisor, base)
        raise FormulaError(f"this is not a digit in JSON: {shown(data)}")
    entry = _read(data)
    if not isinstance(entry, Entry):
        raise FormulaError(f"a subscript in JSON is neither a place nor an entry: {data!r}")
    return entry
