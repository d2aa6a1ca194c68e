"""The right-hand side of a cell's formula in numbers, with the largest terms of its sums."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np

from whence.arrays import Array
from whence.errors import FormulaError
from whence.formula.contributions import Contribution, Terms, addends_of, is_sum
from whence.formula.digits import DIGITS, write_equation
from whence.formula.evaluate import Arrays, Source, sources_of, value_of
from whence.formula.expressions import (
    Call,
    Constant,
    Entry,
    Expression,
    Number,
    Operation,
    Position,
    Reduction,
    Size,
    rebuilt,
)
from whence.formula.functions import FUNCTIONS, OPERATIONS
from whence.formula.index_form import ATOM, MULTIPLY, NEGATE, SUM, IndexForm, Laid
from whence.formula.layout import Node, Operator, Word, called, row
from whence.formula.plain_text import to_plain
from whence.wording import counted

Words: TypeAlias = Callable[[str, int], str]
"""Says how many terms are not written: ``"others"``, before their sum; ``"zeros"``; or ``"more"``, none larger."""


def in_english(kind: str, count: int) -> str:
    """Return the `Words` of English."""
    if kind == "zeros":
        return counted(count, "zero")
    return f"{count:,} other terms that add up to" if kind == "others" else f"{count:,} more"


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest of some parts, or its place.

    Parameters
    ----------
    function : str
        ``"max"`` or ``"argmax"``.
    parts : tuple of Expression
        The parts that are written, and what is said of others.
    places : tuple of int
        The places of the parts, if the function is ``"argmax"`` and they are not all that there are.
    """

    function: str
    parts: tuple[Expression, ...]
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Others(Expression):
    """The terms of a sum that are not written.

    Parameters
    ----------
    words : str
        How many there are.
    total : Expression
        Their sum.
    """

    words: str
    total: Expression


@dataclass(frozen=True, slots=True)
class Remark(Expression):
    """What is said in place of terms, such as of zeros in a sum.

    Parameters
    ----------
    words : str
        What is said.
    value : float
        What it contributes.
    """

    words: str
    value: float


@dataclass(frozen=True)
class Arithmetic:
    """A cell in numbers, and what they come to.

    Parameters
    ----------
    expression : Expression
        The cell's formula in numbers: constants with the written numbers as names.
    sign : str
        ``"="``, or ``"≈"`` if the result was rounded more than the numbers show.
    result : str
        The written result.
    """

    expression: Expression
    sign: str
    result: str

    @property
    def form(self) -> Node:
        """The layout of the expression."""
        return _NumberForm(()).lay(self.expression)[0]

    @property
    def text(self) -> str:
        """The expression as text: ``1 · 0.3 + 0 · 0.6 + 1.5``."""
        return to_plain(self.form)


class _NumberForm(IndexForm):
    """Lays out an expression in numbers."""

    def lay(self, node: Expression) -> Laid:
        match node:
            case Largest(function, parts, places):
                laid = [self.lay(part)[0] for part in parts]
                for number, place in enumerate(places):
                    laid[number] = row(Word(f"{place}:"), Operator(""), laid[number])
                return called(function, *laid), ATOM
            case Others(words, total):
                return row(Word(words), Operator(""), self.lay(total)[0]), SUM
            case Remark(words):
                return Word(words), ATOM
            case Constant(number):
                return Word(number), NEGATE if number.startswith("−") else MULTIPLY if "e" in number else ATOM
        return super().lay(node)


def in_numbers(
    filled: Expression,
    arrays: Arrays,
    *,
    value: float | None = None,
    digits: int = DIGITS,
    terms: int | None = 6,
    words: Words = in_english,
    followed: Source | None = None,
) -> Arithmetic:
    """Return an expression with numbers in place of its entries, and what they come to.

    Of a longer sum, the largest terms are written, then the sum of the others and the number of zeros; terms outside
    the arrays are left out. The numbers have the digits that `write_equation` gives them.

    Parameters
    ----------
    filled : Expression
        The right-hand side of a cell's formula, its indices filled in.
    arrays : mapping of str to array
        Every array that it reads.
    value : float, optional
        The recorded result; otherwise the value of the expression.
    digits : int
        The least number of significant digits.
    terms : int or None
        The number of terms of a sum that are written; None for all.
    words : callable
        What is said of the others.
    followed : Source, optional
        An entry of which the term is written too, however small it is.
    """
    result = value_of(filled, arrays) if value is None else value
    shown = _Choice(arrays, terms, words, followed).shown(filled)
    numbers: list[float] = []
    evaluate = _compiled(shown, numbers)
    with np.errstate(all="ignore"):
        written = write_equation(numbers, lambda given: float(evaluate(given)), result, digits)
    return Arithmetic(_named(shown, iter(written.numbers)), written.sign, written.result)


