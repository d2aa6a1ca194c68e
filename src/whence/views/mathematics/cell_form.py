"""The arithmetic of one cell as a layout."""

from __future__ import annotations

from whence.arguments import PositiveInt, checks_arguments
from whence.formula import Cell, Entry
from whence.formula.digits import DIGITS
from whence.formula.evaluate import Source
from whence.formula.expressions import affine
from whence.formula.index_form import expression_form
from whence.formula.layout import Operator, Row, Word, row
from whence.formula.numbers import Words, in_english


@checks_arguments
def cell_form(
    cell: Cell,
    *,
    digits: PositiveInt = DIGITS,
    terms: PositiveInt,
    words: Words = in_english,
    followed: Source | None = None,
) -> Row:
    """Return the layout of one cell's arithmetic: ``z_1[0, 2] = 1 · 0.42 + 0 · 0.72 + 1.5 = 1.92``.

    Parameters
    ----------
    cell : Cell
        The cell.
    digits : int
        Minimum number of significant digits.
    terms : int
        Number of terms to write out of a longer sum, the largest ones.
    words : callable
        What is said of the others.
    followed : Source, optional
        An entry of which the term is written too, however small it is.
    """
    name = expression_form(Entry(cell.array, tuple(map(affine, cell.index))), cell.arrays)
    shown = cell.in_numbers(digits=digits, terms=terms, words=words, followed=followed)
    numbers, value = shown.form, Word(shown.result)
    return row(name, Operator("="), numbers, *(() if numbers == value else (Operator(shown.sign), value)))
