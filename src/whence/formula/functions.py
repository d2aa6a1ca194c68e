"""The functions of formulas, as expressions and as NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from whence.arguments import shown
from whence.arrays import Array
from whence.errors import FormulaError
from whence.formula.expressions import Call, Expression, Index, Operand, Operation, Reduction, expression

_erf = np.vectorize(math.erf, otypes=[np.float64])

FUNCTIONS: dict[str, Callable[..., Array]] = {
    "neg": np.negative,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "erf": _erf,
    "max0": lambda x: np.maximum(x, 0.0),
    "min0": lambda x: np.minimum(x, 0.0),
    "maximum": np.maximum,
    "minimum": np.minimum,
}

OF_TWO = ("maximum", "minimum")
"""The functions of two operands; the others have one."""

ARITHMETIC: dict[str, Callable[..., Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
}
OPERATIONS: dict[str, Callable[..., Array]] = {
    **ARITHMETIC,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


T = TypeVar("T")


def _unary(name: str) -> Callable[[Operand], Expression]:
    def call(operand: Operand) -> Expression:
        return Call(name, (expression(operand),))

    call.__name__ = name
    call.__doc__ = f"Return the expression ``{name}(operand)``."
    return call


exp = _unary("exp")
expm1 = _unary("expm1")
log = _unary("log")
log1p = _unary("log1p")
tanh = _unary("tanh")
sigmoid = _unary("sigmoid")
sqrt = _unary("sqrt")
absolute = _unary("abs")
sign = _unary("sign")
erf = _unary("erf")
max0 = _unary("max0")
min0 = _unary("min0")


def maximum(left: Operand, right: Operand) -> Expression:
    """Return the larger of two operands."""
    return Call("maximum", (expression(left), expression(right)))


def minimum(left: Operand, right: Operand) -> Expression:
    """Return the smaller of two operands."""
    return Call("minimum", (expression(left), expression(right)))


def equals(left: Operand, right: Operand) -> Expression:
    """Return 1 where two operands are equal and 0 elsewhere."""
    return Operation("=", expression(left), expression(right))


def differs(left: Operand, right: Operand) -> Expression:
    """Return 1 where two operands differ and 0 elsewhere."""
    return Operation("!=", expression(left), expression(right))


def Sum(index: Index | Sequence[Index], body: Operand, *, where: Expression | Sequence[Expression] = ()) -> Expression:
    """Return the sum of ``body`` over the values of an index, or of several, at which conditions hold."""
    return reduction("Sum", index, body, where)


def Max(index: Index | Sequence[Index], body: Operand, *, where: Expression | Sequence[Expression] = ()) -> Expression:
    """Return the largest ``body`` over the values of an index, or of several, at which conditions hold."""
    return reduction("Max", index, body, where)


def ArgMax(
    index: Index | Sequence[Index], body: Operand, *, where: Expression | Sequence[Expression] = ()
) -> Expression:
    """Return the place of the first largest ``body``, counted in C order over several indices."""
    return reduction("ArgMax", index, body, where)


def _each(name: str, given: T | Sequence[T], kind: type[T]) -> Sequence[T]:
    """Return one thing of a kind, or several in a list or tuple, as several."""
    several: Sequence[T] = given if isinstance(given, list | tuple) else [given]  # type: ignore[list-item]
    if not all(isinstance(each, kind) for each in several):
        raise FormulaError(
            f"{name} is {shown(given)}; expected an object of the class {kind.__name__}, or a list of them"
        )
    return several


def reduction(
    kind: str, index: Index | Sequence[Index], body: Operand, where: Expression | Sequence[Expression]
) -> Reduction:
    """Return a reduction; a sum of sums, or a maximum of maxima, becomes one over all indices."""
    indices = tuple(_each("index", index, Index))
    conditions = tuple(_each("where", where, Expression))
    inner = expression(body)
    if isinstance(inner, Reduction) and inner.kind == kind != "ArgMax" and not {*indices} & {*inner.indices}:
        return Reduction(kind, (*indices, *inner.indices), inner.body, (*conditions, *inner.where))
    return Reduction(kind, indices, inner, conditions)
