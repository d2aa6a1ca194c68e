"""The numbers of one cell in place of the symbols, as a layout."""

from __future__ import annotations

from collections.abc import Mapping

from whence.arrays import Array
from whence.formula import Affine, Constant, Entry, Expression, Formula, write_number
from whence.formula.filling import fill
from whence.formula.index_form import ATOM, SUM, IndexForm, Laid
from whence.formula.layout import Operator, Row, Word, called, row
from whence.formula.numbers import Largest, Others, in_numbers

_SIGNED = -1


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
    writer = _CellForm(arrays)
    cell = writer.entry(Entry(name, tuple(Affine((), place) for place in index)))
    numbers = writer.lay(in_numbers(fill(formula, index, arrays), arrays, digits=digits, terms=terms))[0]
    value = Word(write_number(float(arrays[name][index]), digits))
    return row(cell, Operator("="), numbers, *(() if numbers == value else (Operator("="), value)))


class _CellForm(IndexForm):
    """Lays out an expression in numbers, and puts brackets around negative ones where precedence asks for them."""

    def lay(self, node: Expression) -> Laid:
        match node:
            case Largest(parts=parts):
                return called("max", *(self.lay(part)[0] for part in parts)), ATOM
            case Others(words=words, total=total):
                return row(Word(words), Operator(""), self.lay(total)[0]), SUM
            case Constant(name, _):
                number = Word(name.strip("()"))
                return number, _SIGNED if number.text.startswith("−") else ATOM
        return super().lay(node)
