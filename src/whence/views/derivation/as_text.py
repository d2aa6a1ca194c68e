"""A derivation as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from whence.arguments import checks_arguments
from whence.formula.layout import Row, Table
from whence.formula.plain_text import to_plain
from whence.views.derivation.outline import Block, Derivation, Equation, Line, Numbers, Paragraph, Section, Steps
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.width import text_width

_WIDTH = 100
_INDENT = "    "
_GAP = 3  # between an equation and the reason beside it


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
        case Paragraph():
            return textwrap.fill("".join(block.written(str, str, to_plain)), _WIDTH)
        case Steps(steps):
            return textwrap.indent("\n".join(_steps(steps)), _INDENT)
        case Equation(_, forms, about, numbers):
            lines = [line for form in forms for line in _lines(form)]
            text = textwrap.indent("\n".join([*lines, f"  ({''.join(about.written(str, str, to_plain))})"]), _INDENT)
            return text if numbers is None else f"{text}\n\n{_block(numbers)}"
        case Numbers(tables, cell, note):
            lines = [line for name, table in tables for line in _table(to_plain(name), table)]
            lines += [f"({note})"] if note else []
            return textwrap.indent("\n".join(lines if cell is None else [*lines, *_lines(cell)]), _INDENT)


def _steps(steps: Sequence[Line]) -> Iterator[str]:
    """Yield the lines of a derivation, each with its reason at the right margin, below if it is too long."""
    room = _WIDTH - len(_INDENT)
    for step in steps:
        *lines, last = _lines(step.form)
        reason = "".join(step.reason.written(str, str, to_plain))
        beside = room - len(last) - text_width(reason)
        yield from lines
        if not reason:
            yield last
        elif beside >= _GAP:
            yield last + " " * beside + reason
        else:
            yield from [last, " " * (room - text_width(reason)) + reason]


def _table(name: str, table: Table) -> list[str]:
    first, *others = to_plain(table).split("\n")
    return [f"{name} = {first}", *(f"{' ' * len(name)}   {other}" for other in others)]


def _lines(form: Row) -> list[str]:
    """Return the lines of an equation; continuation lines are aligned after the equals sign."""
    first, *others = in_lines(form, _WIDTH - len(_INDENT), lambda node: len(to_plain(node)))
    below = " " * len(to_plain(Row(first.items[:2])))
    return [to_plain(first), *(below + to_plain(other).lstrip() for other in others)]
