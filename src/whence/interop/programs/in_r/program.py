"""A program in base R."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence

from whence.arrays import Array
from whence.data.tables.columns import CategoryColumn, Column
from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment, description, lines_of
from whence.interop.programs.identifiers import names_in
from whence.interop.programs.in_r.formula import HELPERS, RFormula
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program
from whence.interop.programs.recurrences import groups, kept_over_time
from whence.interop.programs.sizes import SAMPLES, STEPS, lengths
from whence.interop.programs.table_cells import category_codes, missing_code
from whence.nn.axes import ANY_LENGTH

_PART = 500
"""How many numbers there are in a call of ``c``."""
_KEYWORDS = "if else repeat while function for next break TRUE FALSE NULL Inf NaN NA in"
_OWN = """predict array matrix apply rep exp log sqrt abs sum max pmax pmin rowSums colSums dim names read encode number
category required decimal each_of is_missing missing_texts print_answer sample cell value main largest"""
RESERVED = {*_KEYWORDS.split(), *_OWN.split(), *HELPERS, SAMPLES, STEPS}

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
_TABLE = """# Return the samples in the rows of a table with a header.
read <- function(file) {{
  table <- read.csv(
    file, header = FALSE, fill = FALSE, colClasses = "character", na.strings = character(0), strip.white = TRUE
  )
  names(table) <- unlist(table[1, ])
  absent <- setdiff({columns}, names(table))
  if (length(absent) > 0) stop("the table lacks the columns ", toString(absent))
  each_of(seq_len(nrow(table))[-1], function(i) matrix(encode(table[i, , drop = FALSE]), nrow = 1))
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
_PRINT = """# Print the answer for a sample, in a row for each of its time steps if there are any.
print_answer <- function(answer) {{
  rows <- matrix(aperm(answer), ncol = {columns}, byrow = TRUE)
  for (i in seq_len(nrow(rows))) {{
    numbers <- sprintf("%.17g", rows[i, ])
    cat(paste({row}, collapse = ","), "\\n", sep = "")
  }}
}}"""
_CELL = """# Return texts as cells of a CSV file.
cell <- function(text) {
  ifelse(grepl('[",\\r\\n]', text), paste0('"', gsub('"', '""', text), '"'), text)
}"""
_MAIN = """if (sys.nframe() == 0) {{
  files <- commandArgs(trailingOnly = TRUE)
  {header}for (sample in read(if (length(files) > 0) files[1] else "stdin")) print_answer(predict(sample))
}}"""


def r_program(program: Program, name: str) -> str:
    """Return the text of a program in R.

    Parameters
    ----------
    program : Program
        The program.
    name : str
        The name of its file.
    """
    return _Writer(program, name).text()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program, self.name = program, name
        self.names = names_in(program, RESERVED)
        self.helpers: set[str] = set()

    def text(self) -> str:
        predict = self.predict()
        names = f"names <- {_texts(self.program.names)}" if self.program.names else ""
        helpers = [HELPERS[name] for name in sorted(self.helpers)]
        constants = "\n".join(array_text(self.names[name], array) for name, array in self.program.constants.items())
        parts = [self.heading(), names, predict, *helpers, self.reading(), self.printing(), constants, self.main()]
        return "\n\n".join(filter(None, parts)) + "\n"

    def heading(self) -> str:
        said = description(self.program, f"Rscript {self.name} inputs.csv")
        return "\n#\n".join("\n".join(f"# {line}" for line in each.splitlines()) for each in said)

    def predict(self) -> str:
        """Return the function that computes the answer."""
        program, given = self.program, self.names[self.program.input]
        body: list[str] = []
        for recurrence, formulas in groups(program.formulas, program.recurrences):
            body += self.formula(formulas[0]) if recurrence is None else self.over_time(recurrence, formulas)
        code = "\n".join(line for line in body if not line.lstrip().startswith("#"))
        lines = [f"{SAMPLES} <- NROW({given})"] if re.search(rf"\b{SAMPLES}\b", code) else []
        lines += [f"{STEPS} <- dim({given})[2]"] if re.search(rf"\b{STEPS}\b", code) else []
        if program.symbols is not None:
            said = f"inputs must be whole numbers from 0 to {program.symbols - 1}"
            lines.append(f'if (!all({given} %in% seq(0, {program.symbols - 1}))) stop("{said}")')
        shapes = (", ".join(map(str, lengths(program.shapes[name]))) for name in (program.input, program.output))
        said = "# Return the answer, {1}, for samples, {0}.".format(*(f"({shape})" for shape in shapes))
        text = "\n".join(indented([*lines, *body, self.names[program.output]], "  "))
        return f"{said}\npredict <- function({given}) {{\n{text}\n}}"

    def formula(self, formula: Formula) -> Iterator[str]:
        writer = RFormula(formula, self.program.shapes, self.names)
        yield f"# {comment(formula)}"
        yield from narrow(writer.lines())
        self.helpers |= writer.helpers

    def over_time(self, recurrence: Recurrence, formulas: Sequence[Formula]) -> Iterator[str]:
        """Yield a loop over time in which formulas are computed together."""
        kept = kept_over_time(recurrence, self.program.formulas, self.program.output)
        of_step = {*recurrence.arrays} - kept
        step = formulas[0].indices[recurrence.axis]
        steps = lengths(self.program.shapes[formulas[0].target.array])[recurrence.axis]
        for array in sorted(kept):
            yield f"{self.names[array]} <- array(0, c({', '.join(map(str, lengths(self.program.shapes[array])))}))"
        order = f"seq_len({steps})"
        yield f"for ({self.names[step.name]} in {f'rev({order})' if recurrence.reverse else order}) {{"
        for formula in formulas:
            writer = RFormula(formula, self.program.shapes, self.names, step, of_step)
            yield f"  # {comment(formula)}"
            yield from indented(narrow(writer.lines()), "  ")
            self.helpers |= writer.helpers
        yield "}"

    def reading(self) -> str:
        if self.program.columns is not None:
            cells = ",\n".join(f"    {_encoded(column)}" for column in self.program.columns.columns)
            columns = _texts([column.name for column in self.program.columns.columns])
            return _TABLE.format(cells=cells, columns=columns, missing=_texts(self.program.missing)) + _DECIMAL
        shape = self.program.shapes[self.program.input][1:]
        known = math.prod(length for length in shape if length != ANY_LENGTH)
        sizes = [f"length(cells) / {known}" if length == ANY_LENGTH else str(length) for length in reversed(shape)]
        wrong = f"length(cells) %% {known} != 0" if ANY_LENGTH in shape else f"length(cells) != {known}"
        return _LINES.format(sizes=", ".join([*sizes, "1"]), wrong=wrong) + _DECIMAL

    def printing(self) -> str:
        shape = self.program.shapes[self.program.output]
        best = "cell(names[which.max(rows[i, ])])"
        row = f"c({best}, numbers)" if self.program.classes else "numbers"
        made = _PRINT.format(columns=shape[-1] if len(shape) > 1 else 1, row=row)
        if not self.program.names:
            return made
        return f"{made}\n\n{_CELL}"

    def main(self) -> str:
        first = '"class", ' if self.program.classes else ""
        header = f'cat(paste(c({first}cell(names)), collapse = ","), "\\n", sep = "")\n  ' if self.program.names else ""
        return _MAIN.format(header=header)


def narrow(lines: Sequence[str]) -> list[str]:
    """Return lines indented by two spaces at each level, as is usual in R."""
    return [" " * ((len(line) - len(line.lstrip())) // 2) + line.lstrip() for line in lines]


def array_text(name: str, array: Array) -> str:
    """Return the definition of an array in R."""
    if array.ndim == 0:
        return f"{name} <- {array.item()!r}"
    if array.ndim == 1:
        return _vector(name, array)
    shape = ", ".join(map(str, array.shape))
    if array.ndim == 2:
        return f"{_vector(name, array)}\n{name} <- matrix({name}, {shape}, byrow = TRUE)"
    return f"{_vector(name, array)}\n{name} <- aperm(array({name}, rev(c({shape}))))"


def _vector(name: str, array: Array) -> str:
    """Return the numbers of an array as a vector, in parts, since R needs minutes to read a very long ``c(...)``."""
    numbers = [repr(number) for number in array.ravel().tolist()]
    parts = [
        "\n".join(indented(lines_of(numbers[start : start + _PART]), "  ")) for start in range(0, len(numbers), _PART)
    ]
    if len(parts) == 1:
        return f"{name} <- c(\n{parts[0]}\n)"
    ends = [(start + 1, min(start + _PART, len(numbers))) for start in range(0, len(numbers), _PART)]
    filled = [f"{name}[{first}:{last}] <- c(\n{part}\n)" for (first, last), part in zip(ends, parts, strict=True)]
    return "\n".join([f"{name} <- numeric({len(numbers)})", *filled])


def _encoded(column: Column) -> str:
    """Return the code that encodes the cell of a column."""
    name = _text(column.name)
    strays = f", {_texts(column.strays)}" if column.strays else ""
    indicator = f", as.numeric(is_missing(row[[{name}]]{strays}))" if column.indicator else ""
    if not isinstance(column, CategoryColumn):
        fill = "NULL" if column.fill is None else repr(float(column.fill))
        return f"number(row, {name}, {fill}{strays}){indicator}"
    codes = ", ".join(f"{_text(text)} = {code}" for text, code in category_codes(column).items() if text)
    missing = missing_code(column)
    fill = "NULL" if missing is None else str(missing)
    return f"category(row, {name}, c({codes}), {len(column.categories)}, {fill}{strays}){indicator}"


def _texts(texts: Sequence[str]) -> str:
    return f"c({', '.join(map(_text, texts))})" if texts else "character(0)"


def _text(text: str) -> str:
    """Return a text as a string of R."""
    return json.dumps(text.replace("\0", ""), ensure_ascii=False)
