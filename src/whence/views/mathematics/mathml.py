"""Layouts as MathML, which browsers show without a script."""

from __future__ import annotations

from html import escape

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

_TALL = ("<mfrac>", "<munder>", "<msqrt>", "<mtable>")


def to_mathml(node: Node) -> str:
    """Return a layout as the inside of a ``<math>`` element."""
    match node:
        case Symbol():
            return to_mathml(set_name(node))
        case Letter(text):
            return f"<mi>{escape(text)}</mi>"
        case Word(text):
            return _word(text)
        case Operator(""):
            return '<mspace width="0.2em"/>'
        case Operator(","):
            return '<mo separator="true">,</mo>'
        case Operator("mod"):
            return '<mspace width="0.3em"/><mi>mod</mi><mspace width="0.3em"/>'
        case Operator(sign):
            return f'<mo form="infix">{escape(sign)}</mo>'
        case Row(items):
            return f"<mrow>{''.join(map(to_mathml, items))}</mrow>"
        case Fraction(above, below):
            return f"<mfrac>{to_mathml(above)}{to_mathml(below)}</mfrac>"
        case Script(base, lower, upper):
            return _scripts(base, lower, upper)
        case Transposed(base):
            return _transposed(base)
        case Ones():
            return "<mi>𝟏</mi>"
        case Hat(base):
            return f'<mover accent="true">{to_mathml(base)}<mo>^</mo></mover>'
        case Root(inside):
            return f"<msqrt>{to_mathml(inside)}</msqrt>"
        case Fence(left, inside, right):
            return _fenced(left, to_mathml(inside), right)
        case Side(sign, opens):
            form = "prefix" if opens else "postfix"
            return f'<mo fence="true" stretchy="false" form="{form}" lspace="0" rspace="0">{sign}</mo>'
        case Large(sign, below, body):
            large = '<mo largeop="true">∑</mo>' if sign == "Σ" else f"<mi>{sign.replace('arg', 'arg ')}</mi>"
            return f'<mrow><munder>{large}{to_mathml(below)}</munder><mspace width="0.15em"/>{to_mathml(body)}</mrow>'
        case Table(rows):
            lines = "".join(f"<mtr>{''.join(map(_cell, line))}</mtr>" for line in rows)
            return _fenced("[", f"<mtable>{lines}</mtable>", "]")
    raise TypeError(f"{type(node).__name__} is no layout")


def _fenced(left: str, inside: str, right: str) -> str:
    """Return a piece between brackets, which grow only around what is tall."""
    stretchy = str(any(tall in inside for tall in _TALL)).lower()
    opening, closing = (
        f'<mo fence="true" stretchy="{stretchy}" form="{form}" lspace="0" rspace="0">{sign}</mo>'
        for form, sign in (("prefix", left), ("postfix", right))
    )
    return f"<mrow>{opening}{inside}{closing}</mrow>"


def _word(text: str) -> str:
    if text == "−":
        return '<mo form="prefix">−</mo>'
    if text == "′":
        return "<mo>′</mo>"
    if is_number(text):
        return _number(text)
    return f'<mi mathvariant="normal">{escape(text)}</mi>'


def _number(text: str) -> str:
    """Return a number, one with an exponent as a power of ten."""
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return f"<mn>{text}</mn>"
    power = str(int(exponent.replace("−", "-"))).replace("-", "−")
    return f"<mrow><mn>{mantissa}</mn><mo>·</mo><msup><mn>10</mn><mn>{power}</mn></msup></mrow>"


def _cell(text: str) -> str:
    return f"<mtd>{_word(text)}</mtd>"


def _scripts(base: Node, lower: Node | None, upper: Node | None) -> str:
    parts = [to_mathml(part) for part in (base, lower, upper) if part is not None]
    kind = "msub" if upper is None else "msup" if lower is None else "msubsup"
    return f"<{kind}>{''.join(parts)}</{kind}>"


def _transposed(base: Node) -> str:
    set_base = set_name(base) if isinstance(base, Symbol) else base
    above = Letter("⊤")
    if isinstance(set_base, Script) and set_base.upper is None:
        return _scripts(set_base.base, set_base.lower, above)
    simple = isinstance(set_base, Letter | Fence | Hat | Ones)
    return _scripts(set_base if simple else Fence("(", set_base, ")"), None, above)
