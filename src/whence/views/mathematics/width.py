"""How wide a formula is in print, about: in digits of its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whence.formula.layout import (
    Fence,
    Fraction,
    Hat,
    Large,
    Letter,
    Node,
    Ones,
    Operator,
    Root,
    Row,
    Script,
    Side,
    Symbol,
    Table,
    Transposed,
    Word,
    is_number,
)
from whence.views.mathematics.symbols import set_name

LINE: Final = 92.0
"""How wide a line is on a page."""

_SIGNS = {"": 0.4, ",": 0.9, "·": 1.5, "/": 1.5, "⊙": 2.4, "mod": 5.0}
_SIGN = 2.7
_LARGE = 3.3
_SMALL = 0.72


def printed_width(node: Node) -> float:
    """Return the width of a layout as LaTeX and browsers print it."""
    match node:
        case Symbol():
            return printed_width(set_name(node))
        case Letter(text) | Word(text):
            return _text(text)
        case Operator(sign):
            return _SIGNS.get(sign, _SIGN)
        case Row(items):
            return sum(map(printed_width, items))
        case Fraction(above, below):
            return max(printed_width(above), printed_width(below)) + 0.5
        case Script(base, lower, upper):
            scripts = [printed_width(part) for part in (lower, upper) if part is not None]
            return printed_width(base) + _SMALL * max(scripts)
        case Transposed(base):
            return printed_width(base) + 1
        case Ones():
            return 1.2
        case Hat(base):
            return printed_width(base)
        case Root(inside):
            return printed_width(inside) + 2
        case Fence(_, inside, _):
            return printed_width(inside) + 1.8
        case Side():
            return 1.2
        case Large(_, below, body):
            return max(_LARGE, _SMALL * printed_width(below)) + printed_width(body)
        case Table(rows):
            return sum(max(map(_text, column)) + 2 for column in _columns(rows))
    raise TypeError(f"{type(node).__name__} is no layout")


def _text(text: str) -> float:
    """Return the width of a name or a number; one with an exponent is written out as a power of ten."""
    capitals = sum(letter.isupper() for letter in text)
    return len(text) + 0.5 * capitals + (3 if "e" in text and is_number(text) else 0)


def _columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return list(zip(*rows, strict=True))
