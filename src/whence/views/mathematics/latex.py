"""Layouts as LaTeX, for a document with amsmath and for Markdown on GitHub."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whence.formula import layout
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.symbols import set_name, set_transposed
from whence.views.mathematics.width import LINE, printed_width, text_width
from whence.visible import on_one_line

_GREEK = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau "
    "upsilon varphi chi psi omega"
)
_LETTERS = {chr(ord("α") + place): rf"\{name}" for place, name in enumerate(_GREEK.split())}
_LETTERS |= {
    letter.upper(): "\\" + name.removeprefix("\\").removeprefix("var").title()
    for letter, name in _LETTERS.items()
    if letter in "γδθλξπσυφψω"
}
_LETTERS |= {"∂": r"\partial ", "ℓ": r"\ell", "∞": r"\infty", "ο": "o", "⊤": r"\top"}
_SIGNS = {
    "": r"\thinspace",
    "−": "-",
    "≠": r"\ne",
    "≈": r"\approx",
    "½": r"\tfrac{1}{2}",
    "∞": r"\infty",
    "−∞": r"-\infty",
    "·": r"\cdot",
    "⊙": r"\odot",
    "≤": r"\le",
    "≥": r"\ge",
    "×": r"\times",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "mod": r"\bmod",
    "(": "(",
    ")": ")",
    "′": r"\prime",
    "…": r"\dots",
    "σ": r"\sigma",
}
_TEXT = {sign: rf"\{sign}" for sign in "_&%#{}$"}
_TEXT |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEXT |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "[": "{[}", "]": "{]}"}
_ESCAPES = str.maketrans(_TEXT)
_LARGE = {"Σ": r"\sum", "max": r"\max", "argmax": r"\arg\max"}
_FENCES = {"⌊": r"\lfloor ", "⌋": r" \rfloor", "|": r"\vert "}
_TALL = (r"\frac", r"\sum", r"\max_", r"\sqrt", "bmatrix")
_FUNCTIONS = {"exp", "log", "tanh", "max", "min", "arg"}


def to_latex(node: layout.Node) -> str:
    r"""Return a layout as LaTeX: ``\frac{\partial L}{\partial W_{1}} = x^{\top} \, …``."""
    match node:
        case layout.Symbol():
            return to_latex(set_name(node))
        case layout.Derivative(of, by):
            return rf"\frac{{\partial {to_latex(of)}}}{{\partial {to_latex(by)}}}"
        case layout.Letter(text):
            return _LETTERS[text] if text in _LETTERS else _escaped(text, "{}")
        case layout.Word(text):
            return _word(text)
        case layout.Operator(sign):
            return sign if sign == "," else f" {_SIGNS.get(sign, sign)} "
        case layout.Row(items):
            return "".join(map(to_latex, items))
        case layout.Fraction(above, below):
            return rf"\frac{{{to_latex(above)}}}{{{to_latex(below)}}}"
        case layout.Script(base, lower, upper):
            text = _base(base)
            text += "" if lower is None else f"_{{{to_latex(lower)}}}"
            return text + ("" if upper is None else f"^{{{to_latex(upper)}}}")
        case layout.Transposed(base):
            return to_latex(set_transposed(base))
        case layout.Ones():
            return r"\mathbf{1}"
        case layout.Hat(base):
            return rf"\hat{{{to_latex(base)}}}"
        case layout.Root(inside):
            return rf"\sqrt{{{to_latex(inside)}}}"
        case layout.Fence(left, inside, right):
            return _fenced(left, to_latex(inside), right)
        case layout.Side(sign, opens):
            return (r"\Bigl" if opens else r"\Bigr") + _FENCES.get(sign, sign).strip()
        case layout.Large(sign, below, body):
            return rf"{_LARGE[sign]}_{{{to_latex(below)}}} {to_latex(body)}"
        case layout.Table(rows, exponent):
            lines = r" \\ ".join(" & ".join(map(_cell, line)) for line in rows)
            power = rf"{to_latex(layout.power_of_ten(exponent))} \cdot " if exponent else ""
            return rf"{power}\begin{{bmatrix}} {lines} \end{{bmatrix}}"
    raise TypeError(f"{type(node).__name__} is not a layout")


def aligned(forms: Sequence[layout.Row], reasons: Sequence[str] = ()) -> str:
    """Return equations aligned at their first equals signs, wide ones in several lines, with the reason for each."""
    lines = []
    widest = max(printed_width(form.items[0]) for form in forms)
    for form, reason in zip(forms, reasons or [""] * len(forms), strict=True):
        line = LINE - widest + printed_width(form.items[0])  # names are aligned at their right sides
        first, *others = in_lines(form, line, printed_width)
        name, equals, *rest = first.items
        lines.append(f"{to_latex(name)} &{to_latex(equals)}{''.join(map(to_latex, rest))}".replace("& =", "&="))
        lines += [f"&\\quad{to_latex(other)}" for other in others]
        if reason:
            beside = not others and printed_width(form) + text_width(reason) <= line
            lines.append(rf"{lines.pop() if beside else '&'} \qquad \text{{({reason})}}")
    if len(lines) == 1:
        return lines[0].replace(" &=", " =")
    separator = " \\\\\n"
    return f"\\begin{{aligned}}\n{separator.join(lines)}\n\\end{{aligned}}"


def _word(text: str) -> str:
    if text in _FUNCTIONS:
        return rf"\{text}"
    if text in _SIGNS:
        return _SIGNS[text]
    if match := re.fullmatch(r"(-?[\d.,/]*)(?:e([+-]?\d{1,3}))?", text.replace("−", "-")):
        mantissa, exponent = match.groups()
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
    return rf"\text{{{text_mode(text)}}}" if " " in text else _escaped(text, r"\mathrm{{{}}}")


def text_mode(text: str) -> str:
    """Return text for outside of mathematics, in which no character is a command."""
    return on_one_line(text).translate(_ESCAPES)


def _escaped(text: str, form: str) -> str:
    """Return a name in a form of mathematics, or one with special characters as text."""
    escaped = text_mode(text)
    return form.format(text) if escaped == text else rf"\text{{{escaped}}}"


def _cell(text: str) -> str:
    return {"…": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots"}.get(text) or _word(text)


def _base(node: layout.Node) -> str:
    simple = isinstance(node, layout.Letter | layout.Fence | layout.Word | layout.Hat | layout.Ones)
    return to_latex(node) if simple else f"{{{to_latex(node)}}}"


def _fenced(left: str, inside: str, right: str) -> str:
    """Return content in brackets, which grow only around tall content."""
    left, right = _FENCES.get(left, left), _FENCES.get(right, right)
    if any(tall in inside for tall in _TALL):
        return rf"\left{left}{inside}\right{right.strip()}"
    return f"{left}{inside}{right}"
