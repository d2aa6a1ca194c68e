"""The right-hand side of a cell's formula in numbers, of its sums only the largest terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.formula.contributions import Arrays, Contribution, Terms, addends_of, is_sum
from whence.formula.evaluate import evaluate
from whence.formula.expressions import (
    Call,
    Constant,
    Entry,
    Expression,
    Formula,
    Number,
    Operation,
    Position,
    Reduction,
    Size,
    scalar,
)
from whence.formula.text import write, write_number
from whence.wording import counted

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Largest(Constant):
    """The largest of parts that are in numbers; its name is what is written for it.

    Parameters
    ----------
    parts : tuple of Expression
        What it is the largest of, and how many more there are, if not all are written.
    """

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Others(Constant):
    """The terms of a sum that are not written; its name is what is written for it.

    Parameters
    ----------
    words : str
        How many there are.
    total : Constant
        What they add up to.
    """

    words: str
    total: Constant


def write_numbers(filled: Expression, arrays: Arrays, *, digits: int = 4, terms: int | None = 6) -> str:
    """Return what `in_numbers` does as text: ``1 · 0.3 + 0 · 0.6 + 1.5``."""
    return write(in_numbers(filled, arrays, digits=digits, terms=terms))


def in_numbers(filled: Expression, arrays: Arrays, *, digits: int = 4, terms: int | None = 6) -> Expression:
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
        Every number in it is a constant that is named as it is written, a negative one with brackets where it needs
        them, and has the value that is read there.
    """
    value = _value(filled, arrays)
    for enough in range(digits, max(digits, _MOST_DIGITS) + 1):
        shown = _Writing(arrays, enough, terms).shown(filled, bare=True)
        if _agrees(shown, value, digits):
            return shown
    return _Writing(arrays, digits, terms).shown(filled, bare=True)


def _agrees(shown: Expression, value: float, digits: int) -> bool:
    return bool(np.isclose(_value(shown, {}), value, rtol=10.0 ** (2 - digits), atol=0.0, equal_nan=True))


def _value(node: Expression, arrays: Arrays) -> float:
    return float(evaluate(Formula(scalar("value"), node), arrays))


class _Writing:
    """Turns an expression into one whose parts are named by their numbers, and have the numbers that are read there."""

    def __init__(self, arrays: Arrays, digits: int, terms: int | None) -> None:
        self.arrays, self.digits, self.terms = arrays, digits, terms

    def shown(self, node: Expression, *, bare: bool = False) -> Expression:
        """Return an expression in numbers; ``bare`` where a negative number needs no brackets."""
        match node:
            case Number() | Constant() | Entry() | Position() | Size():
                return self.number(_value(node, self.arrays), bare=bare)
            case Reduction("Max"):
                return self.largest(addends_of(node, self.arrays))
            case _ if is_sum(node):
                return self.sum(addends_of(node, self.arrays), bare=bare)
            case Operation(symbol, left, right):
                bare = symbol in ("<", "<=", ">", ">=", "=")
                return Operation(symbol, self.shown(left, bare=bare), self.shown(right, bare=bare))
            case Call(function, operands):
                return Call(function, tuple(self.shown(operand, bare=function != "neg") for operand in operands))
        return node

    def number(self, value: float, *, bare: bool = False) -> Constant:
        text = write_number(value, self.digits)
        read = float(text.replace("−", "-"))
        return Constant(text if bare or not text.startswith("−") else f"({text})", read)

    def sum(self, terms: Terms, *, bare: bool) -> Expression:
        """Return the terms of a sum, joined, and what is left of it if they are many."""
        chosen, rest = self.chosen(terms)
        alone = bare and len(chosen) + len(rest) == 1
        total: Expression | None = None
        for term in chosen:
            match term.expression:
                case Call("neg", (operand,)) if total is not None:
                    total = total - self.shown(operand)
                case body:
                    part = self.shown(body, bare=alone)
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
        total = self.number(float(terms.values[others].sum()), bare=True)
        words = f"{len(others):,} other terms that add up to"
        return terms.taken(written), [Others(f"{words} {total.name}", total.value, words, total), *rest]

    def largest(self, terms: Terms) -> Expression:
        """Return the largest ones, the others counted, as one part with the value of the first."""
        order = terms.by_size()
        chosen = np.sort(order) if self.terms is None or len(order) <= self.terms else order[: self.terms]
        parts = [self.shown(term.expression, bare=True) for term in terms.taken(chosen)]
        value = max(_value(part, {}) for part in parts)
        if len(chosen) < len(order):
            parts.append(Constant(f"{len(order) - len(chosen):,} more", value))
        return Largest(f"max({', '.join(map(write, parts))})", value, tuple(parts))
