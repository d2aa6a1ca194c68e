"""Formulas as one line of Unicode text, with the names that a trace has."""

from __future__ import annotations

from itertools import zip_longest

from whence.arguments import checks_arguments
from whence.drawings import drawings
from whence.formula import layout
from whence.formula.expressions import Expression, Formula
from whence.formula.index_form import expression_form, index_form
from whence.formula.layout import power_of_ten
from whence.visible import on_one_line

_RAISED = str.maketrans("0123456789−⊙", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻˙")


@drawings.register("formula")
@checks_arguments
def write(formula: Formula | Expression) -> str:
    """Return a formula, or a part of one, as text: ``z[n, j] = Σ_k x[n, k] · W[k, j] + b[j]``."""
    return to_plain(index_form(formula, ()) if isinstance(formula, Formula) else expression_form(formula, ()))


def to_plain(node: layout.Node) -> str:
    """Return a layout as text: ``dW1 = xᵀ dz1``."""
    match node:
        case layout.Symbol(name, _):
            return on_one_line(name)
        case layout.Derivative(of, by, name):
            return f"∂{to_plain(of)}/∂{to_plain(by)}" if name is None else to_plain(name)
        case layout.Letter(text) | layout.Word(text):
            return on_one_line(text)
        case layout.Operator(sign):
            return {"": " ", ",": ", "}.get(sign, f" {sign} ")
        case layout.Row(items):
            return "".join(map(to_plain, _fractions_bracketed(items)))
        case layout.Fraction(above, below):
            return f"{_grouped(above, ('·', ''))} / {_grouped(below)}"
        case layout.Script(base, lower, upper):
            return to_plain(base) + ("" if lower is None else f"_{to_plain(lower)}") + _raised(upper)
        case layout.Transposed(base):
            return f"{to_plain(base)}ᵀ"
        case layout.Ones():
            return "𝟏"
        case layout.Hat(base):
            return f"{to_plain(base)}\u0302"
        case layout.Root(inside):
            return f"√({to_plain(inside)})"
        case layout.Fence(left, inside, right):
            return f"{left}{to_plain(inside)}{right}"
        case layout.Side(sign, _):
            return sign
        case layout.Large(sign, below, body):
            under = to_plain(below)
            return f"{sign}_{under if isinstance(below, layout.Letter) else f'{{{under}}}'} {to_plain(body)}"
        case layout.Table(rows, exponent):
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in rows]
            power = f"{to_plain(power_of_ten(exponent))} · " if exponent else ""
            return power + f"\n{' ' * len(power)}".join(f"[ {line} ]" for line in lines)
    raise TypeError(f"{type(node).__name__} is not a layout")


def _fractions_bracketed(items: tuple[layout.Node, ...]) -> list[layout.Node]:
    """Return pieces with brackets around each fraction that a product without a sign continues."""
    return [
        layout.brackets(item) if isinstance(item, layout.Fraction) and after == layout.Operator("") else item
        for item, after in zip_longest(items, items[1:])
    ]


def _raised(upper: layout.Node | None) -> str:
    if upper is None:
        return ""
    text = to_plain(upper).strip()
    if text.startswith("⊙"):
        return "^⊙" + text.removeprefix("⊙").strip()
    return text.translate(_RAISED) if text.lstrip("−").isdigit() else f"^{_grouped(upper)}"


def _grouped(node: layout.Node, alone: tuple[str, ...] = ("",)) -> str:
    """Return a side of a fraction, or an exponent, in brackets if it has other operators than those given."""
    text = to_plain(node)
    items = node.items if isinstance(node, layout.Row) else ()
    single = all(item.sign in alone for item in items if isinstance(item, layout.Operator))
    return text if single and not isinstance(node, layout.Large | layout.Fraction) and text[0] != "−" else f"({text})"