def _compiled(node: Expression, numbers: list[float]) -> Callable[[Sequence[float]], Any]:
    """Return what computes an expression from its numbers, which are added to ``numbers``."""
    match node:
        case Constant(_, value):
            place = len(numbers)
            numbers.append(value)
            return itemgetter(place)
        case Number(value) | Remark(_, value):
            return lambda given: value
        case Others(_, total):
            return _compiled(total, numbers)
        case Operation(symbol, left, right):
            operate, first, second = OPERATIONS[symbol], _compiled(left, numbers), _compiled(right, numbers)
            return lambda given: np.float64(operate(np.float64(first(given)), second(given)))
        case Call(function, operands):
            call, inner = FUNCTIONS[function], [_compiled(operand, numbers) for operand in operands]
            return lambda given: call(*(operand(given) for operand in inner))
        case Largest(function, parts, places):
            inner = [_compiled(part, numbers) for part in parts]
            if function == "max":
                return lambda given: np.max([part(given) for part in inner])
            at: Sequence[int] = places or range(len(parts))
            return lambda given: at[int(np.argmax([part(given) for part in inner]))]
    raise FormulaError(f"{type(node).__name__} is not an expression in numbers")


def _named(node: Expression, texts: Iterator[str]) -> Expression:
    """Return an expression with the written numbers as the names of its constants, in the order of `_compiled`."""
    match node:
        case Constant(_, value):
            return Constant(next(texts), value)
        case Others(words, total):
            return Others(words, _named(total, texts))
        case Largest(function, parts, places):
            return Largest(function, tuple(_named(part, texts) for part in parts), places)
    return rebuilt(node, lambda child: _named(child, texts))


class _Choice:
    """Turns an expression into one of constants: the terms that are written, and what is said of the others."""

    def __init__(self, arrays: Arrays, terms: int | None, words: Words, followed: Source | None) -> None:
        self.arrays, self.terms, self.words, self.followed = arrays, terms, words, followed

    def shown(self, node: Expression) -> Expression:
        """Return an expression in numbers, whose names are not written yet."""
        match node:
            case Number():
                return node
            case Constant() | Entry() | Position() | Size():
                return Constant("", value_of(node, self.arrays))
            case Reduction("Max"):
                return self.largest(addends_of(node, self.arrays))
            case Reduction("ArgMax"):
                return self.place_of_largest(addends_of(node, self.arrays))
            case _ if is_sum(node):
                return self.sum(addends_of(node, self.arrays))
        return rebuilt(node, self.shown)

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
        return Number(0.0) if total is None else total

    def chosen(self, terms: Terms) -> tuple[list[Contribution], list[Expression]]:
        """Return the terms to write, and the others in words with their sum."""
        order, zeros = terms.by_size(), terms.zeros
        if self.terms is None or len(order) <= self.terms:
            return terms.at(np.sort(order)), []
        nonzero = self.followed_first(terms, order[: len(order) - zeros])
        written, others = nonzero[: self.terms], nonzero[self.terms :]
        rest: list[Expression] = [Remark(self.words("zeros", zeros), 0.0)] if zeros else []
        if len(others) <= 1:
            return terms.at(np.sort(nonzero)), rest
        total = Constant("", float(terms.values[others].sum()))
        return terms.at(written), [Others(self.words("others", len(others)), total), *rest]

    def followed_first(self, terms: Terms, order: Array) -> Array:
        """Return the places of terms with those first that read the entry that is followed."""
        if self.followed is None:
            return order
        reads = [self.followed in sources_of(term.expression, self.arrays) for term in terms.at(order)]
        return order[np.argsort(np.logical_not(reads), kind="stable")]

    def largest(self, terms: Terms, function: str = "max") -> Expression:
        """Return the largest terms and the number of others, which are not larger."""
        order = terms.by_size()
        if not len(order):
            return Number(-math.inf)
        chosen = np.sort(order) if self.fits(terms) else order[: self.terms]
        parts = [self.shown(term.expression) for term in terms.at(chosen)]
        left_out = len(order) - len(chosen)
        more = [Remark(self.words("more", left_out), -math.inf)] if left_out else []
        return Largest(function, (*parts, *more), tuple(map(int, chosen)) if function == "argmax" else ())

    def place_of_largest(self, terms: Terms) -> Expression:
        """Return all terms, with a dash at places without one; of many the largest, each with its place."""
        if not self.fits(terms):
            return self.largest(terms, "argmax")
        inside = terms.inside
        found = iter(terms.at(np.flatnonzero(inside)))
        parts = (self.shown(next(found).expression) if there else Remark("–", -math.inf) for there in inside)
        return Largest("argmax", tuple(parts))

    def fits(self, terms: Terms) -> bool:
        return self.terms is None or len(terms) <= self.terms
