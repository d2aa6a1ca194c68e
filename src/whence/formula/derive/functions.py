"""The derivatives of the functions of formulas.

At a kink, where there is no derivative, the one of the libraries for deep learning is taken: ``max(0, z)`` has the
slope 0 at zero, ``|z|`` too, and ``min(0, z)`` the slope 1, so that both together have the slope of z everywhere. Of
two equal operands the first is the smaller one and the second the larger one; of several equal terms the first is the
largest.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from whence.errors import FormulaError
from whence.formula.expressions import Constant, Entry, Expression, Number
from whence.formula.functions import exp, max0, sigmoid, sign, sqrt, tanh

_OF_ONE: dict[str, Callable[[Expression], Expression]] = {
    "exp": exp,
    "expm1": exp,
    "log": lambda u: 1 / u,
    "log1p": lambda u: 1 / (1 + u),
    "tanh": lambda u: 1 - tanh(u) ** 2,
    "sigmoid": lambda u: sigmoid(u) * (1 - sigmoid(u)),
    "sqrt": lambda u: 1 / (2 * sqrt(u)),
    "abs": sign,
    "sign": lambda u: Number(0.0),
    "erf": lambda u: 2 / sqrt(Constant("π", math.pi)) * exp(-(u**2)),
    "max0": lambda u: (u if isinstance(u, Entry) else max0(u)) > 0,
    "min0": lambda u: u <= 0,
}
_OF_TWO: dict[str, Callable[[Expression, Expression], tuple[Expression, Expression]]] = {
    "maximum": lambda u, v: (u > v, u <= v),
    "minimum": lambda u, v: (u <= v, u > v),
}


def of_one(function: str, operand: Expression) -> Expression:
    """Return the derivative of a function of one operand."""
    if function not in _OF_ONE:
        raise FormulaError(f"the derivative of the function {function} is not known; write it with other functions")
    return _OF_ONE[function](operand)


def of_two(function: str, left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Return the derivatives of a function of two operands with respect to each."""
    return _OF_TWO[function](left, right)
