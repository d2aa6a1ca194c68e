"""Layouts as MathML, which browsers render without scripts."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from whence.formula import layout
from whence.views.markup import element, html
from whence.views.mathematics.symbols import set_name, set_transposed

_TALL = {"mfrac", "munder", "msqrt", "mtable"}


def to_mathml(node: layout.Node) -> str:
    """Return a layout as the inside of a ``<math>`` element."""
    return html(mathml(node))


def mathml(node: layout.Node) -> Element:
    """Return a layout as the element inside of a ``<math>`` element."""
    match node:
        case layout.Symbol():
            return mathml(set_name(node))
        case layout.Derivative(of, by):
            above, below = (element("mrow", element("mi", "∂"), mathml(part)) for part in (of, by))
            return element("mfrac", above, below)
        case layout.Letter(text):
            return element("mi", text)
        case layout.Word(text):
            return _word(text)
        case layout.Operator(""):
            return element("mspace", width="0.2em")
        case layout.Operator(","):
            return element("mo", ",", separator="true")
        case layout.Operator("mod"):
            space = {"width": "0.3em"}
            return element("mrow", element("mspace", **space), element("mi", "mod"), element("mspace", **space))
        case layout.Operator(sign):
            return element("mo", sign, form="infix")
        case layout.Row(items):
            return element("mrow", *map(mathml, items))
        case layout.Fraction(above, below):
            return element("mfrac", mathml(above), mathml(below))
        case layout.Script(base, lower, upper):
            kind = "msub" if upper is None else "msup" if lower is None else "msubsup"
            return element(kind, *(mathml(part) for part in (base, lower, upper) if part is not None))
        case layout.Transposed(base):
            return mathml(set_transposed(base))
        case layout.Ones():
            return element("mi", "𝟏")
        case layout.Hat(base):
            return element("mover", mathml(base), element("mo", "^"), accent="true")
        case layout.Root(inside):
            return element("msqrt", mathml(inside))
        case layout.Fence(left, inside, right):
            return _fenced(left, mathml(inside), right)
        case layout.Side(sign, opens):
            return _bracket(sign, opens, "false")
        case layout.Large(sign, below, body):
            name = element("mi", sign.replace("arg", "arg "))
            large = element("mo", "∑", largeop="true") if sign == "Σ" else name
            under = element("munder", large, mathml(below))
            return element("mrow", under, element("mspace", width="0.15em"), mathml(body))
        case layout.Table(rows, exponent):
            lines = (element("mtr", *(element("mtd", _word(text)) for text in line)) for line in rows)
            table = _fenced("[", element("mtable", *lines), "]")
            power = layout.row(layout.power_of_ten(exponent), layout.Operator("·"))
            return element("mrow", mathml(power), table) if exponent else table
    raise TypeError(f"{type(node).__name__} is not a layout")


def _fenced(left: str, inside: Element, right: str) -> Element:
    """Return content in brackets, which grow only around tall content."""
    stretchy = "true" if any(part.tag in _TALL for part in inside.iter()) else "false"
    return element("mrow", _bracket(left, True, stretchy), inside, _bracket(right, False, stretchy))


def _bracket(sign: str, opens: bool, stretchy: str) -> Element:
    form = "prefix" if opens else "postfix"
    return element("mo", sign, fence="true", stretchy=stretchy, form=form, lspace="0", rspace="0")


def _word(text: str) -> Element:
    """Return a word or a number; an exponent becomes a power of ten."""
    if text == "−":
        return element("mo", "−", form="prefix")
    if text == "′":
        return element("mo", "′")
    if not layout.is_number(text):
        return element("mi", text, mathvariant="normal")
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return element("mn", text)
    of_ten = mathml(layout.power_of_ten(int(exponent.replace("−", "-"))))
    return element("mrow", element("mn", mantissa), element("mo", "·"), of_ten)
