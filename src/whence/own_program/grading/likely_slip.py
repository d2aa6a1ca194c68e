"""The likely slip in a program: the one that gives its numbers when it is made in the right step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.own_program.grading.conventions import Reading
from whence.own_program.reference import Reference
from whence.own_program.slips import Change, slips


@dataclass(frozen=True)
class LikelySlip:
    """A slip that reproduces the numbers of a program.

    Parameters
    ----------
    id : str
        Its name in `whence.own_program.slips`.
    array : str
        Where it is made, by the textbook's name.
    reproduced : int
        How many arrays of the program it reproduces, with what is computed from it.
    """

    id: str
    array: str
    reproduced: int


def likely_slip(reading: Reading, first: str) -> LikelySlip | None:
    """Return the slip that gives the first wrong array of a program, and the most of those after it.

    Parameters
    ----------
    reading : Reading
        The program under its conventions.
    first : str
        Its first wrong array.
    """
    program, step = reading.program, reading.reference
    places = {*step.origins_of(first, program.raw), "y"}
    found: list[LikelySlip] = []
    for slip, (name, array) in _changes(step):
        if name not in places:
            continue
        with np.errstate(all="ignore"):
            arrays = step.changed({name: array}, until=first) if name != first else {name: array}
            if first not in arrays or not program.agrees(first, arrays[first], step):
                continue
            reproduced = _reproduced(reading, step.changed({name: array}))
        found.append(LikelySlip(slip, name, reproduced))
    if restored := _parameters_after_update(reading):
        found.append(restored)
    return max(found, key=lambda slip: slip.reproduced, default=None)


def slip_in_targets(step: Reference, own: Array) -> LikelySlip | None:
    """Return the slip by which targets of a program, as class numbers or one-hot, differ from those it began with."""
    theirs = _classes(own)
    for slip, (name, array) in _changes(step):
        if name == "y" and np.array_equal(_classes(array), theirs):
            return LikelySlip(slip, "y", 1)
    return None


def _classes(y: Array) -> Array:
    return y if y.ndim == 1 else y.argmax(axis=-1)


def _changes(step: Reference) -> Iterator[tuple[str, Change]]:
    with np.errstate(all="ignore"):
        for name, slip in slips.items():
            for change in slip(step):
                yield name, change


def _reproduced(reading: Reading, arrays: Mapping[str, Array]) -> int:
    return sum(
        name in arrays and reading.program.agrees(name, arrays[name], reading.reference) for name in reading.program.raw
    )


def _parameters_after_update(reading: Reading) -> LikelySlip | None:
    """Return in-place aliasing of parameters, if the step from those before the update is the program's."""
    step, program = reading.reference, reading.program
    given = {name: array for name, array in step.arrays.items() if name not in step.formulas}
    moved = {
        name: given[name] + step.learning_rate * program.arrays[f"d{name}"]
        for name in step.parameters
        if f"d{name}" in program.arrays
    }
    for before in (moved, *({name: array} for name, array in moved.items())):
        reproduced = _reproduced(reading, step.made_from({**given, **before}))
        if reproduced == len(program.raw):
            return LikelySlip("in-place-aliasing", next(iter(before)), reproduced)
    return None
