"""The arrays of a program by their names in textbooks, and how they compare with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.own_program.grading.precision import Precision
from whence.own_program.program_step import ProgramStep
from whence.own_program.reference import Reference


@dataclass(frozen=True, eq=False)
class ProgramArrays:
    """What a program computed, in the layout of whence.

    Parameters
    ----------
    own : dict of str to str
        The name in the program of each array, by the textbook's; of several, the first.
    arrays : dict of str to array
        The arrays by the textbook's names, those of the right shape.
    raw : dict of str to array
        The same, and those of other shapes, as the program has them.
    precision : Precision
        That of the program.
    """

    own: dict[str, str]
    arrays: dict[str, Array]
    raw: dict[str, Array]
    precision: Precision

    @classmethod
    def of(cls, step: ProgramStep, program: Mapping[str, Array]) -> ProgramArrays:
        """Return the computed arrays of a program."""
        own: dict[str, str] = {}
        for finding in step.comparison.findings:
            if finding.name != "y":
                own.setdefault(finding.name, finding.own)
        as_here = step.comparison.as_here
        arrays = {name: np.asarray(as_here[mine], np.float64) for name, mine in own.items() if mine in as_here}
        raw = {name: np.asarray(program[mine]) for name, mine in own.items()}
        return cls(own, arrays, raw, Precision.of(map(np.asarray, program.values())))

    def scaled(self, factors: Mapping[str, float]) -> ProgramArrays:
        """Return the arrays divided by the factor of each."""
        arrays = {name: array / factors.get(name, 1.0) for name, array in self.arrays.items()}
        raw = {name: array / factors[name] if name in factors else array for name, array in self.raw.items()}
        return ProgramArrays(self.own, arrays, raw, self.precision)

    def without(self, name: str) -> ProgramArrays:
        """Return the arrays but one."""
        arrays, raw = ({other: array for other, array in of.items() if other != name} for of in (self.arrays, self.raw))
        return ProgramArrays(self.own, arrays, raw, self.precision)

    def agrees(self, name: str, here: Array, reference: Reference) -> bool:
        """Return whether an array of the program is one that was computed here."""
        own = self.arrays.get(name)
        if own is None or own.shape != here.shape:
            return here.shape != reference.arrays[name].shape and self._agrees_as_it_is(name, here)
        own = np.where(reference.without_effect(name), here, own)
        before = name.removesuffix("_new")
        if name.endswith("_new") and before in reference.arrays:
            return self.precision.same_update(own, here, reference.arrays[before])
        return self.precision.equal(own, here, beside=reference.summands(name))

    def _agrees_as_it_is(self, name: str, here: Array) -> bool:
        """Return whether an array of another shape than the textbook's is one computed here, turned or not."""
        raw = np.squeeze(np.asarray(self.raw[name], np.float64))
        turned = (np.squeeze(here), np.squeeze(here).T)
        return raw.size > 0 and any(raw.shape == each.shape and self.precision.equal(raw, each) for each in turned)
