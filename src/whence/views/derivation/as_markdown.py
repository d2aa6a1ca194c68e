"""A derivation as Markdown with mathematics as GitHub renders it."""

from __future__ import annotations

import re

from whence.arguments import checks_arguments
from whence.formula.layout import Operator, row
from whence.views.derivation.outline import Block, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.mathematics.latex import aligned, to_latex


@checks_arguments
def as_markdown(derivation: Derivation) -> str:
    """Return a derivation as Markdown."""
    return "\n\n".join([f"# {_prose(derivation.title)}", *map(_section, derivation.sections)]) + "\n"


def _section(section: Section) -> str:
    return "\n\n".join([f"{'#' * section.level} {_prose(section.title)}", *map(_block, section.blocks)])


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            return "".join(_prose(part) if isinstance(part, str) else f"${to_latex(part).strip()}$" for part in parts)
        case Equation():
            return _equation(block)
        case Numbers():
            return _numbers(block)


def _equation(equation: Equation) -> str:
    forms = [form for form in (equation.matrix, equation.index) if form is not None]
    where = ", ".join(f"${to_latex(constant)}$" for constant in equation.constants)
    size = equation.shape or "one number"
    about = f"{f'{where}; ' if where else ''}${to_latex(equation.name)}$ is {size}, computed by `{equation.function}`"
    parts = [_display(aligned(forms)), about]
    return "\n\n".join(parts if equation.numbers is None else [*parts, _numbers(equation.numbers)])


def _numbers(numbers: Numbers) -> str:
    parts = [_display(to_latex(row(name, Operator("="), table))) for name, table in numbers.tables]
    if numbers.note:
        parts.append(f"({numbers.note})")
    if numbers.cell is not None:
        parts.append(_display(aligned([numbers.cell])))
    return "\n\n".join(parts)


def _display(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def _prose(text: str) -> str:
    """Return text with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_\[\]<>$|])", r"\\\1", text)
