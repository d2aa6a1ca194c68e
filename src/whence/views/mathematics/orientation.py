"""Formulas and arrays transposed, with samples as columns: ``z = x W + 𝟏 b`` becomes ``z = W x + b 𝟏ᵀ``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.formula import Affine, Entry, Expression, Formula
from whence.formula.expressions import Operation, Reduction, Subscript, rebuilt

SAMPLES = "n"
"""The index of samples."""


@checks_arguments
def formula_in_columns(formula: Formula) -> Formula:
    """Return a formula with samples as columns: matrices are transposed, larger arrays have samples last."""
    return Formula(_entry(formula.target), expression_in_columns(formula.expression))


def expression_in_columns(expression: Expression) -> Expression:
    """Return the right-hand side of a formula, or a part of it, with samples as columns."""
    return _transposed(expression, summed=False)


@checks_arguments
def arrays_in_columns(arrays: Mapping[str, Array], formulas: Mapping[str, Formula]) -> dict[str, Array]:
    """Return the arrays to which the formulas of `formula_in_columns` refer."""
    entries = (entry for formula in formulas.values() for entry in (formula.target, *formula.sources))
    by_samples = {entry.array for entry in entries if _samples_first(entry)}
    return {
        name: array.T if array.ndim == 2 else np.moveaxis(array, 0, -1) if name in by_samples else array
        for name, array in arrays.items()
    }


def _transposed(node: Expression, *, summed: bool) -> Expression:
    match node:
        case Entry():
            return _entry(node)
        case Operation("*", Entry() as left, Entry() as right) if summed and _is_matrix(left) and _is_matrix(right):
            return Operation("*", _entry(right), _entry(left))
        case Reduction(kind):
            summed = kind == "Sum"
    return rebuilt(node, lambda child: _transposed(child, summed=summed))


def _entry(entry: Entry) -> Entry:
    subscripts: list[Subscript] = [_entry(part) if isinstance(part, Entry) else part for part in entry.subscripts]
    if len(subscripts) == 2:
        subscripts.reverse()
    elif _samples_first(entry):
        subscripts.append(subscripts.pop(0))
    return Entry(entry.array, tuple(subscripts))


def _samples_first(entry: Entry) -> bool:
    """Return whether an array of more than two axes has samples on the first axis."""
    first = entry.subscripts[0] if len(entry.subscripts) > 2 else None
    return isinstance(first, Affine) and first.bare is not None and first.bare.name == SAMPLES


def _is_matrix(entry: Entry) -> bool:
    return len(entry.subscripts) == 2
