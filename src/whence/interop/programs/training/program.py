"""Training loops in Python with NumPy and in base R."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from typing import ClassVar

from whence.arrays import Array
from whence.formula import Formula
from whence.interop.programs.comments import comment, harmless
from whence.interop.programs.identifiers import identifiers
from whence.interop.programs.in_numpy import formula as numpy_formula
from whence.interop.programs.in_numpy import program as numpy_program
from whence.interop.programs.in_r import formula as r_formula
from whence.interop.programs.in_r import program as r_program
from whence.interop.programs.loops import indented
from whence.interop.programs.sizes import index_names
from whence.interop.programs.training.loop import TrainingLoop

_STEP = "τ"
"""The number of the round, counted from 1, in the formulas of optimizers."""
_TIMES_TOLD = 10
"""How often the loss is printed."""


def numpy_training(loop: TrainingLoop) -> str:
    """Return the text of a training loop in Python."""
    return _InNumPy(loop, numpy_program.RESERVED).text()


def r_training(loop: TrainingLoop) -> str:
    """Return the text of a training loop in R."""
    return _InR(loop, r_program.RESERVED).text()


class _Writer(ABC):
    """Writes a training loop.

    Parameters
    ----------
    loop : TrainingLoop
        The loop.
    reserved : collection of str
        Words of the language, and names that the program uses otherwise.
    """

    indent: ClassVar[str]
    sign: ClassVar[str]
    """That of an assignment."""
    foot: ClassVar[tuple[str, ...]] = ()
    """The lines with which the loop ends."""

    def __init__(self, loop: TrainingLoop, reserved: Collection[str]) -> None:
        self.loop = loop
        formulas = loop.trace.formulas
        names = [*index_names(formulas.values()), *loop.given, *formulas]
        self.names = identifiers(names, {*reserved, "rounds", "turn"} - {_STEP})
        self.shapes = {name: array.shape for name, array in loop.trace.arrays.items()}
        self.helpers: set[str] = set()

    def text(self) -> str:
        """Return the program."""
        body = list(self.body())
        parts = [self.heading(), *self.functions(), *self.beginning(), "\n".join(body), self.ending()]
        return "\n\n".join(parts) + "\n"

    def beginning(self) -> Iterator[str]:
        """Yield the arrays that the loop begins with, by the first two steps; then all others."""
        left = {name: array for name, array in self.loop.given.items() if name != _STEP}
        for title, step in self.loop.titles():
            own = [name for name in step.arrays if name in left]
            if step.kind in ("data", "parameters"):
                arrays = "\n".join(self.array(self.names[name], left.pop(name)) for name in own)
                yield f"# {title}\n{arrays}"
        others = [self.array(self.names[name], array) for name, array in left.items()]
        also = ", and what the optimizer keeps" if len(others) > 1 else ""
        yield "\n".join([f"# The learning rate{also}", *others])

    def body(self) -> Iterator[str]:
        """Yield the lines of the loop."""
        yield self.head()
        if _STEP in self.loop.given:
            yield f"{self.indent}{self.names[_STEP]} {self.sign} turn"
        for title, step in self.loop.titles():
            formulas = self.loop.formulas(step)
            if formulas:
                yield f"{self.indent}# {title}"
                for formula in formulas:
                    yield f"{self.indent}# {comment(formula)}"
                    yield from indented(self.formula(formula), self.indent)
                yield ""
        yield f"{self.indent}# The next round begins with the new values"
        for name, new in self.loop.updates.items():
            yield f"{self.indent}{self.names[name]} {self.sign} {self.names[new]}"
        yield from indented(self.told(max(1, self.loop.rounds // _TIMES_TOLD)), self.indent)
        yield from self.foot

    @abstractmethod
    def heading(self) -> str:
        """Return what comes first."""

    @abstractmethod
    def functions(self) -> Iterator[str]:
        """Yield the functions that formulas need and the language lacks."""

    @abstractmethod
    def array(self, name: str, array: Array) -> str:
        """Return the definition of an array."""

    @abstractmethod
    def head(self) -> str:
        """Return the line with which the loop begins."""

    @abstractmethod
    def formula(self, formula: Formula) -> list[str]:
        """Return the statements of a formula."""

    @abstractmethod
    def told(self, every: int) -> list[str]:
        """Return the statements that print the loss every so many rounds."""

    @abstractmethod
    def ending(self) -> str:
        """Return the statements that print the outputs of the last round, a row for each sample."""


class _InNumPy(_Writer):
    indent, sign = "    ", "="

    def heading(self) -> str:
        said = "\n\n".join(map(harmless, self.loop.described()))
        modules = "import math\n\n" if "erf" in self.helpers else ""
        return f'"""{said}\n"""\n\n{modules}import numpy as np'

    def functions(self) -> Iterator[str]:
        yield from (numpy_formula.HELPERS[name] for name in sorted(self.helpers))

    def array(self, name: str, array: Array) -> str:
        return numpy_program.array_text(name, array)

    def head(self) -> str:
        return f"for turn in range(1, {self.loop.rounds} + 1):"

    def formula(self, formula: Formula) -> list[str]:
        writer = numpy_formula.NumpyFormula(formula, self.shapes, self.names)
        code = writer.code()
        self.helpers |= writer.helpers
        return [*writer.grids(), f"{self.names[formula.target.array]} = {code}"]

    def told(self, every: int) -> list[str]:
        return [f"if turn % {every} == 0:", f'    print("round", turn, "loss", {self.names["loss"]})']

    def ending(self) -> str:
        output = self.names[self.loop.output]
        return f'for row in {output}.reshape(len({output}), -1).tolist():\n    print(*row, sep=",")'


class _InR(_Writer):
    indent, sign, foot = "  ", "<-", ("}",)

    def heading(self) -> str:
        return "\n#\n".join(f"# {harmless(each)}" for each in self.loop.described())

    def functions(self) -> Iterator[str]:
        yield from (r_formula.HELPERS[name] for name in sorted(self.helpers))

    def array(self, name: str, array: Array) -> str:
        return r_program.array_text(name, array)

    def head(self) -> str:
        return f"for (turn in seq_len({self.loop.rounds})) {{"

    def formula(self, formula: Formula) -> list[str]:
        writer = r_formula.RFormula(formula, self.shapes, self.names)
        lines = r_program.narrow(writer.lines())
        self.helpers |= writer.helpers
        return lines

    def told(self, every: int) -> list[str]:
        return [f'if (turn %% {every} == 0) cat("round", turn, "loss", {self.names["loss"]}, "\\n")']

    def ending(self) -> str:
        rows = f"matrix(aperm({self.names[self.loop.output]}), nrow = {len(self.loop.trace['x'])}, byrow = TRUE)"
        return f'for (row in asplit({rows}, 1)) cat(sprintf("%.17g", row), sep = ",", fill = 1e6)'
