"""How a program in Python reads the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from whence.data.tables.columns import CategoryColumn, Column
from whence.interop.programs.table_cells import category_codes, missing_code

FUNCTIONS = ("read", "encode", "number", "category", "required", "is_missing", "MISSING")
"""The names that the code defines."""

_READ = '''def read(file):
    """Yield the samples in the rows of a table with a header."""
    rows = csv.DictReader(file)
    absent = [name for name in {} if name not in (rows.fieldnames or [])]
    if absent:
        raise SystemExit(f"the table lacks the columns {{', '.join(absent)}}")
    for place, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise SystemExit(f"row {{place}} has another number of cells than the header")
        try:
            yield np.array(encode(row))
        except ValueError as error:
            raise SystemExit(f"row {{place}}: {{error}}") from None'''
_ENCODE = '''def encode(row):
    """Return the inputs of a row, a dict of its cells."""
    return [
{}
    ]'''
_CELLS = '''def is_missing(cell, strays=()):
    """Return whether a cell is empty, or holds what counts as nothing."""
    return cell.strip() in MISSING or cell.strip() in strays


def number(row, name, missing, strays=()):
    """Return the number in the cell of a column, or what stands for a missing one."""
    cell = row[name].strip()
    if is_missing(cell, strays):
        return required(name, missing)
    try:
        value = float("nan" if cell.strip("+-.0123456789eE") else cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ValueError(f"the cell {cell} of column {name} is no number")
    return value


def category(row, name, codes, count, missing, strays=()):
    """Return 1 for the category in the cell of a column and 0 for the others, of one that is not known 0 for all."""
    cell = row[name].strip()
    known = codes.get(cell, codes.get(cell.lower()))
    code = required(name, missing) if is_missing(cell, strays) else known
    return [float(code == other) for other in range(count)]


def required(name, missing):
    """Return what stands for a missing value, if anything does."""
    if missing is None:
        raise ValueError(f"the cell of column {name} has no value; fill it in")
    return missing'''


def reading_of_table(columns: Sequence[Column], missing: Sequence[str]) -> list[str]:
    """Return the functions that read samples from a table with these columns, and the texts of empty cells."""
    cells = "\n".join(f"        {_encoded(column)}," for column in columns)
    names = [column.name for column in columns]
    return [_READ.format(names), _ENCODE.format(cells), _CELLS, f"MISSING = {list(missing)!r}"]


def _encoded(column: Column) -> str:
    """Return the code that encodes the cell of a column."""
    given = f"row, {column.name!r}"
    strays = f", {list(column.strays)!r}" if column.strays else ""
    indicator = f", float(is_missing(row[{column.name!r}]{strays}))" if column.indicator else ""
    if not isinstance(column, CategoryColumn):
        return f"number({given}, {column.fill!r}{strays}){indicator}"
    count, missing = len(column.categories), missing_code(column)
    return f"*category({given}, {category_codes(column)!r}, {count}, {missing}{strays}){indicator}"
