"""A table: a data frame whose columns are numbers or texts, and how it was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.load_options import ReadingOptions
from whence.data.table_cell import row_name
from whence.data.tables.files.header import NUMBER
from whence.data.tables.roles.numerals import FIRST_BEYOND_FLOATS, has_code
from whence.errors import DataError
from whence.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

MISSING_MARKERS = frozenset(
    {"", "?", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"}
    | {"<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)
"""The texts that mark a missing cell: those that pandas knows, and the question mark."""


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    frame : pandas.DataFrame
        The cells, its columns named by texts and its rows numbered from 0. A column is of numbers, float64 with NaN
        for missing cells or of an integer dtype, uint8 if they lie from 0 to 255; or of texts (dtype object) without
        spaces around them, with None for missing cells. Truth values are the texts ``True`` and ``False``, and codes
        that begin with zeros, ``01067``, are texts.
    rows : sequence of int
        The number of each row in the file, the first below the header being 1.
    lines : sequence of int or None
        The line of the file that each row ends on; None for files that are not text.
    remarks : tuple of str
        Remarks on how the file was read, a sentence each.
    has_header : bool
        Whether the names of the columns are in the file.
    decimal : str
        The mark before the fractions of its numbers, ``"."`` or ``","``.
    """

    name: str
    frame: pd.DataFrame
    rows: Sequence[int]
    lines: Sequence[int] | None = None
    remarks: tuple[str, ...] = ()
    has_header: bool = True
    decimal: str = "."

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.frame.columns)

    def row_name(self, i: int) -> str:
        """Return the name of the ``i``-th row for messages."""
        return row_name(self.name, self.rows[i], None if self.lines is None else self.lines[i])

    def reading(self, given: ReadingOptions) -> ReadingOptions:
        """Return how further files like this are to be read: as was said for this one, and with a header if it has."""
        return replace(given, header=self.has_header)

    def with_remarks(self, remarks: tuple[str, ...]) -> Table:
        """Return the table with remarks before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))

    def keep(self, rows: Sequence[int]) -> Table:
        """Return the table with only the rows at the given positions; they keep their numbers."""
        return replace(
            self,
            frame=self.frame.iloc[list(rows)].reset_index(drop=True),
            rows=[self.rows[i] for i in rows],
            lines=None if self.lines is None else [self.lines[i] for i in rows],
        )


def ragged(row: str, cells: int, model: str, width: int) -> DataError:
    """Return the error for a row that has another number of cells than ``model``, the header or the first row."""
    title = "; if a title stands above the names of the columns, remove it" if width == 1 else ""
    return DataError(
        f"{row} has {counted(cells, 'cell')}, but {model} has {width}; each row needs one cell per column{title}"
    )


def without_empty_end(table: Table) -> Table:
    """Return a table without the empty rows at its end, which spreadsheet programs write.

    Raises
    ------
    DataError
        If there are no rows.
    """
    count = len(table)
    while count and table.frame.iloc[count - 1].isna().all():
        count -= 1
    empty = len(table) - count
    if len(table) == 0:
        raise DataError(f"{table.name} has a header but no rows; at least one is needed")
    if empty == 0 or count == 0:
        return table
    remark = f"{counted(empty, 'empty row')} at the end of {table.name} {'is' if empty == 1 else 'are'} left out"
    return replace(table.keep(range(count)), remarks=(*table.remarks, remark))


def table_from_columns(frame: Any, markers: frozenset[str] = MISSING_MARKERS, texts: Collection[str] = ()) -> Table:
    """Return the cells of a data frame, or of a dict of columns by their names.

    Parameters
    ----------
    frame : data frame or dict
        Of pandas or of another library whose frames have columns by their names.
    markers : set of str
        The texts that mark a missing cell.

    Raises
    ------
    DataError
        If two columns have one name or differ in length, one is not a list, or there are no rows.
    """
    import pandas as pd

    frame = frame.to_pydict() if hasattr(frame, "to_pydict") else frame  # an Arrow table
    labels = list(getattr(frame, "columns", frame))
    names = list(map(str, labels))
    if len(set(names)) < len(names):
        raise DataError(f"the table has columns {', '.join(names)}, two of one name; rename or remove one")
    for label in labels:
        if isinstance(frame[label], str) or not np.iterable(frame[label]):
            raise DataError(f"the column {str(label)!r} of the table is {frame[label]!r}; give a list with its cells")
    lengths = sorted({len(frame[label]) for label in labels})
    if len(lengths) > 1:
        raise DataError(
            f"the columns of the table have from {lengths[0]} to {lengths[-1]} cells; give all equally many"
        )
    if not lengths or lengths[0] == 0:
        raise DataError("the table has no rows; at least one is needed")
    columns = {name: pd.Series(frame[label]).reset_index(drop=True) for name, label in zip(names, labels, strict=True)}
    return Table("the table", numbers_and_texts(pd.DataFrame(columns), markers, texts), range(1, lengths[0] + 1))


def numbers_and_texts(
    frame: pd.DataFrame, markers: frozenset[str] = MISSING_MARKERS, texts: Collection[str] = ()
) -> pd.DataFrame:
    """Return a data frame with each column as `Table` wants it, of numbers or of texts.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of any dtype, named by texts.
    markers : set of str
        The texts that mark a missing cell.
    texts : collection of str
        Columns of which texts that spell numbers stay texts.
    """
    import pandas as pd

    columns = {name: number_or_text(frame[name], markers, stays=name in texts) for name in frame}
    return pd.DataFrame(columns, copy=False)


def number_or_text(column: pd.Series, markers: frozenset[str] = MISSING_MARKERS, *, stays: bool = False) -> pd.Series:
    """Return one column as `Table` wants it, of texts if they are to stay; see `numbers_and_texts`."""
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if is_number and _is_beyond_floats(column):
        return column.astype(str).astype(object)
    if is_number and isinstance(column.dtype, np.dtype):
        marked = column.isin([float(marker) for marker in markers if NUMBER.fullmatch(marker)])
        return column.mask(marked) if marked.any() else pd.Series(small_numbers(column.to_numpy()), copy=False)
    if is_number:  # one of pandas' own dtypes, with a mask of missing cells
        whole = pd.api.types.is_integer_dtype(column.dtype) and not column.isna().any()
        return pd.Series(small_numbers(column.astype(np.int64 if whole else np.float64).to_numpy()))
    cells = [None if missing else str(cell) for cell, missing in zip(column, column.isna(), strict=True)]
    codes, spelled = pd.factorize(np.array(cells, dtype=object))
    stripped = [None if text.strip() in markers else text.strip() for text in spelled]
    texts = np.array([*stripped, None], dtype=object)[codes]  # a missing cell has the code -1, so the last
    if stays:
        return pd.Series(texts, dtype=object)
    present = [text for text in stripped if text is not None]
    numbers = pd.to_numeric(pd.Series(present, dtype=object), errors="coerce")
    if not present or numbers.isna().any() or has_code(present):
        return pd.Series(texts, dtype=object)
    whole = numbers.dtype.kind == "i" and not pd.isna(texts).any()
    return pd.Series(small_numbers(texts.astype(np.int64 if whole else np.float64)))


def _is_beyond_floats(column: pd.Series) -> bool:
    """Return whether whole numbers are so large that float64 does not tell all of them apart."""
    whole = column.dtype.kind in "iu" and len(column) > 0 and not column.isna().any()
    return bool(whole and max(int(column.max()), -int(column.min())) >= FIRST_BEYOND_FLOATS)


def small_numbers(numbers: Array) -> Array:
    """Return whole numbers from 0 to 255 as uint8, and others as they are."""
    if numbers.dtype.kind in "iu" and numbers.size and numbers.min() >= 0 and numbers.max() <= 255:
        return numbers.astype(np.uint8)
    return numbers
