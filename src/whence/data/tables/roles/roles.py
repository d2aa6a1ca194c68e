"""What the columns of a table are taken for, as told to a person and kept in a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from whence.text_table import text_table

_MOST_ROWS = 40
_WIDTH = 28


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

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ColumnRole:
        """Return the role that `to_json` described."""
        return cls(**{**stored, "role": Role(stored["role"])})


def roles_text(roles: Sequence[ColumnRole]) -> str:
    """Return a table of the columns; where there are many, neighbours that are taken for the same share a line."""
    groups = [[role] for role in roles]
    if len(roles) > _MOST_ROWS:
        groups = [list(group) for _, group in groupby(roles, key=lambda role: (role.role, role.note))]
    header = ["column", "taken for", "distinct", "missing", "example", "note"]
    return text_table(header, [_line(group) for group in groups], left=len(header))


def _line(group: Sequence[ColumnRole]) -> list[str]:
    first, last = group[0], group[-1]
    return [
        _short(first.name) if len(group) == 1 else f"{_short(first.name)} … {_short(last.name)}",
        str(first.role) if first.role.is_used else f"{first.role}, left out",
        _range([role.distinct for role in group]),
        _range([role.missing for role in group]),
        _short(first.example),
        first.note,
    ]


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
