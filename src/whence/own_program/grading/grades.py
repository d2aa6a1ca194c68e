"""The grade of a program: the verdict on each of its arrays, its first wrong cell, its conventions and likely slip."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from whence.arrays import Shape
from whence.drawings import drawings
from whence.formula.cell import cell_name
from whence.own_program.given import Given
from whence.own_program.grading.conventions import Convention
from whence.own_program.grading.following import Verdict
from whence.own_program.grading.likely_slip import LikelySlip
from whence.trace import Trace


@dataclass(frozen=True)
class GradedArray:
    """The verdict on one array of a program.

    Parameters
    ----------
    name : str
        Its name in textbooks, as in traces: ``"dz1"``.
    own : str
        Its name in the program.
    verdict : str
        ``"right"``; ``"follows"``, if it is right given the program's own earlier arrays; or ``"wrong"``.
    factor : float
        How many times the textbook's array it is by a convention.
    """

    name: str
    own: str
    verdict: Verdict
    factor: float = 1.0


@dataclass(frozen=True)
class WrongCell:
    """The first wrong cell of a program.

    Parameters
    ----------
    name, own : str
        Its array, by the textbook's name and the program's.
    index, own_index : tuple of int
        Its place in the layout of whence, and in the program's; empty if the array has another shape.
    here, there : float or None
        The right number in the program's scale, and the program's; None if the array has another shape.
    shape, own_shape : tuple of int
        The right shape, and that of the program's array.
    """

    name: str
    own: str
    index: tuple[int, ...]
    own_index: tuple[int, ...]
    here: float | None
    there: float | None
    shape: Shape
    own_shape: Shape

    @property
    def text(self) -> str:
        """The cell as it is written: ``dW1[3,5]``."""
        return cell_name(self.name, self.index) if self.here is not None else self.name


@dataclass(frozen=True, eq=False)
class Grade:
    """What is right and wrong in a program.

    Parameters
    ----------
    trace : Trace
        The step that the program should have made, for every view.
    given : Given
        What it was made from, and how the program lays out its arrays.
    arrays : tuple of GradedArray
        The arrays that were compared, in the order of computation.
    conventions : tuple of Convention
        Factors of its arrays that are no slips.
    cell : WrongCell or None
        The first wrong cell.
    slip : LikelySlip or None
        The slip that gives the program's numbers, if one of `whence.own_program.slips` does.
    unknown : tuple of str
        Arrays of the program that were not recognised.
    """

    trace: Trace
    given: Given
    arrays: tuple[GradedArray, ...]
    conventions: tuple[Convention, ...]
    cell: WrongCell | None
    slip: LikelySlip | None
    unknown: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether all arrays that were compared are right."""
        return self.cell is None

    @property
    def first_wrong(self) -> str | None:
        """The first wrong array in the order of computation, by the textbook's name."""
        return self.cell.name if self.cell else None

    def to_json(self) -> dict[str, Any]:
        """Return the grade as JSON, with null for a number that is not finite."""
        cell = self.cell
        return {
            "right": self.right,
            "arrays": [
                {"name": each.name, "own": each.own, "verdict": each.verdict, "factor": each.factor}
                for each in self.arrays
            ],
            "first_wrong": self.first_wrong,
            "own_name": cell and cell.own,
            "cell": cell
            and {
                "name": cell.text,
                "index": list(cell.index),
                "own_index": list(cell.own_index),
                "expected": _finite(cell.here),
                "found": _finite(cell.there),
                "shape": list(cell.shape),
                "own_shape": list(cell.own_shape),
            },
            "slip": self.slip and self.slip.id,
            "slip_in": self.slip and self.slip.array,
            "conventions": [
                *self.layout,
                *(
                    {"id": each.id, "factor": each.scale.value, "text": each.scale.text, "arrays": list(each.arrays)}
                    for each in self.conventions
                ),
            ],
            "names": {own: name for name, own in self.given.names.items()}
            | {each.own: each.name for each in self.arrays},
            "unknown": list(self.unknown),
        }

    @property
    def layout(self) -> list[dict[str, str]]:
        """The conventions of the program's layout."""
        layout = self.given.layout
        found = {"samples-as-columns": layout.columns, "weights-out-in": layout.out_in}
        return [{"id": name} for name, used in {**found, "channels-first": layout.channels_first}.items() if used]

    def __str__(self) -> str:
        return drawings["grade"](self)


def _finite(number: float | None) -> float | None:
    """Return a number that JSON has, or None."""
    return number if number is not None and math.isfinite(number) else None
