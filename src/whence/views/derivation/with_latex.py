"""The blocks of a derivation with mathematics in LaTeX, for LaTeX documents and for Markdown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whence.formula.layout import Node, Operator, row
from whence.views.derivation.outline import Block, Code, Equation, Numbers, Paragraph
from whence.views.mathematics.latex import aligned, to_latex


@dataclass(frozen=True)
class WithLatex:
    """Prints blocks in a language that surrounds LaTeX; ``display`` and ``caption`` have ``%s`` for their content."""

    prose: Callable[[str], str]
    code: Callable[[str], str]
    display: str
    caption: str
    gap: str  # between an equation, its caption and tables of numbers

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(parts):
                return "".join(map(self._part, parts))
            case Equation(_, forms, about, numbers):
                text = self.display % aligned(forms) + self.gap + self.caption % self.block(about)
                return text if numbers is None else f"{text}\n\n{self.block(numbers)}"
            case Numbers(tables, cell, note):
                lines = [self.display % to_latex(row(name, Operator("="), table)) for name, table in tables]
                lines += [self.caption % f"({self.prose(note)})"] if note else []
                return self.gap.join(lines if cell is None else [*lines, self.display % aligned([cell])])

    def _part(self, part: str | Code | Node) -> str:
        if isinstance(part, Node):
            return f"${to_latex(part).strip()}$"
        return self.prose(part) if isinstance(part, str) else self.code(part.text)
