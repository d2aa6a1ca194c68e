"""The sections of a derivation with mathematics in LaTeX, for LaTeX documents and for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from whence.formula.layout import Node, Operator, row
from whence.views.derivation.outline import Block, Equation, Numbers, Paragraph, Section, Steps
from whence.views.mathematics.latex import aligned, to_latex


@dataclass(frozen=True)
class WithLatex:
    """Prints sections in a language that surrounds LaTeX; ``%s`` stands for the content of a heading or display."""

    prose: Callable[[str], str]
    reason: Callable[[str], str]  # as prose, but within mathematics
    code: Callable[[str], str]
    headings: Mapping[int, str]  # by level
    display: str
    caption: str
    gap: str  # between an equation, its caption and tables of numbers

    def section(self, section: Section) -> str:
        heading = self.headings[section.level] % self.prose(section.title)
        return "\n\n".join([heading, *map(self.block, section.blocks)])

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return "".join(block.written(self.prose, self.code, _inline))
            case Steps(steps):
                reasons = ["".join(each.reason.written(self.reason, self.reason, _inline)) for each in steps]
                return self.display % aligned([each.form for each in steps], reasons)
            case Equation(_, forms, about, numbers):
                text = self.display % aligned(forms) + self.gap + self.caption % self.block(about)
                return text if numbers is None else f"{text}\n\n{self.block(numbers)}"
            case Numbers(tables, cell, note):
                lines = [self.display % to_latex(row(name, Operator("="), table)) for name, table in tables]
                lines += [self.caption % f"({self.prose(note)})"] if note else []
                return self.gap.join(lines if cell is None else [*lines, self.display % aligned([cell])])


def _inline(node: Node) -> str:
    return f"${to_latex(node).strip()}$"
