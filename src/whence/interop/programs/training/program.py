"""Training loops in Python with NumPy and in base R."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from typing import ClassVar

from whence.arrays import Array
from whence.formula import Formula
from whence.interop.programs.comments import comment, harmless
from whence.interop.programs.identifiers import identifiers
from whence.interop.programs.in_numpy import formula as numpy_formula
from whence.interop.programs.in_numpy import over_time as numpy_over_time
from whence.interop.programs.in_numpy import program as numpy_program
from whence.interop.programs.in_r import formula as r_formula
from whence.interop.programs.in_r import over_time as r_over_time
from whence.interop.programs.in_r import program as r_program
from whence.interop.programs.loops import indented
from whence.interop.programs.recurrences import kept_over_time
from whence.interop.programs.sizes import index_names
from whence.interop.programs.training.loop import TrainingLoop

_STEP = "τ"
"""The number of the round, counted from 1, in the formulas of optimizers."""
_DRAW_IN_NUMPY = '''masks = open(sys.argv[1]) if len(sys.argv) > 1 else None
rng = np.random.default_rng()


def draw(p, shape):
    """Return a mask of dropout: 0 with the probability p, and 1 / (1 - p) otherwise."""
    kept = rng.random(shape) >= p if masks is None else np.array([*next(masks).strip()], float).reshape(shape)
    return kept / (1 - p)'''
_DRAW_IN_R = """masks <- if (length(commandArgs(TRUE)) > 0) file(commandArgs(TRUE)[1], "r")

# Return a mask of dropout: 0 with the probability p, and 1 / (1 - p) otherwise.
draw <- function(p, shape) {
  kept <- if (is.null(masks)) runif(prod(shape)) >= p else strsplit(readLines(masks, 1), "")[[1]] == "1"
  aperm(array(as.numeric(kept), rev(shape))) / (1 - p)
}"""
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
        self.names = identifiers([*names, *loop.masks], {*reserved, "rounds", "turn", "draw", "masks", "rng"} - {_STEP})
        self.all_formulas = [*formulas.values()]
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
        masks = {title: [name for name in step.arrays if name in self.loop.masks] for title, step in self.loop.titles()}
        titles = [""]
        for title, recurrence, formulas in self.loop.computations():
            if title != titles[-1]:
                yield from ["", f"{self.indent}# {title}"] if titles[-1] else [f"{self.indent}# {title}"]
                titles.append(title)
                for name in masks[title]:
                    yield from indented(self.drawn(name, self.loop.masks[name]), self.indent)
            if recurrence is None:
                yield f"{self.indent}# {comment(formulas[0])}"
                yield from indented(self.formula(formulas[0]), self.indent)
            else:
                kept = kept_over_time(recurrence, self.all_formulas, self.loop.output)
                lines, helpers = self.over_time(recurrence, formulas, kept, self.shapes, self.names)
                self.helpers |= helpers
                yield from indented(lines, self.indent)
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

    over_time: ClassVar[Callable[..., tuple[list[str], set[str]]]]
    """What writes formulas that are computed together, time step by time step."""

    @abstractmethod
    def drawn(self, name: str, probability: float) -> list[str]:
        """Return the statements that draw a mask."""

    @abstractmethod
    def told(self, every: int) -> list[str]:
        """Return the statements that print the loss every so many rounds."""

    @abstractmethod
    def ending(self) -> str:
        """Return the statements that print the outputs of the last round, a row for each sample."""


class _InNumPy(_Writer):
    indent, sign, over_time = "    ", "=", staticmethod(numpy_over_time.over_time)

    def heading(self) -> str:
        said = "\n\n".join(map(harmless, self.loop.described()))
        modules = [*(["math"] if "erf" in self.helpers else []), *(["sys"] if self.loop.masks else [])]
        imports = "".join(f"import {module}\n" for module in modules) + "\n" * bool(modules)
        return f'"""{said}\n"""\n\n{imports}import numpy as np'

    def functions(self) -> Iterator[str]:
        yield from (numpy_formula.HELPERS[name] for name in sorted(self.helpers))
        if self.loop.masks:
            yield _DRAW_IN_NUMPY

    def drawn(self, name: str, probability: float) -> list[str]:
        return [f"{self.names[name]} = draw({probability!r}, {self.shapes[name]})"]

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
    indent, sign, foot, over_time = "  ", "<-", ("}",), staticmethod(r_over_time.over_time)

    def heading(self) -> str:
        return "\n#\n".join(f"# {harmless(each)}" for each in self.loop.described())

    def functions(self) -> Iterator[str]:
        yield from (r_formula.HELPERS[name] for name in sorted(self.helpers))
        if self.loop.masks:
            yield _DRAW_IN_R

    def drawn(self, name: str, probability: float) -> list[str]:
        shape = ", ".join(map(str, self.shapes[name]))
        return [f"{self.names[name]} <- draw({probability!r}, c({shape}))"]

    def array(self, name: str, array: Array) -> str:
        return r_program.array_text(name, array)

    def head(self) -> str:
        return f"for (turn in seq_len({self.loop.rounds})) {{"

    def formula(self, formula: Formula) -> list[str]:
        writer = r_formula.RFormula(formula, self.shapes, self.names)
        lines = r_over_time.narrow(writer.lines())
        self.helpers |= writer.helpers
        return lines

    def told(self, every: int) -> list[str]:
        return [f'if (turn %% {every} == 0) cat("round", turn, "loss", {self.names["loss"]}, "\\n")']

    def ending(self) -> str:
        rows = f"matrix(aperm({self.names[self.loop.output]}), nrow = {len(self.loop.trace['x'])}, byrow = TRUE)"
        return f'for (row in asplit({rows}, 1)) cat(sprintf("%.17g", row), sep = ",", fill = 1e6)'
