"""Names of cells as users type them: ``dW1[3,5]``, or ``eta`` for η."""

from __future__ import annotations

import re
from collections.abc import Mapping

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError, UnknownNameError
from whence.formula.filling import check_index
from whence.registry import unknown

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
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "ψ": "psi",
    "ω": "omega",
    "ℓ": "l",
    "′": "'",
    "→": "->",
    "←": "<-",
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
}
_CELL = re.compile(r"(?P<array>[^\[\]]+?)\s*(\[(?P<index>[^\[\]]*)\])?")


def typed(name: str) -> str:
    """Return an array's name as it can be typed on any keyboard: ``gamma2`` for ``γ2``."""
    for symbol, letters in _TYPED.items():
        name = name.replace(symbol, letters)
    return name


def find_array(arrays: Mapping[str, Array], name: str) -> str:
    """Return the name of an array as it is spelled among the arrays; raise `UnknownNameError` if it is not there."""
    if name in arrays:
        return name
    for known in arrays:
        if typed(known) == typed(name):
            return known
    raise UnknownNameError(unknown("array", name, arrays))


@checks_arguments
def read_cell(arrays: Mapping[str, Array], text: str) -> tuple[str, tuple[int, ...]]:
    """Return the array and the index of a cell such as ``dW1[3,5]`` or ``loss``, of arrays such as a trace's.

    Raises
    ------
    ArgumentError
        If ``text`` is not the name of a cell, or the index is outside the array.
    UnknownNameError
        If there is no such array.
    """
    match = _CELL.fullmatch(text.strip())
    if match is None:
        raise ArgumentError(f"{text!r} is not the name of a cell; write an array and an index, such as dW1[3,5]")
    name = find_array(arrays, match["array"])
    shape = arrays[name].shape
    if match["index"] is None and shape:
        first = ",".join("0" * len(shape))
        raise ArgumentError(f"{name} is {shape}; name one of its cells, such as {name}[{first}]")
    numbers = [number.strip().replace("−", "-") for number in (match["index"] or "").split(",")]
    numbers = [] if numbers == [""] else numbers
    for number in numbers:
        if not re.fullmatch(r"-?\d+", number):
            raise ArgumentError(f"{number!r} in {text!r} is not an integer; {name} is {shape}, counted from 0")
    index = tuple(map(int, numbers))
    check_index(name, shape, index)
    return name, index
