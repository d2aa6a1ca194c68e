"""Layouts as MathML, which browsers render without scripts."""

from __future__ import annotations

from html import escape

from whence.formula import layout
from whence.views.mathematics.symbols import set_name, set_transposed

_TALL = ("<mfrac>", "<munder>", "<msqrt>", "<mtable>")


def to_mathml(node: layout.Node) -> str:
    """Return a layout as the inside of a ``<math>`` element."""
    match node:
        case layout.Symbol():
            return to_mathml(set_name(node))
        case layout.Letter(text):
            return f"<mi>{escape(text)}</mi>"
        case layout.Word(text):
            return _word(text)
        case layout.Operator(""):
            return '<mspace width="0.2em"/>'
        case layout.Operator(","):
            return '<mo separator="true">,</mo>'
        case layout.Operator("mod"):
            return '<mspace width="0.3em"/><mi>mod</mi><mspace width="0.3em"/>'
        case layout.Operator(sign):
            return f'<mo form="infix">{escape(sign)}</mo>'
        case layout.Row(items):
            return f"<mrow>{''.join(map(to_mathml, items))}</mrow>"
        case layout.Fraction(above, below):
            return f"<mfrac>{to_mathml(above)}{to_mathml(below)}</mfrac>"
        case layout.Script(base, lower, upper):
            kind = "msub" if upper is None else "msup" if lower is None else "msubsup"
            parts = (to_mathml(part) for part in (base, lower, upper) if part is not None)
            return f"<{kind}>{''.join(parts)}</{kind}>"
        case layout.Transposed(base):
            return to_mathml(set_transposed(base))
        case layout.Ones():
            return "<mi>𝟏</mi>"
        case layout.Hat(base):
            return f'<mover accent="true">{to_mathml(base)}<mo>^</mo></mover>'
        case layout.Root(inside):
            return f"<msqrt>{to_mathml(inside)}</msqrt>"
        case layout.Fence(left, inside, right):
            return _fenced(left, to_mathml(inside), right)
        case layout.Side(sign, opens):
            return _bracket(sign, opens, "false")
        case layout.Large(sign, below, body):
            large = '<mo largeop="true">∑</mo>' if sign == "Σ" else f"<mi>{sign.replace('arg', 'arg ')}</mi>"
            return f'<mrow><munder>{large}{to_mathml(below)}</munder><mspace width="0.15em"/>{to_mathml(body)}</mrow>'
        case layout.Table(rows):
            lines = ("".join(f"<mtd>{_word(text)}</mtd>" for text in line) for line in rows)
            return _fenced("[", f"<mtable>{''.join(f'<mtr>{line}</mtr>' for line in lines)}</mtable>", "]")
    raise TypeError(f"{type(node).__name__} is not a layout")


def _fenced(left: str, inside: str, right: str) -> str:
    """Return content in brackets, which grow only around tall content."""
    stretchy = "true" if any(tall in inside for tall in _TALL) else "false"
    return f"<mrow>{_bracket(left, True, stretchy)}{inside}{_bracket(right, False, stretchy)}</mrow>"


def _bracket(sign: str, opens: bool, stretchy: str) -> str:
    form = "prefix" if opens else "postfix"
    return f'<mo fence="true" stretchy="{stretchy}" form="{form}" lspace="0" rspace="0">{sign}</mo>'


def _word(text: str) -> str:
    """Return a word or a number; an exponent becomes a power of ten."""
    if text == "−":
        return '<mo form="prefix">−</mo>'
    if text == "′":
        return "<mo>′</mo>"
    if not layout.is_number(text):
        return f'<mi mathvariant="normal">{escape(text)}</mi>'
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return f"<mn>{text}</mn>"
    power = str(int(exponent.replace("−", "-"))).replace("-", "−")
    return f"<mrow><mn>{mantissa}</mn><mo>·</mo><msup><mn>10</mn><mn>{power}</mn></msup></mrow>"
