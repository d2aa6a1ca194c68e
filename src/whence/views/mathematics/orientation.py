"""Samples as columns: the same formulas and arrays, turned, so that ``z = x W + 𝟏 b`` becomes ``z = W x + b 𝟏ᵀ``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from whence.arrays import Array
from whence.formula import Affine, Entry, Expression, Formula, walk
from whence.formula.expressions import Operation, Reduction, Subscript, rebuilt

_SAMPLES = "n"


def formula_in_columns(formula: Formula) -> Formula:
    """Return a formula over arrays whose samples are columns: matrices transposed, larger arrays with samples last."""
    return Formula(_entry(formula.target), _turned(formula.expression, summed=False))


def arrays_in_columns(arrays: Mapping[str, Array], formulas: Mapping[str, Formula]) -> dict[str, Array]:
    """Return the arrays that the turned formulas speak of."""
    by_samples = {entry.array for formula in formulas.values() for entry in _entries(formula) if _opens(entry)}
    return {
        name: array.T if array.ndim == 2 else np.moveaxis(array, 0, -1) if name in by_samples else array
        for name, array in arrays.items()
    }


def _turned(node: Expression, *, summed: bool) -> Expression:
    match node:
        case Entry():
            return _entry(node)
        case Operation("*", Entry() as left, Entry() as right) if summed and _wide(left) and _wide(right):
            return Operation("*", _entry(right), _entry(left))
        case Reduction(kind):
            summed = kind == "Sum"
    return rebuilt(node, lambda child: _turned(child, summed=summed))


def _entry(entry: Entry) -> Entry:
    places: list[Subscript] = [_entry(place) if isinstance(place, Entry) else place for place in entry.subscripts]
    if len(places) == 2:
        places = [places[1], places[0]]
    elif _opens(entry):
        places = [*places[1:], places[0]]
    return Entry(entry.array, tuple(places))


def _opens(entry: Entry) -> bool:
    """Return whether an array of more than two axes has its samples on the first."""
    first = entry.subscripts[0] if len(entry.subscripts) > 2 else None
    return isinstance(first, Affine) and first.bare is not None and first.bare.name == _SAMPLES


def _wide(entry: Entry) -> bool:
    return len(entry.subscripts) == 2


def _entries(formula: Formula) -> list[Entry]:
    return [formula.target, *(node for node in walk(formula.expression) if isinstance(node, Entry))]
