"""One entry of one array, and where it came from: what every view says of a number is said by this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from whence.arrays import Array
from whence.formula.contributions import Terms, longest_sum, outside, terms_of, without_outside
from whence.formula.evaluate import Source, sources_of, value_of
from whence.formula.expressions import Entry, Expression, Formula, affine
from whence.formula.filling import fill
from whence.formula.layout import write_number
from whence.formula.numbers import write_numbers
from whence.formula.plain_text import write


@dataclass(frozen=True)
class Cell:
    """One entry of one array, and where it came from.

    Parameters
    ----------
    array : str
        The array's name.
    index : tuple of int
        The entry's place in it.
    value : float
        The number that was recorded, or else what the formula gives.
    formula : Formula or None
        What made it; None for what was given, such as pixels, labels and parameters.
    filled : Expression
        The formula's right-hand side with the places filled in; the entry itself where it was given.
    arrays : mapping of str to array
        Every array that the formula reads.
    function : str
        The function that computed it, where that is known: ``"whence.nn.Linear.forward"``.
    """

    array: str
    index: tuple[int, ...]
    value: float
    formula: Formula | None
    filled: Expression
    arrays: Mapping[str, Array] = field(repr=False, compare=False)
    function: str = ""

    @property
    def name(self) -> str:
        """The cell as it is written: ``dW1[3,5]``."""
        return cell_name(self.array, self.index)

    @property
    def text(self) -> str:
        """The formula in symbols; empty for what was given."""
        return "" if self.formula is None else write(self.formula)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The entries that it was made from, by array and place, in the order of reading, each once."""
        return () if self.formula is None else sources_of(self.filled, self.arrays)

    @cached_property
    def terms(self) -> Terms:
        """The terms of the longest sum in its formula."""
        return longest_sum(self.filled, self.arrays)

    @property
    def is_sum_of_terms(self) -> bool:
        """Whether these terms add up to the cell, rather than to something within its formula."""
        return len(terms_of(self.filled, self.arrays)) == len(self.terms)

    @cached_property
    def inside(self) -> Expression:
        """The filled formula without terms that lie outside their arrays."""
        return without_outside(self.filled, self.arrays)

    @property
    def outside(self) -> list[Entry]:
        """What it still names beyond the ends of arrays."""
        return outside(self.inside, self.arrays)

    def numbers(self, *, digits: int = 4, terms: int | None = 6) -> str:
        """Return the formula's right-hand side in numbers: ``1 · 0.3 + 0 · 0.6 + 1.5``.

        Parameters
        ----------
        digits : int
            How many significant digits each number shows at least.
        terms : int or None
            How many terms of a sum to write out, the largest if it has more; None for all.
        """
        return write_numbers(self.filled, self.arrays, digits=digits, terms=terms)

    def __str__(self) -> str:
        if self.formula is None:
            return f"{self.name} = {write_number(self.value)}, given"
        margin = " " * len(self.name)
        return f"{self.text}\n{self.name} = {self.numbers()}\n{margin} = {write_number(self.value)}"


def evaluate_cell(formula: Formula, index: tuple[int, ...], arrays: Mapping[str, Array]) -> Cell:
    """Return one entry of the array that a formula makes, with the value that it gives.

    Parameters
    ----------
    formula : Formula
        The formula.
    index : tuple of int
        Which entry; not negative.
    arrays : mapping of str to array
        Every array that the formula reads, by name.

    Raises
    ------
    FormulaError
        As for `evaluate`.
    ArgumentError
        If ``index`` is outside the array.
    """
    filled = fill(formula, index, arrays)
    return Cell(formula.target.array, index, value_of(filled, arrays), formula, filled, arrays)


def recorded_cell(
    name: str, index: tuple[int, ...], formula: Formula | None, arrays: Mapping[str, Array], function: str = ""
) -> Cell:
    """Return one entry of an array that is among ``arrays``, with the value that is there.

    Parameters
    ----------
    name, index : str and tuple of int
        The array and the place.
    formula : Formula or None
        What made the array, unless it was given.
    arrays : mapping of str to array
        The array, and every one that the formula reads.
    function : str
        The function that computed it, where that is known.

    Raises
    ------
    FormulaError
        As for `evaluate`.
    ArgumentError
        If ``index`` is outside the array.
    """
    filled = Entry(name, tuple(map(affine, index))) if formula is None else fill(formula, index, arrays)
    return Cell(name, index, float(arrays[name][index]), formula, filled, arrays, function)


def cell_name(array: str, index: tuple[int, ...]) -> str:
    """Return a cell as it is written: ``dW1[3,5]``."""
    return f"{array}[{','.join(map(str, index))}]" if index else array
