"""The layout of a formula, independent of the language that it is printed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_NUMERAL: Final = re.compile(r"−?\d[\d.,]*(e[+−-]?\d{1,3})?")


class Node:
    """A piece of a laid-out formula."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Symbol(Node):
    """The name of an array or a constant.

    Parameters
    ----------
    name : str
        Its name in the trace: ``"dW1"``.
    derivative_of : str, optional
        What it is the derivative of the loss with respect to: ``"W1"``.
    """

    name: str
    derivative_of: str | None = None


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """A partial derivative: ``∂z[n, j]/∂W[i, j]``.

    Parameters
    ----------
    of, by : Node
        What is derived, and with respect to what.
    name : Node, optional
        What text has in its place, an entry of the array of derivatives: ``dW[i, j]``.
    """

    of: Node
    by: Node
    name: Node | None = None


@dataclass(frozen=True, slots=True)
class Letter(Node):
    """One italic letter, such as an index."""

    text: str


@dataclass(frozen=True, slots=True)
class Word(Node):
    """Upright text: the name of a function, or a number."""

    text: str


@dataclass(frozen=True, slots=True)
class Operator(Node):
    """An operator between two pieces, with space around it; ``""`` is a product without a sign."""

    sign: str


@dataclass(frozen=True, slots=True)
class Row(Node):
    """Pieces side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fraction(Node):
    """One piece above another."""

    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A piece with another at its lower or upper right."""

    base: Node
    lower: Node | None = None
    upper: Node | None = None


@dataclass(frozen=True, slots=True)
class Transposed(Node):
    """A matrix with its rows as columns."""

    base: Node


@dataclass(frozen=True, slots=True)
class Ones(Node):
    """The column of ones."""


@dataclass(frozen=True, slots=True)
class Hat(Node):
    """A piece with a hat."""

    base: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """A square root."""

    inside: Node


@dataclass(frozen=True, slots=True)
class Fence(Node):
    """A piece between brackets."""

    left: str
    inside: Node
    right: str


@dataclass(frozen=True, slots=True)
class Side(Node):
    """One of a pair of brackets whose other one is on another line."""

    sign: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Large(Node):
    """A reduction: ``sign`` is ``"Σ"``, ``"max"`` or ``"argmax"``, with the indices and conditions below it."""

    sign: str
    below: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A matrix of numbers, written out, times a power of ten.

    Parameters
    ----------
    rows : tuple of tuple of str
        The numbers.
    exponent : int
        The exponent of the power, which is not written if it is 0.
    """

    rows: tuple[tuple[str, ...], ...]
    exponent: int = 0


def row(*items: Node) -> Row:
    """Return pieces side by side."""
    return Row(items)


def is_number(text: str) -> bool:
    """Whether a text is a number, rather than words that may begin with one."""
    return _NUMERAL.fullmatch(text) is not None


def brackets(inside: Node) -> Fence:
    """Return a piece in round brackets."""
    return Fence("(", inside, ")")


def listed(items: Sequence[Node]) -> Row:
    """Return pieces with commas between them."""
    return Row(tuple(piece for item in items for piece in (Operator(","), item))[1:])


def called(function: str, *operands: Node) -> Row:
    """Return a function of its operands: ``max(0, z)``."""
    return row(Word(function), brackets(listed(operands)))


def power_of_ten(exponent: int) -> Script:
    """Return a power of ten: ``10⁻³``."""
    return Script(Word("10"), upper=Word(str(exponent).replace("-", "−")))
