"""The approximate width of a printed formula, in digits."""

from __future__ import annotations

from typing import Final
from unicodedata import east_asian_width

from whence.formula import layout
from whence.views.mathematics.symbols import set_name

LINE: Final = 92.0
"""The width of a line on a page, in digits."""

_SIGNS = {"": 0.4, ",": 0.9, "·": 1.5, "/": 1.5, "⊙": 2.4, "mod": 5.0}
_SIGN = 2.7
_LARGE = 3.3
_SMALL = 0.72


def printed_width(node: layout.Node) -> float:
    """Return the approximate width of a layout in LaTeX and in browsers."""
    match node:
        case layout.Symbol():
            return printed_width(set_name(node))
        case layout.Derivative(of, by):
            return max(printed_width(of), printed_width(by)) + 1.5
        case layout.Letter(text) | layout.Word(text):
            return _text(text)
        case layout.Operator(sign):
            return _SIGNS.get(sign, _SIGN)
        case layout.Row(items):
            return sum(map(printed_width, items))
        case layout.Fraction(above, below):
            return max(printed_width(above), printed_width(below)) + 0.5
        case layout.Script(base, lower, upper):
            scripts = [printed_width(part) for part in (lower, upper) if part is not None]
            return printed_width(base) + _SMALL * max(scripts)
        case layout.Transposed(base):
            return printed_width(base) + 1
        case layout.Ones() | layout.Side():
            return 1.2
        case layout.Hat(base):
            return printed_width(base)
        case layout.Root(inside):
            return printed_width(inside) + 2
        case layout.Fence(_, inside, _):
            return printed_width(inside) + 1.8
        case layout.Large(_, below, body):
            return max(_LARGE, _SMALL * printed_width(below)) + printed_width(body)
        case layout.Table(rows, exponent):
            power = printed_width(layout.power_of_ten(exponent)) + _SIGNS["·"] if exponent else 0
            return power + sum(max(map(_text, column)) + 2 for column in zip(*rows, strict=True))
    raise TypeError(f"{type(node).__name__} is not a layout")


def text_width(text: str) -> int:
    """Return the width of text in Latin letters; a Chinese character has that of two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _text(text: str) -> float:
    """Return the width of a name or a number; an exponent is printed as a power of ten."""
    return len(text) + 0.5 * sum(map(str.isupper, text)) + (3 if "e" in text and layout.is_number(text) else 0)
