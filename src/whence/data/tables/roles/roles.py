"""What the columns of a table are taken for, as told to a person and kept in a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby
from textwrap import wrap
from typing import Any

from whence.text_table import terminal_width, text_table

_MOST_ROWS = 40
_WIDTH, _WIDTH_OF_FEW, _WIDE = 28, 10, 120
"""The characters of a name or an example that are shown in a wide terminal, in others, and what is wide."""
_LEAST_NOTE = 12


class Role(StrEnum):
    """What a column is taken for."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TARGET = "target"
    IDENTIFIER = "identifier"
    INDEX = "index"
    CONSTANT = "constant"
    TEXT = "free text"
    EMPTY = "empty"
    GROUP = "group"
    ORDER = "order in time"
    UNWANTED = "not asked for"

    @property
    def is_used(self) -> bool:
        """Whether such columns are inputs or targets of the network, or order its inputs."""
        return self in (Role.NUMBER, Role.CATEGORY, Role.DATE, Role.TARGET, Role.ORDER)


@dataclass(frozen=True)
class ColumnRole:
    """What a column is taken for, and what is in it.

    Parameters
    ----------
    name : str
        Its name.
    role : Role
        What it is taken for.
    distinct, missing : int
        How many different values and how many missing cells it has.
    example : str
        The first value; empty if there is none.
    note : str
        How its cells are read; may be empty.
    """

    name: str
    role: Role
    distinct: int
    missing: int
    example: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the role as texts and numbers."""
        return {**asdict(self), "role": str(self.role)}


def roles_text(roles: Sequence[ColumnRole]) -> str:
    """Return a table of the columns; where there are many, neighbours that are taken for the same share a line.

    It is as wide as the terminal at most, where that has room for a few words of each note.
    """
    groups = [[role] for role in roles]
    if len(roles) > _MOST_ROWS:
        groups = [list(group) for _, group in groupby(roles, key=lambda role: (role.role, role.note))]
    header = ["column", "taken for", "distinct", "missing", "example", "note"]
    width = terminal_width()
    rows = [_line(group, _WIDTH if width >= _WIDE else _WIDTH_OF_FEW) for group in groups]
    others = sum(max(map(len, cells)) + 2 for cells in zip(header[:-1], *(row[:-1] for row in rows), strict=True))
    room = max(_LEAST_NOTE, width - others)
    return text_table(header, [part for row in rows for part in _parts(row, room)], left=len(header))


def _parts(row: Sequence[str], room: int) -> list[list[str]]:
    """Return a row as several, of which the others go on with its note, if there is no room for all of that."""
    *cells, note = row
    first, *others = wrap(note, room) or [""]
    return [[*cells, first], *([*[""] * len(cells), other] for other in others)]


def _line(group: Sequence[ColumnRole], most: int) -> list[str]:
    first, last = group[0], group[-1]
    return [
        _short(first.name, most) if len(group) == 1 else f"{_short(first.name, most)} … {_short(last.name, most)}",
        str(first.role) if first.role.is_used else f"{first.role}, left out",
        _range([role.distinct for role in group]),
        _range([role.missing for role in group]),
        _short(first.example, most),
        first.note,
    ]


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
