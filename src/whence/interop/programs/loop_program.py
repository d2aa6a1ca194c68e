"""What programs of loops have in common: the computation of one sample, formula by formula."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment
from whence.interop.programs.identifiers import names_in
from whence.interop.programs.loops import Dialect, LoopFormula, indented
from whence.interop.programs.program import Program
from whence.interop.programs.recurrences import groups, kept_over_time
from whence.interop.programs.sizes import SAMPLES, Length, lengths


class LoopProgram:
    """The computation of the answer for one sample.

    Parameters
    ----------
    program : Program
        The program.
    dialect : Dialect
        The language.
    reserved : collection of str
        Words of the language, and names that the program uses otherwise.

    Attributes
    ----------
    names : dict of str to str
        The identifiers of arrays and indices.
    """

    def __init__(self, program: Program, dialect: Dialect, reserved: Collection[str]) -> None:
        self.program, self.dialect = program, dialect
        self.names = names_in(program, reserved)
        self._of_step: dict[str, int] = {}
        for recurrence in program.recurrences:
            kept = kept_over_time(recurrence, program.formulas, program.output)
            self._of_step |= {name: recurrence.axis for name in recurrence.arrays if name not in kept}

    def sizes(self, name: str) -> tuple[Length, ...]:
        """Return the lengths of the axes that an array has in the program: without that of samples, or of a step."""
        found = lengths(self.program.shapes[name])
        left_out = {0} if found[:1] == (SAMPLES,) else set()
        left_out |= {self._of_step[name]} if name in self._of_step else set()
        return tuple(length for axis, length in enumerate(found) if axis not in left_out)

    def lines(self, declared: Callable[[str], Iterator[str]]) -> Iterator[str]:
        """Yield the statements of the computation.

        Parameters
        ----------
        declared : callable
            From the name of an array to the statements that must come before it is computed.
        """
        for recurrence, formulas in groups(self.program.formulas, self.program.recurrences):
            made = [line for formula in formulas for line in declared(formula.target.array)]
            if recurrence is None:
                first, *others = self.formula(formulas[0], None)
                yield from [first, *made, *others]
            else:
                yield from [*made, *self.over_time(recurrence, formulas)]

    def over_time(self, recurrence: Recurrence, formulas: Sequence[Formula]) -> Iterator[str]:
        """Yield a loop over time in which formulas are computed together."""
        steps = lengths(self.program.shapes[formulas[0].target.array])[recurrence.axis]
        step = formulas[0].indices[recurrence.axis]
        yield self.dialect.loop(self.names[step.name], steps, reverse=recurrence.reverse)
        for formula in formulas:
            yield from indented(self.formula(formula, recurrence))
        yield "}"

    def formula(self, formula: Formula, recurrence: Recurrence | None) -> Iterator[str]:
        """Yield a formula as a comment, and its loops."""
        step = formula.indices[recurrence.axis] if recurrence else None
        of_step = [*self._of_step] if recurrence else []
        yield f"// {comment(formula)}"
        program, whole = self.program, self.program.whole
        yield from LoopFormula(formula, program.shapes, self.names, self.dialect, step, of_step, whole).lines()
