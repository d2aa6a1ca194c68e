"""How a program in R reads samples: lines of numbers, the rows of a table, or a text."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from whence.data.tables.columns import CategoryColumn, Column, DateColumn
from whence.data.tables.roles.dates import CYCLES
from whence.interop.programs.in_r import dates
from whence.interop.programs.in_r.dates import reading_of_dates
from whence.interop.programs.program import Program, TableRows
from whence.interop.programs.table_cells import category_codes, missing_code
from whence.nn.axes import ANY_LENGTH

FUNCTIONS = (
    *("read", "rows_of", "encode", "number", "category", "required", "decimal", "each_of", "is_missing"),
    *("missing_texts", "characters"),
    *dates.FUNCTIONS,
)
"""The names that the code defines."""

_LINES = """# Return the samples in the lines of a file: numbers with commas or spaces between them.
read <- function(file) {{
  lines <- readLines(file, warn = FALSE)
  each_of(strsplit(trimws(lines[trimws(lines) != ""]), "[, \\t]+"), function(cells) {{
    if ({wrong}) stop("a line has another number of cells than a sample")
    aperm(array(vapply(cells, decimal, 0), c({sizes})))
  }})
}}
"""
_DECIMAL = """
# Return what is made of each row; an error tells which row it is.
each_of <- function(rows, make) {
  lapply(seq_along(rows), function(i) {
    tryCatch(make(rows[[i]]), error = function(error) {
      stop("row ", i, ": ", conditionMessage(error), call. = FALSE)
    })
  })
}

# Return the number in a cell, which is in decimal digits and finite.
decimal <- function(cell, of = "") {
  value <- if (grepl("^[-+.0-9eE]+$", cell)) suppressWarnings(as.numeric(cell)) else NA
  if (!is.finite(value)) stop("the cell ", cell, of, " is no number", call. = FALSE)
  value
}"""
_TEXT = """# Return the {what} as the places of its characters among those of the network.
read <- function(file) {{
  bytes <- readBin(if (file == "stdin") file("stdin", "rb") else file, "raw", n = 1e9)
  if (identical(head(bytes, 3), as.raw(c(0xef, 0xbb, 0xbf)))) bytes <- bytes[-(1:3)]
  text <- utf8ToInt(gsub("\\r\\n?", "\\n", rawToChar(bytes)))
  if (anyNA(text)) stop("the text is not UTF-8", call. = FALSE)
  places <- match(text, characters) - 1
  unknown <- vapply(unique(text[is.na(places)]), intToUtf8, "")
  if (length(unknown) > 0) stop("the network does not know ", toString(shQuote(unknown)), call. = FALSE)
  if (length(text) == 0) stop("there is no text", call. = FALSE)
{pieces}
}}

# The characters that the network knows, by their numbers in Unicode.
characters <- c({characters})
"""
_PIECES = """  if (length(places) %% {length} != 0) {{
    stop("the text has ", length(places), " characters, which are no sequences of {length}", call. = FALSE)
  }}
  lapply(split(places, (seq_along(places) - 1) %/% {length}), matrix, nrow = 1)"""
_ROWS = """# Return the samples in the rows of a table with a header.
read <- function(file) rows_of(file, function(row) matrix(encode(row), nrow = 1))
"""
_WINDOWS = """# Return all windows of {window} consecutive rows of a table with a header{in_order}.
read <- function(file) {{
  rows <- rows_of(file, {read_row})
{order}  if (length(rows) < {window}) {{
    stop("the table has ", length(rows), " rows, fewer than a window of {window}", call. = FALSE)
  }}
  lapply(seq_len(length(rows) - {window} + 1), function(start) {{
    array(do.call(rbind, rows[start - 1 + 1:{window}]), c(1, {window}, {count}))
  }})
}}
"""
_IN_ORDER = """  rows <- rows[order(vapply(rows, `[`, 0, 1))]
  rows <- lapply(rows, `[`, -1)
"""
_TABLE = """
# Return what is read of each row of a table with a header.
rows_of <- function(file, read_row) {{
  lines <- readLines(file, warn = FALSE)
  lines[1] <- sub("^\\xef\\xbb\\xbf", "", lines[1], useBytes = TRUE) # a byte order mark
  table <- read.csv(
    text = lines[trimws(lines) != ""], header = FALSE, fill = FALSE, colClasses = "character",
    na.strings = character(0), strip.white = TRUE, blank.lines.skip = FALSE
  )
  names(table) <- unlist(table[1, ])
  absent <- setdiff({columns}, names(table))
  if (length(absent) > 0) stop("the table lacks the columns ", toString(absent))
  each_of(seq_len(nrow(table))[-1], function(i) read_row(table[i, , drop = FALSE]))
}}

