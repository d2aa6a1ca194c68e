"""A program followed through its step: what each array should be, given those that the program computed before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
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
    return Follower(reference, program).follow()


class Follower:
    """Follows a program with one choice of factors after another; what several have alike is made once.

    Parameters
    ----------
    reference : Reference
        The step that it should have made.
    program : ProgramArrays
        What it computed.
    """

    def __init__(self, reference: Reference, program: ProgramArrays) -> None:
        self.reference, self.program = reference, program
        written = {
            name: {source.array for source in formula.sources} for name, formula in reference.trace.formulas.items()
        }
        self._reads = {name: (*(read | written[name]),) for name, read in reference.reads.items()}
        self._followed: dict[tuple[object, ...], _Followed] = {}
        self._versions: dict[tuple[object, ...], int] = {}

    def follow(self, factors: Mapping[str, float] = MappingProxyType({})) -> Following:
        """Make each array from the program's own earlier ones, divided by their factors, and compare."""
        own = {name: array for name, array in self.reference.arrays.items() if name not in self.reference.formulas}
        versions: dict[str, int] = {}
        found: dict[str, _Followed] = {}
        for name, read in self._reads.items():
            factor = factors.get(name, 1.0)
            key = (name, factor, *map(versions.get, read))
            if key not in self._followed:
                self._followed[key] = self._made(name, factor, own)
            each = found[name] = self._followed[key]
            if each.own is not None:
                own[name] = each.own
            version = (name, factor) if name in self.program.arrays else key
            versions[name] = self._versions.setdefault(version, len(self._versions))
        verdicts = {name: each.verdict for name, each in found.items() if each.verdict is not None}
        made = {name: each.made for name, each in found.items() if each.made is not None}
        return Following(verdicts, made, sum(each.unlike for each in found.values()))

    def _made(self, name: str, factor: float, before: Mapping[str, Array]) -> _Followed:
        """Return one array, made from those before it, beside the program's."""
        reference, program = self.reference, self.program.scaled({name: factor} if factor != 1 else {})
        made = None
        with contextlib.suppress(FormulaError):
            made = reference.value(name, before)
        own = program.arrays.get(name, made)
        if name not in program.raw:
            return _Followed(made, own, None, unlike=False)
        follows = made is not None and program.agrees(name, made, reference)
        right = program.agrees(name, reference.arrays[name], reference)
        return _Followed(made, own, "right" if right else "follows" if follows else "wrong", unlike=not follows)


@dataclass(frozen=True, eq=False)
class _Followed:
    """One array: as it was made, as later ones read it, the verdict if the program has it, and whether it is unlike."""

    made: Array | None
    own: Array | None
    verdict: Verdict | None
    unlike: bool
