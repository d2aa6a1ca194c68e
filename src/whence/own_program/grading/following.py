"""A program followed through its step: what each array should be, given those that the program computed before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from whence.arrays import Array
from whence.errors import FormulaError
from whence.own_program.grading.program_arrays import ProgramArrays
from whence.own_program.reference import Reference

Verdict: TypeAlias = Literal["right", "follows", "wrong"]
"""The right numbers; the right ones given the program's own earlier arrays, some of which are wrong; or neither."""


@dataclass(frozen=True, eq=False)
class Following:
    """What became of a program's arrays one after the other.

    Parameters
    ----------
    verdicts : dict of str to str
        The verdict on each array, by the textbook's names, in the order of computation.
    made : dict of str to array
        Each array that could be made from the program's own earlier ones.
    unlike : int
        How many arrays are not what they should be given these.
    """

    verdicts: dict[str, Verdict]
    made: dict[str, Array]
    unlike: int

    @property
    def first_wrong(self) -> str | None:
        """The first array that does not have the right numbers."""
        return next((name for name, verdict in self.verdicts.items() if verdict != "right"), None)


def follow(reference: Reference, program: ProgramArrays) -> Following:
    """Make each array from the program's own earlier ones, and compare."""
    verdicts: dict[str, Verdict] = {}
    made: dict[str, Array] = {}
    unlike = 0
    own = {name: array for name, array in reference.arrays.items() if name not in reference.formulas}
    for name in reference.formulas:
        try:
            made[name] = reference.value(name, own)
        except FormulaError:
            made.pop(name, None)
        if name in program.raw:
            given_its_inputs = name in made and program.agrees(name, made[name], reference)
            unlike += not given_its_inputs
            right = program.agrees(name, reference.arrays[name], reference)
            verdicts[name] = "right" if right else "follows" if given_its_inputs else "wrong"
        if name in program.arrays:
            own[name] = program.arrays[name]
        elif name in made:
            own[name] = made[name]
    return Following(verdicts, made, unlike)
