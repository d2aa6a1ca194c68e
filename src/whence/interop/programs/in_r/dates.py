"""How a program in R reads dates."""

from __future__ import annotations

import json

from whence.data.tables.columns import DateColumn
from whence.interop.programs.dates import forms_of, letters_of, pattern_of
from whence.interop.programs.loops import indented
from whence.interop.programs.program import TableRows

FUNCTIONS = ("day", "days_of", "day_of", "with_cycles", "forms", "month.abb")
"""The names that the code defines or calls."""

_DAY = """# Return the days since 1970 began of the date in the cell of a column, or what stands for a missing one.
day <- function(row, name, form, missing, strays = NULL) {
  cell <- row[[name]]
  if (is_missing(cell, strays)) return(required(name, missing))
  for (pattern in names(forms[[form]])) {
    days <- days_of(cell, pattern, forms[[form]][[pattern]])
    if (!is.na(days)) return(days)
  }
  stop("the cell ", cell, " of column ", name, " is no date in the format ", form, call. = FALSE)
}
"""
_DAY_OF = """# Return the days from 1970 to a day of a month, NA if there is no such day.
day_of <- function(year, month, day) {
  as.numeric(as.Date(sprintf("%04d-%02d-%02d", as.integer(year), as.integer(month), as.integer(day)), "%Y-%m-%d"))
}
"""
_CYCLES = """# Return days, and the sine and the cosine of the place in cycles of so many days.
with_cycles <- function(days, ...) {
  turns <- 2 * pi * days / c(...)
  c(days, rbind(sin(turns), cos(turns)))
}
"""
_DAYS_OF = """# Return the days since 1970 began of a date, NA if it is none.
# The groups of its pattern are parts of the date, with the letters of strftime.
days_of <- function(cell, pattern, letters) {
  found <- regmatches(cell, regexec(paste0("^", pattern, "$"), cell, perl = TRUE))[[1]]
  if (length(found) == 0) return(NA)
  part <- setNames(as.list(found[-1]), strsplit(letters, "")[[1]])
  part <- part[part != ""]
  number <- lapply(part, function(text) suppressWarnings(as.numeric(text)))
"""
_PARTS = {  # by the letters of which one has to be there
    "x": "if (!is.null(part$x)) return(number$x - 25569)",
    "s": "if (!is.null(part$s)) return(number$s / 86400)",
    "Q": "if (!is.null(part$Q)) return(number$Q / 86400000)",
    "y": "if (!is.null(part$y)) number$Y <- number$y + (if (number$y < 69) 2000 else 1900)",
    "q": "if (!is.null(part$q)) number$m <- 3 * number$q - 2",
    "bB": "if (!is.null(part$b)) number$m <- match(tolower(substr(part$b, 1, 3)), tolower(month.abb))",
    "p": 'if (!is.null(part$p)) number$H <- number$I %% 12 + (if (tolower(part$p) == "pm") 12 else 0)',
}
_DATE = """of <- function(letter, otherwise) if (is.null(number[[letter]])) otherwise else number[[letter]]
days <- day_of(number$Y, of("m", 1), of("d", 1))"""
_WEEK = """if (!is.null(part$V)) { # weeks begin on Mondays, the first with the fourth of January
  fourth <- day_of(number$Y, 1, 4)
  days <- fourth - (fourth + 3) %% 7 + 7 * (number$V - 1) + of("u", 1) - 1
  if (number$V == 53 && days - (days + 3) %% 7 + 3 >= day_of(number$Y + 1, 1, 1)) return(NA)
}"""
_TIME = 'seconds <- 3600 * of("H", 0) + 60 * of("M", 0) + of("S", 0)'
_ZONE = """if (!is.null(part$z)) {
  seconds <- seconds - 3600 * number$z - (if (startsWith(part$z, "-")) -60 else 60) * of("o", 0)
}"""


def reading_of_dates(table: TableRows) -> list[str]:
    """Return the functions that read the dates of a table, if it has any."""
    if not table.dated:
        return []
    letters = letters_of(table.dated)
    code = [lines for those, lines in _PARTS.items() if letters & {*those}]
    dates = letters & {"Y", "y"}
    if dates:
        code.append(_DATE)
        code += [_WEEK] if "V" in letters else []
        code += [_TIME] if letters & {*"HI"} else []
        code += [_ZONE] if "z" in letters else []
        code.append("days + seconds / 86400" if letters & {*"HI"} else "days")
    body = "\n".join(indented([line for part in code for line in part.splitlines()], "  "))
    lines = ["# The patterns of dates, and the letters of their groups.", "forms <- list("]
    for name, patterns in {column.format: map(pattern_of, forms_of(column)) for column in table.dated}.items():
        each = ",\n".join(f"    {_text(pattern)} = {_text(own)}" for pattern, own in patterns)
        lines += [f"  {_text(name)} = c(", each, "  ),"]
    lines[-1:] = ["  )", ")\n"]
    cycles = [_CYCLES] if any(isinstance(column, DateColumn) for column in table.columns) else []
    return [_DAY, *cycles, f"{_DAYS_OF}{body}\n}}\n", *([_DAY_OF] if dates else []), "\n".join(lines)]


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
