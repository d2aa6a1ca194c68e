"""A program in base R."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from whence.arrays import Array
from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment, description, lines_of
from whence.interop.programs.identifiers import names_in
from whence.interop.programs.in_r.formula import HELPERS, RFormula
from whence.interop.programs.in_r.over_time import narrow, over_time
from whence.interop.programs.in_r.reading import FUNCTIONS, reading, texts
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program
from whence.interop.programs.recurrences import groups, kept_over_time
from whence.interop.programs.sizes import SAMPLES, STEPS, lengths

_PART = 500
"""How many numbers there are in a call of ``c``."""
_KEYWORDS = "if else repeat while function for next break TRUE FALSE NULL Inf NaN NA in"
_OWN = """predict array matrix apply rep exp log sqrt abs sum max pmax pmin rowSums colSums dim names
print_answer sample cell value main largest"""
RESERVED = {*_KEYWORDS.split(), *_OWN.split(), *FUNCTIONS, *HELPERS, SAMPLES, STEPS}

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
        names = f"names <- {texts(self.program.names)}" if self.program.names else ""
        helpers = [HELPERS[name] for name in sorted(self.helpers)]
        constants = "\n".join(array_text(self.names[name], array) for name, array in self.program.constants.items())
        parts = [
            self.heading(),
            names,
            predict,
            *helpers,
            reading(self.program),
            self.printing(),
            constants,
            self.main(),
        ]
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

    def over_time(self, recurrence: Recurrence, formulas: Sequence[Formula]) -> list[str]:
        """Return a loop over time in which formulas are computed together."""
        kept = kept_over_time(recurrence, self.program.formulas, self.program.output)
        lines, helpers = over_time(recurrence, formulas, kept, self.program.shapes, self.names)
        self.helpers |= helpers
        return lines

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
