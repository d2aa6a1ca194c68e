"""How a program in Python reads samples: lines of numbers, the rows of a table, or a text."""

from __future__ import annotations

from collections.abc import Iterator

from whence.data.tables.columns import CategoryColumn, Column, DateColumn
from whence.data.tables.roles.dates import CYCLES
from whence.interop.programs.in_numpy import dates
from whence.interop.programs.in_numpy.dates import reading_of_dates
from whence.interop.programs.program import Program, TableRows
from whence.interop.programs.table_cells import category_codes, missing_code
from whence.nn.axes import ANY_LENGTH

FUNCTIONS = (
    *("read", "rows_of", "encode", "number", "category", "required", "is_missing", "MISSING", "CHARACTERS"),
    *dates.FUNCTIONS,
)
"""The names that the code defines."""

_LINES = '''def read(file):
    """Yield the samples in the lines of a file."""
    for place, line in enumerate(file, 1):
        if line.strip():
            try:
                sample = np.array(line.replace(",", " ").split(), float).reshape({shape})
            except ValueError as error:
                raise SystemExit(f"line {{place}}: {{error}}") from None
            if not np.isfinite(sample).all():
                raise SystemExit(f"line {{place}}: a number is not finite")
            yield sample'''
_TEXT = '''def read(file):
    """Yield {what} as the places of its characters among those of the network."""
    text = file.read().replace("\\r\\n", "\\n").replace("\\r", "\\n")
    if not text:
        raise SystemExit("there is no text")
    if unknown := sorted({{*text}} - {{*CHARACTERS}}):
        raise SystemExit(f"the network does not know {{', '.join(map(repr, unknown))}}")
    places = np.array([CHARACTERS.index(character) for character in text])
{pieces}'''
_PIECES = """    if len(places) % {length}:
        raise SystemExit(f"the text has {{len(places)}} characters, which are no sequences of {length}")
    yield from places.reshape(-1, {length})"""
_ROWS = '''def read(file):
    """Yield the samples in the rows of a table with a header."""
    return rows_of(file, encode)'''
_WINDOWS = '''def read(file):
    """Yield all windows of {window} consecutive rows of a table with a header."""
    rows = {rows}
    if len(rows) < {window}:
        raise SystemExit(f"the table has {{len(rows)}} rows, fewer than a window of {window}")
    for start in range(len(rows) - {window} + 1):
        yield np.array(rows[start : start + {window}])'''
_IN_ORDER = """list(rows_of(file, lambda row: ({time}, encode(row))))
    rows = [row for _, row in sorted(rows, key=lambda each: each[0])]"""
_READ = '''def rows_of(file, read_row):
    """Yield what is read of each row of a table with a header, a dict of its cells."""
    rows = csv.DictReader(file)
    absent = [name for name in {} if name not in (rows.fieldnames or [])]
    if absent:
        raise SystemExit(f"the table lacks the columns {{', '.join(absent)}}")
    for place, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise SystemExit(f"row {{place}} has another number of cells than the header")
        try:
            yield read_row(row)
        except ValueError as error:
            raise SystemExit(f"row {{place}}: {{error}}") from None'''
_ENCODE = '''def encode(row):
    """Return the inputs of a row, a dict of its cells."""
    return np.array([
{}
    ])'''
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


def reading(program: Program) -> list[str]:
    """Return the functions that read samples from a file."""
    if program.table is not None:
        return [*_reading_of_table(program.table)]
    shape = program.shapes[program.input][1:]
    if program.characters:
        length = shape[0]
        whole = length == ANY_LENGTH
        pieces = "    yield places" if whole else _PIECES.format(length=length)
        text = _TEXT.format(what="a text" if whole else "the sequences of a text", pieces=pieces)
        return [text, f"CHARACTERS = {program.characters!r}"]
    return [_LINES.format(shape=", ".join(map(str, shape)) or "()")]


def _reading_of_table(table: TableRows) -> Iterator[str]:
    if table.window is None:
        yield _ROWS
    else:
        rows = "list(rows_of(file, encode))" if table.time is None else _IN_ORDER.format(time=_day(table.time))
        yield _WINDOWS.format(window=table.window, rows=rows)
    yield _READ.format([*table.names])
    yield _ENCODE.format("\n".join(f"        {_encoded(column)}," for column in table.columns))
    yield _CELLS
    yield from reading_of_dates(table)
    yield f"MISSING = {[*table.missing]!r}"


def _encoded(column: Column) -> str:
    """Return the code that encodes the cell of a column."""
    given = f"row, {column.name!r}"
    strays = f", {list(column.strays)!r}" if column.strays else ""
    indicator = f", float(is_missing(row[{column.name!r}]{strays}))" if column.indicator else ""
    if isinstance(column, DateColumn):
        lengths = "".join(f", {CYCLES[cycle]!r}" for cycle in column.cycles)
        return f"*with_cycles({_day(column)}{lengths}){indicator}"
    if not isinstance(column, CategoryColumn):
        return f"number({given}, {column.fill!r}{strays}){indicator}"
    count, missing = len(column.categories), missing_code(column)
    return f"*category({given}, {category_codes(column)!r}, {count}, {missing}{strays}){indicator}"


def _day(column: DateColumn) -> str:
    """Return the code that reads the date in the cell of a column."""
    strays = f", {[*column.strays]!r}" if column.strays else ""
    return f"day(row, {column.name!r}, {column.format!r}, {column.fill!r}{strays})"
