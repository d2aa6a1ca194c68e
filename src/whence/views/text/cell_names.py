"""Names of cells as people type them: ``dW1[3,5]``, and ``eta`` where η stands."""

from __future__ import annotations

import re

from whence.errors import ArgumentError, UnknownNameError
from whence.formula.filling import check_index
from whence.registry import unknown
from whence.trace import Trace

_TYPED = {
    "x̂": "x_hat",
    "ŷ": "y_hat",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "eps",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "σ": "sigma",
    "ℓ": "l",
    "′": "'",
    "→": "->",
    "←": "<-",
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
}
_CELL = re.compile(r"(?P<array>[^\[\]]+?)\s*(\[(?P<places>[^\[\]]*)\])?")


def typed(name: str) -> str:
    """Return an array's name as it can be typed on any keyboard: ``gamma2`` for ``γ2``."""
    for symbol, letters in _TYPED.items():
        name = name.replace(symbol, letters)
    return name


def find_array(trace: Trace, name: str) -> str:
    """Return the name of the array that ``name`` means.

    Raises
    ------
    UnknownNameError
        If there is none; the message offers the nearest one, or all.
    """
    if name in trace:
        return name
    for known in trace:
        if typed(known) == typed(name):
            return known
    raise UnknownNameError(unknown("array", name, trace))


def read_cell(trace: Trace, text: str) -> tuple[str, tuple[int, ...]]:
    """Return the array and the place that a text such as ``dW1[3,5]`` or ``loss`` names.

    Raises
    ------
    ArgumentError
        If it is not the name of a cell, or the place is not in the array; the message says what there is.
    UnknownNameError
        If there is no such array.
    """
    match = _CELL.fullmatch(text.strip())
    if match is None:
        raise ArgumentError(f"{text!r} names no cell; write an array and a place in it, such as dW1[3,5]")
    name = find_array(trace, match["array"])
    shape = trace[name].shape
    if match["places"] is None and shape:
        first = ",".join("0" * len(shape))
        raise ArgumentError(f"{name} is {shape}; ask for one cell of it, such as {name}[{first}]")
    places = [place.strip().replace("−", "-") for place in (match["places"] or "").split(",")]
    places = [] if places == [""] else places
    for place in places:
        if not re.fullmatch(r"-?\d+", place):
            raise ArgumentError(f"{place!r} in {text!r} is not a whole number; {name} is {shape}, counted from 0")
    index = tuple(map(int, places))
    check_index(name, shape, index)
    return name, index
