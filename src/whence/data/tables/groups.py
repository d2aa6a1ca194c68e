"""Groups of rows that belong together, such as those of one patient, named by a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.columns import CategoryColumn, Column
from whence.data.tables.roles.column_names import names_entity
from whence.data.tables.roles.spellings import as_texts
from whence.data.tables.table import Table
from whence.errors import DataError
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array

_FEWEST, _ROWS_OF_EACH = 4, 2


def recurring_entities(table: Table, columns: Sequence[Column], classes: Sequence[str] | None) -> list[str]:
    """Return the names of the columns that may tell apart people or things of which there are several rows each.

    These are columns that are so named, or of more categories than would serve to name the classes.

    Parameters
    ----------
    table : Table
        The table.
    columns : sequence of Column
        Its input columns.
    classes : sequence of str or None
        The classes of the target; None for numbers.
    """
    most = max(_FEWEST, 2 * len(classes or ()))

    def recurs(column: Column) -> bool:
        return most < int(table.frame[column.name].nunique()) <= len(table) / _ROWS_OF_EACH

    suited = (column for column in columns if names_entity(column.name) or isinstance(column, CategoryColumn))
    return [column.name for column in suited if recurs(column)]


def group_indices(table: Table, name: str) -> tuple[Array, str]:
    """Return the index of each row's group, and a sentence on the groups.

    Parameters
    ----------
    table : Table
        The table.
    name : str
        The column that names the groups.

    Returns
    -------
    indices : (N,) int64 array
    remark : str

    Raises
    ------
    DataError
        If a row has no group.
    """
    cells = table.frame[name]
    if (missing := cells.isna().to_numpy()).any():
        raise DataError(
            f"{table.row_name(int(missing.argmax()))}, column {name!r} has no value, and it names the groups; "
            "fill it in, or remove the row"
        )
    values, indices = np.unique(as_texts(cells).to_numpy(str), return_inverse=True)
    return indices, f"rows of one {name} are kept together: {counted(len(values), 'group')} of {len(cells):,} rows"
