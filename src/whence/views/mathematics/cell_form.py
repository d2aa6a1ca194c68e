"""The numbers of one cell in place of the symbols, as a layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, Size, write_number
from whence.formula.evaluate import bind_cell, evaluate_expression, find_extents
from whence.formula.expressions import Position, Reduction
from whence.views.mathematics.index_form import ADD, ATOM, SUM, IndexForm, Laid
from whence.views.mathematics.layout import Fence, Node, Operator, Row, Symbol, Word, called, row

if TYPE_CHECKING:
    from whence.formula.evaluate import Bindings, Extents

_SIGNED = -1


def cell_form(
    formula: Formula, index: tuple[int, ...], arrays: Mapping[str, Array], *, digits: int = 4, terms: int = 4
) -> Row:
    """Return the layout of one cell's arithmetic: ``z_1[0, 2] = 1 · 0.42 + 0 · 0.72 + … = 1.35``.

    Parameters
    ----------
    formula : Formula
        The formula.
    index : tuple of int
        Which entry of its target.
    arrays : mapping of str to array
        Every array that the formula reads, and its target.
    digits : int
        How many significant digits each number shows.
    terms : int
        How many terms of a sum are written out before the rest is only counted.
    """
    extents = find_extents(formula, arrays)
    writer = _CellForm(arrays, bind_cell(formula, index, extents), extents, digits, terms)
    value = write_number(float(arrays[formula.target.array][index]), digits)
    numbers = writer.lay(formula.expression)[0]
    result = () if numbers == Word(value) else (Operator("="), Word(value))
    return row(_cell(writer.symbol(formula.target.array), index), Operator("="), numbers, *result)


class _CellForm(IndexForm):
    """Lays out numbers where the symbols stand, and sums term by term."""

    def __init__(
        self, arrays: Mapping[str, Array], bindings: Bindings, extents: Extents, digits: int, terms: int
    ) -> None:
        super().__init__(arrays)
        self.values, self.bindings, self.extents = arrays, bindings, extents
        self.digits, self.terms = digits, terms

    def lay(self, node: Expression) -> Laid:
        match node:
            case Constant() | Size() | Position() | Entry():
                return self.number(node)
            case Reduction():
                return self.terms_of(node)
        return super().lay(node)

    def number(self, node: Expression) -> Laid:
        value = float(evaluate_expression(node, self.values, self.bindings, self.extents))
        return Word(write_number(value, self.digits)), ATOM if value >= 0 else _SIGNED

    def terms_of(self, node: Reduction) -> Laid:
        length = self.extents[node.index]
        sign = "," if node.kind == "Max" else "+"
        outer, parts = self.bindings, []
        for place in range(min(length, self.terms)):
            self.bindings = {**outer, node.index: np.asarray(place)}
            parts += [self.bracketed(node.body, ADD if node.kind == "Max" else SUM), Operator(sign)]
        self.bindings = outer
        if length > self.terms:
            parts += [
                row(Word("…"), Operator(""), Fence("(", Word(f"{length - self.terms:,} more"), ")")),
                Operator(sign),
            ]
        if node.kind == "Max":
            return called("max", *parts[:-1:2]), ATOM
        return Row(tuple(parts[:-1])), ADD if len(parts) > 2 else SUM


def _cell(name: Symbol, index: tuple[int, ...]) -> Node:
    if not index:
        return name
    places: list[Node] = []
    for place in index:
        places += [Word(str(place)), Operator(",")]
    return row(name, Fence("[", Row(tuple(places[:-1])), "]"))
