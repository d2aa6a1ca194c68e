"""The right-hand side of a cell's formula in numbers, with the largest terms of its sums."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whence.formula.contributions import Contribution, Terms, addends_of, is_sum
from whence.formula.evaluate import Arrays, value_of
from whence.formula.expressions import Call, Constant, Entry, Expression, Number, Position, Reduction, Size, rebuilt
from whence.formula.index_form import ATOM, NEGATE, SUM, IndexForm, Laid
from whence.formula.layout import Node, Operator, Word, called, row, write_number
from whence.formula.plain_text import to_plain
from whence.wording import counted

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Largest(Constant):
    """The largest of some parts, which are written in numbers.

    Parameters
    ----------
    parts : tuple of Expression
        The parts, and the number of others if not all are written.
    """

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Others(Constant):
    """The terms of a sum that are not written; the name says how many there are.

    Parameters
    ----------
    total : Constant
        Their sum.
    """

    total: Constant


class _NumberForm(IndexForm):
    """Lays out an expression in numbers."""

    def lay(self, node: Expression) -> Laid:
        match node:
            case Largest(function, _, parts):
                return called(function, *(self.lay(part)[0] for part in parts)), ATOM
            case Others(words, _, total):
                return row(Word(words), Operator(""), self.lay(total)[0]), SUM
            case Constant(number, _):
                return Word(number), NEGATE if number.startswith("−") else ATOM
        return super().lay(node)


def write_numbers(filled: Expression, arrays: Arrays, *, digits: int = 4, terms: int | None = 6) -> str:
    """Return an expression in numbers as text: ``1 · 0.3 + 0 · 0.6 + 1.5``; parameters as for `in_numbers`."""
    return to_plain(number_form(filled, arrays, digits=digits, terms=terms))


def number_form(filled: Expression, arrays: Arrays, *, digits: int, terms: int | None) -> Node:
    """Return the layout of an expression in numbers; parameters as for `in_numbers`."""
    return _NumberForm(()).lay(in_numbers(filled, arrays, digits=digits, terms=terms))[0]


def in_numbers(filled: Expression, arrays: Arrays, *, digits: int, terms: int | None) -> Expression:
    """Return an expression with numbers in place of its entries.

    Of a longer sum, the largest terms are written, then the sum of the others and the number of zeros; terms outside
    the arrays are left out. If the written numbers do not give the value to ``digits - 2`` digits, as where large terms
    cancel, more digits are written.

    Parameters
    ----------
    filled : Expression
        The right-hand side of a cell's formula, its indices filled in.
    arrays : mapping of str to array
        Every array that it reads.
    digits : int
        The least number of significant digits.
    terms : int or None
        The number of terms of a sum that are written; None for all.

    Returns
    -------
    Expression
        Its numbers are constants whose names are the written numbers, with the values of these.
    """
    value = value_of(filled, arrays)
    for enough in range(digits, max(digits, _MOST_DIGITS) + 1):
        shown = _Writing(arrays, enough, terms).shown(filled)
        if _agrees(shown, value, digits):
            return shown
    return _Writing(arrays, digits, terms).shown(filled)


def _agrees(shown: Expression, value: float, digits: int) -> bool:
    return bool(np.isclose(value_of(shown, {}), value, rtol=10.0 ** (2 - digits), atol=0.0, equal_nan=True))


class _Writing:
    """Turns an expression into one of constants, whose names are the written numbers."""

    def __init__(self, arrays: Arrays, digits: int, terms: int | None) -> None:
        self.arrays, self.digits, self.terms = arrays, digits, terms

    def shown(self, node: Expression) -> Expression:
        """Return an expression in numbers."""
        match node:
            case Number() | Constant() | Entry() | Position() | Size():
                return self.number(value_of(node, self.arrays))
            case Reduction("Max"):
                return self.largest(addends_of(node, self.arrays))
            case Reduction("ArgMax"):
                return self.place_of_largest(addends_of(node, self.arrays), value_of(node, self.arrays))
            case _ if is_sum(node):
                return self.sum(addends_of(node, self.arrays))
        return rebuilt(node, self.shown)

    def number(self, value: float) -> Constant:
        text = write_number(value, self.digits)
        return Constant(text, float(text.replace("−", "-")))

    def sum(self, terms: Terms) -> Expression:
        """Return the written terms of a sum, and what remains of it."""
        chosen, rest = self.chosen(terms)
        total: Expression | None = None
        for term in chosen:
            match term.expression:
                case Call("neg", (operand,)) if total is not None:
                    total = total - self.shown(operand)
                case body:
                    part = self.shown(body)
                    total = part if total is None else total + part
        for part in rest:
            total = part if total is None else total + part
        return self.number(0.0) if total is None else total

    def chosen(self, terms: Terms) -> tuple[list[Contribution], list[Constant]]:
        """Return the terms to write, and the others in words with their sum."""
        order, zeros = terms.by_size(), terms.zeros
        if self.terms is None or len(order) <= self.terms:
            return terms.at(np.sort(order)), []
        nonzero = order[: len(order) - zeros]
        written, others = nonzero[: self.terms], nonzero[self.terms :]
        rest = [Constant(counted(zeros, "zero"), 0.0)] if zeros else []
        if len(others) <= 1:
            return terms.at(np.sort(nonzero)), rest
        total = self.number(float(terms.values[others].sum()))
        return terms.at(written), [Others(f"{len(others):,} other terms that add up to", total.value, total), *rest]

    def largest(self, terms: Terms) -> Expression:
        """Return the largest terms and the number of others, as one part with the value of the first."""
        order = terms.by_size()
        if not len(order):
            return self.number(-math.inf)
        chosen = np.sort(order) if self.fits(terms) else order[: self.terms]
        parts = [self.shown(term.expression) for term in terms.at(chosen)]
        value = max(value_of(part, {}) for part in parts)
        left_out = len(order) - len(chosen)
        more = [Constant(f"{left_out:,} more", value)] if left_out else []
        return Largest("max", value, (*parts, *more))

    def place_of_largest(self, terms: Terms, place: float) -> Expression:
        """Return all terms, with a dash at places without one, or the largest of many."""
        if not self.fits(terms):
            largest = self.largest(terms)
            assert isinstance(largest, Largest)
            return Largest("argmax", place, largest.parts)
        inside = terms.inside
        found = iter(terms.at(np.flatnonzero(inside)))
        parts = (self.shown(next(found).expression) if there else Constant("–", -math.inf) for there in inside)
        return Largest("argmax", place, tuple(parts))

    def fits(self, terms: Terms) -> bool:
        return self.terms is None or len(terms) <= self.terms
