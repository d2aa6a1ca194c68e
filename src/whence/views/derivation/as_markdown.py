"""A derivation as Markdown with mathematics as GitHub renders it."""

from __future__ import annotations

import re

from whence.arguments import checks_arguments
from whence.formula.layout import Node, Operator, row
from whence.views.derivation.outline import Block, Code, Derivation, Equation, Numbers, Paragraph, Section
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
            return "".join(map(_part, parts))
        case Equation(_, forms, about, numbers):
            text = f"{_display(aligned(forms))}\n\n{_block(about)}"
            return text if numbers is None else f"{text}\n\n{_block(numbers)}"
        case Numbers(tables, cell, note):
            lines = [_display(to_latex(row(name, Operator("="), table))) for name, table in tables]
            lines += [f"({note})"] if note else []
            return "\n\n".join(lines if cell is None else [*lines, _display(aligned([cell]))])


def _part(part: str | Code | Node) -> str:
    if isinstance(part, Node):
        return f"${to_latex(part).strip()}$"
    return _prose(part) if isinstance(part, str) else f"`{part.text}`"


def _display(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def _prose(text: str) -> str:
    """Return text with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_\[\]<>$|])", r"\\\1", text)