# Return the inputs of a row.
encode <- function(row) {{
  c(
{cells}
  )
}}

missing_texts <- {missing}

is_missing <- function(cell, strays = NULL) cell %in% c(missing_texts, strays)

number <- function(row, name, missing, strays = NULL) {{
  cell <- row[[name]]
  if (is_missing(cell, strays)) required(name, missing) else decimal(cell, paste(" of column", name))
}}

# Return 1 for the category in the cell of a column and 0 for the others, of one that is not known 0 for all.
category <- function(row, name, codes, count, missing, strays = NULL) {{
  cell <- row[[name]]
  text <- c(cell, tolower(cell))[match(TRUE, c(cell, tolower(cell)) %in% names(codes))]
  known <- if (is.na(text)) -1 else codes[[text]]
  code <- if (is_missing(cell, strays)) required(name, missing) else known
  as.numeric(seq_len(count) - 1 == code)
}}

required <- function(name, missing) {{
  if (is.null(missing)) stop("the cell of column ", name, " has no value; fill it in", call. = FALSE)
  missing
}}
"""


def reading(program: Program) -> str:
    """Return the functions that read samples from a file."""
    if program.table is not None:
        return _reading_of_table(program.table)
    shape = program.shapes[program.input][1:]
    if program.characters:
        whole = shape[0] == ANY_LENGTH
        return _TEXT.format(
            what="text" if whole else "sequences of a text",
            pieces="  list(matrix(places, nrow = 1))" if whole else _PIECES.format(length=shape[0]),
            characters=", ".join(str(ord(character)) for character in program.characters),
        )
    known = math.prod(length for length in shape if length != ANY_LENGTH)
    sizes = [f"length(cells) / {known}" if length == ANY_LENGTH else str(length) for length in reversed(shape)]
    wrong = f"length(cells) %% {known} != 0" if ANY_LENGTH in shape else f"length(cells) != {known}"
    return _LINES.format(sizes=", ".join([*sizes, "1"]), wrong=wrong) + _DECIMAL


def _reading_of_table(table: TableRows) -> str:
    read = _ROWS
    if table.window is not None:
        time = table.time
        read = _WINDOWS.format(
            window=table.window,
            count=sum(len(column.inputs) for column in table.columns),
            read_row="encode" if time is None else f"function(row) c({_day(time)}, encode(row))",
            in_order="" if time is None else ", in the order of their dates",
            order="" if time is None else _IN_ORDER,
        )
    cells = ",\n".join(f"    {_encoded(column)}" for column in table.columns)
    rows = _TABLE.format(cells=cells, columns=texts(table.names), missing=texts(table.missing))
    return "\n".join([f"{read}{rows}", *reading_of_dates(table)]) + _DECIMAL


def _encoded(column: Column) -> str:
    """Return the code that encodes the cell of a column."""
    name = _text(column.name)
    strays = f", {texts(column.strays)}" if column.strays else ""
    indicator = f", as.numeric(is_missing(row[[{name}]]{strays}))" if column.indicator else ""
    if isinstance(column, DateColumn):
        lengths = "".join(f", {CYCLES[cycle]!r}" for cycle in column.cycles)
        return f"with_cycles({_day(column)}{lengths}){indicator}"
    if not isinstance(column, CategoryColumn):
        return f"number(row, {name}, {_fill(column)}{strays}){indicator}"
    codes = ", ".join(f"{_text(text)} = {code}" for text, code in category_codes(column).items() if text)
    missing = missing_code(column)
    fill = "NULL" if missing is None else str(missing)
    return f"category(row, {name}, c({codes}), {len(column.categories)}, {fill}{strays}){indicator}"


def _day(column: DateColumn) -> str:
    """Return the code that reads the date in the cell of a column."""
    strays = f", {texts(column.strays)}" if column.strays else ""
    return f"day(row, {_text(column.name)}, {_text(column.format)}, {_fill(column)}{strays})"


def _fill(column: Column) -> str:
    return "NULL" if column.fill is None else repr(float(column.fill))


def texts(those: Sequence[str]) -> str:
    """Return texts as a vector of R."""
    return f"c({', '.join(map(_text, those))})" if those else "character(0)"


def _text(text: str) -> str:
    """Return a text as a string of R."""
    return json.dumps(text.replace("\0", ""), ensure_ascii=False)
