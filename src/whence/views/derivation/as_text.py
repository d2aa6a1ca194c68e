"""A derivation as text for a terminal."""

from __future__ import annotations

import textwrap

from whence.arguments import checks_arguments
from whence.formula.layout import Row
from whence.formula.plain_text import to_plain
from whence.views.derivation.outline import Block, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.mathematics.lines import in_lines

_WIDTH = 100
_INDENT = "    "


@checks_arguments
def as_text(derivation: Derivation) -> str:
    """Return a derivation as Unicode text."""
    title = f"{derivation.title}\n{'═' * len(derivation.title)}"
    return "\n\n".join([title, *map(_section, derivation.sections)]) + "\n"


def _section(section: Section) -> str:
    rule = "─" if section.level == 2 else "·"
    return "\n\n".join([f"{section.title}\n{rule * len(section.title)}", *map(_block, section.blocks)])


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            text = "".join(part if isinstance(part, str) else to_plain(part) for part in parts)
            return textwrap.fill(text, _WIDTH)
        case Equation():
            return _equation(block)
        case Numbers():
            return _numbers(block)


def _equation(equation: Equation) -> str:
    lines = [line for form in (equation.matrix, equation.index) if form is not None for line in _lines(form)]
    where = ", ".join(map(to_plain, equation.constants))
    about = f"{to_plain(equation.name)} is {equation.shape or 'one number'}, computed by {equation.function}"
    lines.append(f"  ({f'{where}; ' if where else ''}{about})")
    text = textwrap.indent("\n".join(lines), _INDENT)
    return text if equation.numbers is None else f"{text}\n\n{_numbers(equation.numbers)}"


def _numbers(numbers: Numbers) -> str:
    lines = []
    for node, table in numbers.tables:
        name = to_plain(node)
        lines += [
            f"{name if line == 0 else ' ' * len(name)} {'=' if line == 0 else ' '} {text}"
            for line, text in enumerate(to_plain(table).split("\n"))
        ]
    if numbers.note:
        lines.append(f"({numbers.note})")
    if numbers.cell is not None:
        lines += _lines(numbers.cell)
    return textwrap.indent("\n".join(lines), _INDENT)


def _lines(form: Row) -> list[str]:
    """Return the lines of an equation; continuation lines are aligned after the equals sign."""
    first, *others = in_lines(form, _WIDTH - len(_INDENT), lambda node: len(to_plain(node)))
    below = " " * len(to_plain(Row(first.items[:2])))
    return [to_plain(first), *(below + to_plain(other).lstrip() for other in others)]
