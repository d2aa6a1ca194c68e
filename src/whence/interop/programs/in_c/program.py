"""A program in C99 that allocates nothing, with parameters as constants."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from whence.arrays import Array
from whence.interop.programs.comments import description, lines_of
from whence.interop.programs.in_c import dates
from whence.interop.programs.in_c.dialect import CDialect
from whence.interop.programs.in_c.reading import main_function
from whence.interop.programs.loop_program import LoopProgram
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program

_KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if inline int
long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
asm typeof"""
_LIBRARY = """abs acos acosh asin asinh atan atan2 atanh atof atoi bsearch cbrt ceil copysign cos cosh div erf erfc
exp exp2 expm1 fabs fdim floor fma fmax fmin fmod frexp gamma getc getchar gets hypot ilogb index j0 j1 jn labs
ldexp ldiv lgamma log log10 log1p log2 logb lrint lround main memcpy memset modf nan nearbyint pow printf putchar
puts qsort rand read remainder remove remquo rename rindex rint round scalb scalbn scanf signgam sin sinh sqrt stdin
stdout strlen tan tanh tgamma time trunc write y0 y1 yn NULL EOF INFINITY NAN sigmoid sign names columns number
category trim encode read_cell stop row_number column_name quantised finished read_character characters
model_input model_output model_predict cell value sum largest place count"""
RESERVED = {*_KEYWORDS.split(), *_LIBRARY.split(), *dates.FUNCTIONS.split()}


def c_program(program: Program, name: str) -> str:
    """Return the text of a program in C.

    Parameters
    ----------
    program : Program
        The program, for sequences of a length that is known.
    name : str
        The name of its file.
    """
    return _Writer(program, name).text()


def memory_of(program: Program) -> tuple[int, int]:
    """Return the bytes of a program's constants, and of its other arrays."""
    writer = _Writer(program, "")
    others = [program.input, *(formula.target.array for formula in program.formulas)]
    return writer.bytes_of(program.constants), writer.bytes_of(others)


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program, self.name, self.dialect = program, name, CDialect(program.dtype)
        self.loops = LoopProgram(program, self.dialect, RESERVED)
        self.loops.names |= {program.input: "model_input", program.output: "model_output"}

    def text(self) -> str:
        body = "\n".join(indented(self.loops.lines(lambda name: iter(()))))
        predict = f"void model_predict(void)\n{{\n{body}\n}}"
        parts = [
            self.heading(),
            "\n".join(f"#include <{header}.h>" for header in self.headers()),
            self.declarations(),
            *self.dialect.helper_functions(),
            predict,
            main_function(self.program, self.dialect, self.loops.sizes(self.program.output)),
            "\n".join(self.constants()),
        ]
        return "\n\n".join(parts) + "\n"

    def headers(self) -> list[str]:
        """Return the names of the headers of the standard library."""
        dated = self.program.table is not None and self.program.table.dated
        return [*(["ctype"] if dated else []), "math", "stdint", "stdio", "stdlib", "string"]

    def heading(self) -> str:
        program = re.sub(r"\.c$", "", self.name)
        call = f"cc -O2 -o {program} {self.name} -lm && ./{program} < inputs.csv"
        memory = "{:,} bytes of constants and {:,} bytes of other arrays".format(*memory_of(self.program))
        said = [
            *description(self.program, call),
            f"It allocates nothing: {memory}.",
            "In a program of your own, compile it with -DWITHOUT_MAIN, write a sample to model_input, call\n"
            "model_predict() and read model_output.",
        ]
        return "\n//\n".join("\n".join(f"// {line}" for line in each.splitlines()) for each in said)

    def declarations(self) -> str:
        """Return the declarations of all arrays; the numbers of constants are at the end."""
        program = self.program
        lines = [f"{self.array(program.input)}; // {program.input}"]
        for formula in program.formulas:
            name = formula.target.array
            lines.append(f"{'' if name == program.output else 'static '}{self.array(name)};")
        lines[-1] += f" // {program.output}"
        return "\n".join([*lines, *(f"static const {self.array(name)};" for name in program.constants)])

    def array(self, name: str) -> str:
        """Return the type of an array, its identifier, and the lengths of its axes; a number is an array of one."""
        axes = "".join(f"[{size}]" for size in self.loops.sizes(name) or (1,))
        return f"{self.kind(name)} {self.loops.names[name]}{axes}"

    def kind(self, name: str) -> str:
        """Return the type of the numbers of an array."""
        if name in self.program.whole:
            return "int8_t"
        if name in self.program.double:
            return "double"
        return "int" if name == self.program.input and self.program.symbols is not None else self.dialect.real

    def literal(self, name: str) -> Callable[[float], str]:
        """Return what writes a number of an array."""
        if name in self.program.whole:
            return str
        return CDialect(np.dtype(np.float64)).number if name in self.program.double else self.dialect.number

    def bytes_of(self, names: Iterable[str]) -> int:
        """Return how many bytes arrays have."""
        each = {"int8_t": 1, "int": 4, "float": 4, "double": 8}
        return sum(each[self.kind(name)] * _count(self.loops.sizes(name)) for name in names)

    def constants(self) -> Iterator[str]:
        for name, array in self.program.constants.items():
            *lines, last = _initialiser(array, self.literal(name))
            yield from [f"static const {self.array(name)} =", *lines, f"{last};"]


def _initialiser(array: Array, literal: Callable[[float], str]) -> Iterator[str]:
    """Yield the numbers of an array in braces."""
    yield "{"
    if array.ndim <= 1:
        yield from indented(lines_of(map(literal, array.ravel().tolist())))
    else:
        for part in array:
            *lines, last = _initialiser(part, literal)
            yield from [*lines, f"{last},"]
    yield "}"


def _count(sizes: Sequence[int | str]) -> int:
    return math.prod(int(size) for size in sizes)
