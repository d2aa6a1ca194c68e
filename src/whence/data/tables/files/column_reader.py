"""Cells that a delimiter divides, read by pandas part by part, so that small numbers stay small in memory."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.tables.files.dialect import WHITE_SPACE, Dialect
from whence.data.tables.roles.numerals import has_code
from whence.data.tables.table import number_or_text, small_numbers

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_CELLS_AT_ONCE = 3_000_000
_BYTES_AT_ONCE = 1 << 20


def read_columns(
    content: bytes,
    start: int,
    dialect: Dialect,
    count: int,
    missing: frozenset[str],
    texts: Sequence[int],
    families: Collection[int] = (),
) -> list[pd.Series]:
    """Return the columns of a text.

    Parameters
    ----------
    content : bytes
        The text in UTF-8.
    start : int
        The position of the first row in it.
    dialect : Dialect
        How it is written.
    count : int
        The number of columns. Shorter rows are filled with missing cells.
    missing : set of str
        The texts that mark a missing cell.
    texts : sequence of int
        The positions of columns whose cells are texts, even where they look like numbers.
    families : collection of int
        The positions of columns of numbers, such as pixels, of which ``007`` is 7; in others it is a code, a text.

    Returns
    -------
    list of Series
        Numbers or texts as `Table` describes them.

    Raises
    ------
    pandas.errors.ParserError
        If a row is longer, or quotation marks do not match.
    """
    import pandas as pd

    parts: list[list[Array]] = [[] for _ in range(count)]
    for chunk in _chunks(content, start, dialect, count, missing, dtype=dict.fromkeys(texts, str)):
        for column, cells in enumerate(parts):
            cells.append(_compact(chunk[column]))
    both = [column for column, cells in enumerate(parts) if len({part.dtype.kind == "O" for part in cells}) > 1]
    whole: list[int] = []
    if may_have_codes(content, dialect.delimiter):
        whole = [column for column, cells in enumerate(parts) if column not in families and _are_whole(cells)]
    # Numbers in some parts and texts in others, and codes such as 01067: all as texts, as they are written.
    as_written: dict[int, list[Array]] = {column: [] for column in (*both, *whole)}
    for chunk in (
        _chunks(content, start, dialect, count, missing, dtype=dict.fromkeys(as_written, str)) if as_written else ()
    ):
        for column, cells in as_written.items():
            cells.append(chunk[column].to_numpy(object))
    for column, cells in as_written.items():
        if column in both or any(has_code(pd.Series(part).dropna().unique()) for part in cells):
            parts[column] = cells
    dots_divide = dialect.decimal == ","  # so what pandas did not take for a number is not one with a decimal point
    return [
        number_or_text(pd.Series(_joined(cells), copy=False), missing, stays=dots_divide or column in texts)
        for column, cells in enumerate(parts)
    ]


def _chunks(
    content: bytes, start: int, dialect: Dialect, count: int, missing: frozenset[str], **options: Any
) -> Iterator[pd.DataFrame]:
    """Yield some rows at a time."""
    import pandas as pd

    file = io.BytesIO(content)
    file.seek(start)
    if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
        options["float_precision"] = "round_trip"  # later versions always round correctly
    yield from pd.read_csv(
        file,
        sep=r"\s+" if dialect.delimiter == WHITE_SPACE else dialect.delimiter,
        decimal=dialect.decimal,
        header=None,
        names=range(count),
        index_col=False,
        na_values=sorted(missing),
        keep_default_na=False,
        skipinitialspace=True,
        low_memory=False,
        encoding="utf-8",
        chunksize=max(_CELLS_AT_ONCE // count, 1000),
        **options,
    )


def may_have_codes(content: bytes, delimiter: str) -> bool:
    """Return whether a cell of a text may begin with a zero before another digit, or have digits about an E.

    Parameters
    ----------
    content : bytes
        The text in UTF-8.
    delimiter : str
        What divides its cells.
    """
    between = np.zeros(256, bool)
    between[list(b'\n\r" \t' + delimiter.encode())] = True
    for start in range(0, len(content), _BYTES_AT_ONCE):
        part = np.frombuffer(content, np.uint8, min(_BYTES_AT_ONCE + 2, len(content) - start), start)
        zeros = np.flatnonzero(part[1:-1] == ord("0")) + 1
        zeros = zeros[(part[zeros + 1] - ord("0") < 10)]  # bytes below that of 0 wrap around, so are larger
        exponents = np.flatnonzero((part[1:-1] | 0x20) == ord("e")) + 1
        if between[part[zeros - 1]].any() or (part[[exponents - 1, exponents + 1]] - ord("0") < 10).all(axis=0).any():
            return True
    return content[:1] == b"0"


def _are_whole(parts: Sequence[Array]) -> bool:
    """Return whether the parts of a column hold whole numbers and missing cells alone."""
    if any(part.dtype.kind == "O" for part in parts):
        return False
    present = [part[np.isfinite(part)] for part in parts]
    return any(map(len, present)) and not any((numbers % 1).any() for numbers in present)


def _compact(cells: pd.Series) -> Array:
    """Return cells in a small type: whole numbers from 0 to 255 as uint8, texts as objects."""
    if cells.dtype == bool or cells.dtype.kind not in "iuf":
        texts: Array = cells.to_numpy(object)
        return texts
    return small_numbers(cells.to_numpy())


def _joined(parts: list[Array]) -> Array:
    """Return the parts of a column as one, and empty their list."""
    joined = np.concatenate(parts)
    parts.clear()
    return joined
