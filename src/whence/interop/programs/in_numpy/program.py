"""A program in Python with NumPy."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Sequence

from whence.arrays import Array
from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment, description, lines_of
from whence.interop.programs.identifiers import names_in
from whence.interop.programs.in_numpy.formula import HELPERS, NumpyFormula
from whence.interop.programs.in_numpy.over_time import over_time
from whence.interop.programs.in_numpy.reading import FUNCTIONS, reading
from whence.interop.programs.program import Program
from whence.interop.programs.recurrences import groups, kept_over_time
from whence.interop.programs.sizes import SAMPLES, STEPS, lengths

_OWN = (
    "np",
    "csv",
    "math",
    "sys",
    "predict",
    "datetime",
    "re",
    "main",
    "NAMES",
    *FUNCTIONS,
)
RESERVED = {*keyword.kwlist, *dir(builtins), *_OWN, *HELPERS, SAMPLES, STEPS}


def numpy_program(program: Program, name: str) -> str:
    """Return the text of a program in Python.

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
        helpers = [HELPERS[name] for name in sorted(self.helpers)]
        parts = [self.heading(), predict, *helpers, *reading(self.program), _main(self.program), self.constants()]
        return "\n\n\n".join(filter(None, [*parts, 'if __name__ == "__main__":\n    main()'])) + "\n"

    def heading(self) -> str:
        said = "\n\n".join(description(self.program, f"python {self.name} inputs.csv"))
        dated = self.program.table is not None and self.program.table.dated
        modules = ["csv", "sys", *(["math"] if "erf" in self.helpers else []), *(["datetime", "re"] if dated else [])]
        imports = "\n".join(f"import {module}" for module in sorted(modules))
        names = f"\n\nNAMES = {list(self.program.names)!r}" if self.program.names else ""
        return f'"""{said}\n"""\n\n{imports}\n\nimport numpy as np{names}'

    def predict(self) -> str:
        """Return the function that computes the answer."""
        program = self.program
        given, output = self.names[program.input], self.names[program.output]
        shapes = (", ".join(map(str, lengths(program.shapes[name]))) for name in (program.input, program.output))
        of, to = (f"({shape}{',' * (',' not in shape)})" for shape in shapes)
        lines = [
            f'"""Return the answer, {to}, for samples, {of}."""',
            f"{given} = np.asarray({given}, float)",
        ]
        if program.symbols is not None:
            lines += [
                f"if not np.isin({given}, range({program.symbols})).all():",
                f'    raise ValueError("inputs must be whole numbers from 0 to {program.symbols - 1}")',
                f"{given} = {given}.astype(int)",
            ]
        body: list[str] = []
        for recurrence, formulas in groups(program.formulas, program.recurrences):
            body += self.formula(formulas[0]) if recurrence is None else self.recurrence(recurrence, formulas)
        code = "\n".join(line for line in body if not line.lstrip().startswith("#"))
        lines += [f"{SAMPLES} = len({given})"] if re.search(rf"\b{SAMPLES}\b", code) else []
        lines += [f"{STEPS} = {given}.shape[1]"] if re.search(rf"\b{STEPS}\b", code) else []
        head = '@np.errstate(over="ignore")\n' if re.search(r"np\.exp|sigmoid", code) else ""
        text = "\n".join(f"    {line}" for line in [*lines, *body, f"return {output}"])
        return f"{head}def predict({given}):\n{text}"

    def formula(self, formula: Formula) -> Iterator[str]:
        """Yield the lines of one formula."""
        writer = NumpyFormula(formula, self.program.shapes, self.names)
        code = writer.code()
        self.helpers |= writer.helpers
        yield f"# {comment(formula)}"
        yield from writer.grids()
        yield f"{self.names[formula.target.array]} = {code}"

    def recurrence(self, recurrence: Recurrence, formulas: Sequence[Formula]) -> list[str]:
        """Return the lines of formulas that are computed together, time step by time step."""
        kept = kept_over_time(recurrence, self.program.formulas, self.program.output)
        lines, helpers = over_time(recurrence, formulas, kept, self.program.shapes, self.names)
        self.helpers |= helpers
        return lines

    def constants(self) -> str:
        """Return the parameters and other arrays of numbers."""
        return "\n".join(array_text(self.names[name], array) for name, array in self.program.constants.items())


def _main(program: Program) -> str:
    names = "NAMES" if program.names else "[]"
    head = f'["class", *{names}]' if program.classes else names
    row = "[NAMES[values.argmax()], *values.tolist()]" if program.classes else "values.tolist()"
    count = program.shapes[program.output][-1]
    lines = [
        "def main():",
        '    """Read samples from a file or from standard input, and print the answers."""',
        '    file = open(sys.argv[1] if len(sys.argv) > 1 else 0, newline="", encoding="utf-8-sig")',
        "    writer = csv.writer(sys.stdout)",
        *([f"    writer.writerow({head})"] if program.classes or program.targets else []),
        "    for sample in read(file):",
        *(
            ["        answer = predict(sample[np.newaxis])"]
            if program.symbols is None
            else [
                "        try:",
                "            answer = predict(sample[np.newaxis])",
                "        except ValueError as error:",
                "            raise SystemExit(str(error)) from None",
            ]
        ),
        f"        for values in answer.reshape(-1, {count}):",
        f"            writer.writerow({row})",
    ]
    return "\n".join(lines)


def array_text(name: str, array: Array) -> str:
    """Return the definition of an array in Python."""
    if array.ndim == 0:
        return f"{name} = {array.item()!r}"
    numbers = lines_of(map(repr, array.ravel().tolist()))
    shape = "" if array.ndim == 1 else f".reshape({', '.join(map(str, array.shape))})"
    body = "\n".join(f"    {line}" for line in numbers)
    return f"{name} = np.array([\n{body}\n]){shape}"
