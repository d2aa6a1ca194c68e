"""The right-hand side of a cell's formula in numbers, of its sums only the largest terms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whence.formula.contributions import Arrays, Contribution, Terms, addends_of, is_sum
from whence.formula.evaluate import value_of
from whence.formula.expressions import Call, Constant, Entry, Expression, Number, Position, Reduction, Size, rebuilt
from whence.formula.index_form import ATOM, NEGATE, SUM, IndexForm, Laid
from whence.formula.layout import Node, Operator, Word, called, row, write_number
from whence.formula.plain_text import to_plain
from whence.wording import counted

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Largest(Constant):
    """The largest of parts that are in numbers.

    Parameters
    ----------
    parts : tuple of Expression
        What it is the largest of, and how many more there are, if not all are written.
    """

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Others(Constant):
    """The terms of a sum that are not written; its name says how many there are.

    Parameters
    ----------
    total : Constant
        What they add up to.
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
    """Return what `number_form` does as text: ``1 · 0.3 + 0 · 0.6 + 1.5``."""
    return to_plain(number_form(filled, arrays, digits=digits, terms=terms))


def number_form(filled: Expression, arrays: Arrays, *, digits: int, terms: int | None) -> Node:
    """Return the layout of what `in_numbers` does."""
    return _NumberForm(()).lay(in_numbers(filled, arrays, digits=digits, terms=terms))[0]


def in_numbers(filled: Expression, arrays: Arrays, *, digits: int, terms: int | None) -> Expression:
    """Return an expression with numbers in place of its entries.

    Of a sum of more terms, the largest are written, and how many others add up to what, and how many are zero; terms
    outside the arrays are left out. Where what is written would not give the value to two digits less, as where large
    terms cancel, it is written in more digits.

    Parameters
    ----------
    filled : Expression
        The right-hand side of a cell's formula, its places filled in.
    arrays : mapping of str to array
        Every array that it reads.
    digits : int
        How many significant digits each number shows at least.
    terms : int or None
        How many terms of a sum are written; None for all.

    Returns
    -------
    Expression
        Every number in it is a constant that is named as it is written, and has the value that is read there.
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
    """Turns an expression into one whose parts are named by their numbers, and have the numbers that are read there."""

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
        """Return the terms of a sum, joined, and what is left of it if they are many."""
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
            return terms.taken(np.sort(order)), []
        nonzero = order[: len(order) - zeros]
        written, others = nonzero[: self.terms], nonzero[self.terms :]
        rest = [Constant(counted(zeros, "zero"), 0.0)] if zeros else []
        if len(others) <= 1:
            return terms.taken(np.sort(nonzero)), rest
        total = self.number(float(terms.values[others].sum()))
        return terms.taken(written), [Others(f"{len(others):,} other terms that add up to", total.value, total), *rest]

    def largest(self, terms: Terms) -> Expression:
        """Return the largest ones, the others counted, as one part with the value of the first."""
        order = terms.by_size()
        if not len(order):
            return self.number(-math.inf)
        chosen = np.sort(order) if self.fits(terms) else order[: self.terms]
        parts = [self.shown(term.expression) for term in terms.taken(chosen)]
        value = max(value_of(part, {}) for part in parts)
        return Largest("max", value, (*parts, *self.more(len(order) - len(chosen), value)))

    def place_of_largest(self, terms: Terms, place: float) -> Expression:
        """Return all that are compared, with a dash at places without a term, or, of many, the largest ones."""
        if not self.fits(terms):
            largest = self.largest(terms)
            assert isinstance(largest, Largest)
            return Largest("argmax", place, largest.parts)
        inside = terms.inside
        found = iter(terms.taken(np.flatnonzero(inside)))
        parts = (self.shown(next(found).expression) if there else Constant("–", -math.inf) for there in inside)
        return Largest("argmax", place, tuple(parts))

    def fits(self, terms: Terms) -> bool:
        return self.terms is None or len(terms) <= self.terms

    def more(self, count: int, value: float) -> list[Constant]:
        return [Constant(f"{count:,} more", value)] if count else []
