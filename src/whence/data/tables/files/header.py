"""Whether the first row of a table is a header or data, told from the cells below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from whence.errors import DataError

Row = Sequence[str]

NUMBER = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?")
"""A number as a file spells it, with a decimal point or a decimal comma."""

NO_HEADER = "{name} begins with data, not with names, so its columns are called column 1, column 2 and so on"

_YEARS = range(1800, 2101)
_FEWEST_TO_COUNT = 4
_LONGEST_COUNT = 9
MOST_COLUMNS = 20_000
"""The largest number of columns of a table."""


def has_header(first: Row, below: Sequence[Row], missing: frozenset[str]) -> bool:
    """Return whether the first row of a table holds the names of its columns.

    Columns vote. A text above numbers says that the row is a header. A number above numbers says that it is data, as
    do texts at least half of which are found again below them. A row of years, or one that counts its columns, is a
    header though it holds numbers. Without a vote it is a header.

    Parameters
    ----------
    first : sequence of str
        The cells of the first row.
    below : sequence of rows
        The rows below it, or the first of them, equally long.
    missing : set of str
        The texts that mark a missing cell.
    """
    columns = [[row[j] for row in below if row[j] not in missing] for j in range(len(first))]
    votes: Counter[str] = Counter()
    for cell, column in zip(first, columns, strict=True):
        if cell in missing:
            continue
        numbers_below = all(map(NUMBER.fullmatch, column))
        if not NUMBER.fullmatch(cell):
            kind = "header" if column and numbers_below else "repeated" if cell in column else "new"
        else:
            kind = "data" if numbers_below else "neither"
        votes[kind] += 1
    if _counts_or_names_years(first, below):
        votes["header"] += votes.pop("data", 0)
    if votes["repeated"] and votes["repeated"] >= votes["new"]:
        votes["data"] += votes["repeated"]
    return votes["header"] >= votes["data"]


def require_few_columns(count: int, name: str) -> None:
    """Raise `DataError` if a table has more columns than are learned one by one in reasonable time."""
    if count > MOST_COLUMNS:
        raise DataError(
            f"{name} has {count:,} columns, more than {MOST_COLUMNS:,}; save the numbers as arrays x and y in "
            "an .npz file"
        )


def column_names(first: Row, count: int, where: str) -> list[str]:
    """Return the names of columns; one without a name is called ``Unnamed: 0`` by its position, as in pandas.

    Parameters
    ----------
    first : sequence of str
        The header.
    count : int
        The number of columns.
    where : str
        The name of the header for messages.

    Raises
    ------
    DataError
        If two columns have one name.
    """
    padded = [*first, *[""] * (count - len(first))]
    names = [name or f"Unnamed: {position}" for position, name in enumerate(padded)]
    first_with: dict[str, int] = {}
    for position, name in enumerate(names):
        if (before := first_with.setdefault(name, position)) != position:
            raise DataError(
                f"{where} calls two columns {name!r}, columns {before + 1} and {position + 1}; rename or remove one"
            )
    return names


def numbered_names(count: int) -> list[str]:
    """Return the names of columns without a header: ``column 1``, ``column 2`` …"""
    return [f"column {position}" for position in range(1, count + 1)]


def _counts_or_names_years(first: Row, below: Sequence[Row]) -> bool:
    """Return whether the numbers in a row are ascending years, or 0, 1, 2 …, unlike those in the next row."""
    positions = [position for position, cell in enumerate(first) if cell.isdecimal() and len(cell) <= _LONGEST_COUNT]
    if len(positions) < 2 or not below:
        return False
    numbers = [int(first[position]) for position in positions]
    following = [_count(below[0][position]) for position in positions]
    if set(numbers) <= set(_YEARS):
        return len(_steps(numbers)) == 1 and numbers[0] != numbers[1] and not set(following) <= set(_YEARS)
    counts = numbers[0] in (0, 1) and _steps(numbers) == {1} and len(numbers) >= _FEWEST_TO_COUNT
    return counts and _steps(following) != {1}


def _count(cell: str) -> int:
    return int(cell) if cell.isdecimal() and len(cell) <= _LONGEST_COUNT else -1


def _steps(numbers: Sequence[int]) -> set[int]:
    return {after - before for before, after in pairwise(numbers)}
