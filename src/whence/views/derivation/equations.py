"""One array of a step: its formula in both forms, and its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from whence.arrays import Array
from whence.formula import Constant, Formula, walk, write_number
from whence.formula.cell import recorded_cell
from whence.formula.evaluate import Source, find_extents
from whence.formula.index_form import index_form, size_of, sizes_in, symbol
from whence.formula.layout import Node, Operator, Row, Symbol, Word, row
from whence.formula.plain_text import to_plain
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Code, Equation, Numbers, Paragraph
from whence.views.derivation.phrases import Phrases
from whence.views.derivation.written_out import write_out
from whence.views.mathematics.cell_form import cell_form
from whence.views.mathematics.matrix_form import matrix_form
from whence.views.mathematics.orientation import SAMPLES

_MAX_CELL_LENGTHS = (115, 230)  # one line, or otherwise two
_TERMS = (4, 3, 2)


class Equations:
    """The computation of each array of a step.

    Parameters
    ----------
    oriented : OrientedTrace
        The step.
    phrases : Phrases
        What is said about arrays.
    numbers : bool
        Whether to include the numbers of each array and the arithmetic of one cell.
    """

    def __init__(self, oriented: OrientedTrace, phrases: Phrases, *, numbers: bool) -> None:
        self.oriented, self.phrases, self.numbers = oriented, phrases, numbers

    def equation(self, name: str) -> Equation:
        """Return the computation of an array."""
        oriented, formula = self.oriented, self.oriented.formulas[name]
        matrix = matrix_form(formula, oriented.trace, rows=oriented.rows)
        index = index_form(formula, oriented.trace)
        forms = (index,) if matrix is None else (matrix, index)
        return Equation(name, forms, self.about(name), self.written_out(name, formula) if self.numbers else None)

    def about(self, name: str) -> Paragraph:
        """Return what is said below the formula of an array."""
        oriented = self.oriented
        parts: list[str | Code | Node] = []
        for value in _named_values(oriented.formulas[name], oriented.arrays):
            parts += [value, ", "]
        parts[-1:] = ["; "] if parts else []
        about = self.phrases.paragraph(
            "about",
            name=symbol(name, oriented.trace),
            shape=oriented.shape(name) or self.phrases("one number"),
            function=Code(oriented.trace.origins[name].function),
        )
        return Paragraph((*parts, *about.parts))

    def written_out(self, name: str, formula: Formula | None) -> Numbers:
        """Return an array written out, with the arithmetic of its largest entry if it has a formula."""
        oriented = self.oriented
        array, laid = oriented.arrays[name], symbol(name, oriented.trace)
        written = write_out(array, laid, oriented.letters(name), self.phrases, column=oriented.is_column(name))
        cell = None if formula is None else self.arithmetic(name, oriented.largest(name))
        if cell is None and not array.ndim:
            cell = row(laid, Operator("="), Word(write_number(float(array))))
        return replace(written, cell=cell)

    def cell(self, name: str, index: tuple[int, ...], followed: Source | None = None) -> Row:
        """Return the arithmetic of a cell, with the term of one that is followed; without a formula, its value."""
        form = self.arithmetic(name, index, followed) if name in self.oriented.formulas else None
        return form or self.form(name, index, _TERMS[-1], followed)

    def arithmetic(self, name: str, index: tuple[int, ...], followed: Source | None = None) -> Row | None:
        """Return the arithmetic of a cell, with as many terms as two lines have room for; None if they have not."""
        form = cache(lambda terms: self.form(name, index, terms, followed))
        choices = ((form(terms), length) for length in _MAX_CELL_LENGTHS for terms in _TERMS)
        return next((numbers for numbers, length in choices if len(to_plain(numbers)) <= length), None)

    def form(self, name: str, index: tuple[int, ...], terms: int, followed: Source | None) -> Row:
        """Return the arithmetic of a cell with so many terms of its sums."""
        cell = recorded_cell(name, index, self.oriented.formulas.get(name), self.oriented.arrays)
        return cell_form(cell, terms=terms, words=self.phrases.terms, followed=followed)


def _named_values(formula: Formula, arrays: Mapping[str, Array]) -> Iterator[Node]:
    """Yield the values of the constants and the sizes that the formula names, except the number of samples."""
    named = {node.name: node.value for node in walk(formula.expression) if isinstance(node, Constant)}
    for name, value in named.items():
        yield row(Symbol(name), Operator("="), Word(write_number(value, 6)))
    extents = find_extents(formula, arrays)
    for index in sizes_in(formula):
        if index.name != SAMPLES:
            yield row(size_of(index), Operator("="), Word(str(extents[index])))
