"""Formulas of whence as MathML, which browsers draw without a script, and as LaTeX."""

from collections.abc import Iterable
from html import escape

from whence.formula import Formula
from whence.formula.index_form import index_form
from whence.views.mathematics import to_latex, to_mathml


def as_mathml(formulas: Iterable[Formula]) -> str:
    """Return formulas as HTML, one below the other."""
    lines = [f'<math display="block">{to_mathml(index_form(formula, []))}</math>' for formula in formulas]
    return f'<div class="formulas" tabindex="0" role="group" aria-label="formulas">{"".join(lines)}</div>'


def as_latex(formulas: Iterable[Formula]) -> str:
    """Return formulas as lines of LaTeX."""
    return "\n".join(to_latex(index_form(formula, [])) for formula in formulas)


def latex_to_copy(formulas: Iterable[Formula]) -> str:
    """Return the LaTeX of formulas as HTML that is folded until it is asked for."""
    return f"<details><summary>LaTeX</summary><pre>{escape(as_latex(formulas))}</pre></details>"
