"""The numbers of one cell in place of the symbols, as a layout."""

from __future__ import annotations

from collections.abc import Mapping

from whence.arrays import Array
from whence.formula import Affine, Entry, Formula
from whence.formula.filling import fill
from whence.formula.index_form import expression_form
from whence.formula.layout import Operator, Row, Word, row, write_number
from whence.formula.numbers import number_form


def cell_form(
    formula: Formula, index: tuple[int, ...], arrays: Mapping[str, Array], *, digits: int = 4, terms: int = 4
) -> Row:
    """Return the layout of one cell's arithmetic: ``z_1[0, 2] = 1 · 0.42 + 0 · 0.72 + 1.5 = 1.92``.

    Parameters
    ----------
    formula : Formula
        The formula.
    index : tuple of int
        Which entry of its target.
    arrays : mapping of str to array
        Every array that the formula reads, and its target.
    digits : int
        How many significant digits each number shows at least.
    terms : int
        How many terms of a sum are written out, the largest if it has more.
    """
    name = formula.target.array
    cell = expression_form(Entry(name, tuple(Affine((), place) for place in index)), arrays)
    numbers = number_form(fill(formula, index, arrays), arrays, digits=digits, terms=terms)
    value = Word(write_number(float(arrays[name][index]), digits))
    return row(cell, Operator("="), numbers, *(() if numbers == value else (Operator("="), value)))
