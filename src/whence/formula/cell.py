"""One entry of an array and how it was computed: every view of a cell uses this."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from whence.arguments import checks_arguments
from whence.formula.contributions import Terms, longest_sum, outside, terms_of, without_outside
from whence.formula.digits import DIGITS, write_number
from whence.formula.evaluate import Arrays, Source, sources_of, value_of
from whence.formula.expressions import Entry, Expression, Formula, affine
from whence.formula.filling import fill
from whence.formula.numbers import Arithmetic, Words, in_english, in_numbers
from whence.formula.plain_text import write


@dataclass(frozen=True)
class Cell:
    """One entry of an array and how it was computed.

    Parameters
    ----------
    array : str
        The array's name.
    index : tuple of int
        The entry's index.
    value : float
        The recorded number, or else the value of the formula.
    formula : Formula or None
        The formula of the array; None for a given array, such as pixels, labels and parameters.
    filled : Expression
        The formula's right-hand side with its indices filled in; the entry itself if it was given.
    arrays : mapping of str to array
        Every array that the formula reads.
    function : str
        The function that computed it, if known: ``"whence.nn.Linear.forward"``.
    """

    array: str
    index: tuple[int, ...]
    value: float
    formula: Formula | None
    filled: Expression
    arrays: Arrays = field(repr=False, compare=False)
    function: str = ""

    @property
    def name(self) -> str:
        """The cell as it is written: ``dW1[3,5]``."""
        return cell_name(self.array, self.index)

    @property
    def text(self) -> str:
        """The formula as text; empty if the entry was given."""
        return "" if self.formula is None else write(self.formula)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The entries that it was computed from, by array and index, in the order of reading, each once."""
        return () if self.formula is None else sources_of(self.filled, self.arrays)

    @cached_property
    def terms(self) -> Terms:
        """The terms of the longest sum in its formula."""
        return longest_sum(self.filled, self.arrays)

    @property
    def is_sum_of_terms(self) -> bool:
        """Whether these terms add up to the cell, rather than to a part of its formula."""
        return len(terms_of(self.filled, self.arrays)) == len(self.terms)

    @cached_property
    def inside(self) -> Expression:
        """The filled formula without terms outside their arrays."""
        return without_outside(self.filled, self.arrays)

    @property
    def outside(self) -> list[Entry]:
        """The entries of it that are outside their arrays."""
        return outside(self.inside, self.arrays)

    def in_numbers(
        self,
        *,
        digits: int = DIGITS,
        terms: int | None = 6,
        words: Words = in_english,
        followed: Source | None = None,
    ) -> Arithmetic:
        """Return the formula's right-hand side in numbers, such as ``1 · 0.3 + 0 · 0.6 + 1.5``, and its result.

        Parameters
        ----------
        digits : int
            The least number of significant digits.
        terms : int or None
            The number of terms of a sum to write out, the largest ones; None for all.
        words : callable
            What is said of the others.
        followed : Source, optional
            An entry of which the term is written too, however small it is.
        """
        return in_numbers(
            self.filled, self.arrays, value=self.value, digits=digits, terms=terms, words=words, followed=followed
        )

    def __str__(self) -> str:
        if self.formula is None:
            return f"{self.name} = {write_number(self.value)}, given"
        margin, shown = " " * len(self.name), self.in_numbers()
        return f"{self.text}\n{self.name} = {shown.text}\n{margin} {shown.sign} {shown.result}"


@checks_arguments
def evaluate_cell(formula: Formula, index: tuple[int, ...], arrays: Arrays) -> Cell:
    """Return one entry of the array that a formula computes, with the value of the formula.

    Parameters
    ----------
    formula : Formula
        The formula.
    index : tuple of int
        The index of the entry; not negative.
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
    name: str, index: tuple[int, ...], formula: Formula | None, arrays: Arrays, function: str = ""
) -> Cell:
    """Return one entry of an array with its recorded value; the array itself is also among ``arrays``.

    Parameters are as for `Cell`, and errors as for `evaluate_cell`.
    """
    filled = Entry(name, tuple(map(affine, index))) if formula is None else fill(formula, index, arrays)
    return Cell(name, index, float(arrays[name][index]), formula, filled, arrays, function)


def cell_name(array: str, index: tuple[int, ...]) -> str:
    """Return a cell as it is written: ``dW1[3,5]``."""
    return f"{array}[{','.join(map(str, index))}]" if index else array
