"""How a text file with a table is written: what divides its cells, its decimal mark and its comments."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from whence.data.tables.files.header import NUMBER

WHITE_SPACE = " "
"""The delimiter of a file whose cells are divided by any number of spaces and tabs."""

_DELIMITERS = (",", ";", "\t", "|", WHITE_SPACE)
_RECORDS_TO_LOOK_AT = 100
_FEWEST_NUMBERS = 0.25  # of the cells that white space divides; in texts it divides words
_SPACED_CELL = re.compile(r'"([^"]*)"|(\S+)')
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_DOTTED_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+")
_FEWEST_GROUPS = 3  # cells with dots that say that dots divide thousands


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Parameters
    ----------
    delimiter : str
        What divides the cells of a row.
    decimal : str
        The mark before the fraction of a number, a point or a comma.
    """

    delimiter: str
    decimal: str = "."

    def records(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a file, each with the number of the line that it ends on; blank lines are left out.

        Raises
        ------
        MalformedQuotes
            If quotation marks do not match.
        """
        if self.delimiter == WHITE_SPACE:
            for number, line in enumerate(lines, start=1):
                if cells := [quoted or plain for quoted, plain in _SPACED_CELL.findall(line)]:
                    yield number, cells
            return
        start = 0  # the lines above a row
        reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                is_open = str(error).startswith("unexpected end")
                place, problem = (start + 1, "a cell has no end") if is_open else (reader.line_num, str(error))
                raise MalformedQuotes(place, problem) from error
            start = reader.line_num
            if len(cells) > 1 or "".join(cells).strip():
                yield reader.line_num, [cell.strip() for cell in cells]


class MalformedQuotes(Exception):
    """Quotation marks that do not match, in the line of the given number."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def dialect_of(lines: Sequence[str], usual: str) -> Dialect:
    """Return how a file is written.

    The delimiter is the one that splits most of the rows into equally many cells; of several such, the one that leaves
    most cells numbers. A comma within numbers is a decimal mark where something else divides cells, unless all such
    numbers could be groups of thousands; these are decimals only between semicolons. Where all dots between semicolons
    could divide thousands they do, as in files with decimal commas.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file.
    usual : str
        The delimiter that the file's name suggests, for a file that does not tell.
    """
    order = sorted(_DELIMITERS, key=lambda delimiter: delimiter != usual)
    delimiter = max(order, key=lambda delimiter: _fitness(lines, delimiter))
    if _fitness(lines, delimiter)[0] == 0:
        delimiter = ","
    return Dialect(delimiter, "," if delimiter != "," and _decimal_is_comma(lines, delimiter) else ".")


def _fitness(lines: Sequence[str], delimiter: str) -> tuple[float, float]:
    """Return the share of rows that a delimiter splits into equally many cells, and the share of numbers in them."""
    records = _first_records(lines, delimiter)
    widths = Counter(len(cells) for cells in records)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    cells = [cell for cells in records for cell in cells]
    if width < 2:
        return 0.0, 0.0
    numbers = sum(1 for cell in cells if NUMBER.fullmatch(cell)) / len(cells)
    if delimiter == WHITE_SPACE and numbers < _FEWEST_NUMBERS:
        return 0.0, 0.0
    return count / len(records), numbers


def _first_records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return [cells for _, cells in islice(Dialect(delimiter).records(lines), _RECORDS_TO_LOOK_AT)]
    except MalformedQuotes:
        return []


def _decimal_is_comma(lines: Sequence[str], delimiter: str) -> bool:
    cells = [cell for cells in _first_records(lines, delimiter) for cell in cells]
    commas = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    if commas or delimiter != ";":
        return bool(commas) and (delimiter == ";" or not all(map(_THOUSANDS.fullmatch, commas)))
    dots = [cell for cell in cells if "." in cell and NUMBER.fullmatch(cell)]
    return len(dots) >= _FEWEST_GROUPS and all(map(_DOTTED_THOUSANDS.fullmatch, dots))
