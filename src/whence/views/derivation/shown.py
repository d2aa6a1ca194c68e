"""A trace as a derivation shows it: with its samples as rows or as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Formula, walk
from whence.trace import Trace
from whence.views.mathematics.orientation import arrays_in_columns, formula_in_columns

SAMPLES = "n"


@dataclass(frozen=True)
class Shown:
    """The formulas and arrays of a trace, turned if samples are to be columns.

    Parameters
    ----------
    trace : Trace
        The trace.
    rows : bool
        Whether samples are rows.
    formulas : mapping of str to Formula
        Its formulas.
    arrays : mapping of str to array
        Its arrays.
    """

    trace: Trace
    rows: bool
    formulas: Mapping[str, Formula]
    arrays: Mapping[str, Array]

    @classmethod
    def of(cls, trace: Trace, *, rows: bool) -> Shown:
        """Return a trace with samples as rows or as columns."""
        if rows:
            return cls(trace, True, trace.formulas, trace.arrays)
        turned = {name: formula_in_columns(formula) for name, formula in trace.formulas.items()}
        return cls(trace, False, turned, arrays_in_columns(trace.arrays, trace.formulas))

    def shape(self, name: str) -> str:
        """Return an array's shape, with N for the axis of samples: ``"N × 96"``."""
        formula = self.formulas.get(name)
        lengths = [str(length) for length in self.arrays[name].shape]
        if formula is not None:
            for axis, index in enumerate(formula.indices):
                if index.name == SAMPLES:
                    lengths[axis] = "N"
        elif self.trace.origins[name].phase == "data" and lengths:
            lengths[0 if self.rows or len(lengths) == 1 else -1] = "N"
        return " × ".join(lengths)

    def is_column(self, name: str) -> bool:
        """Return whether an array with one axis stands upright, as one over samples does where samples are rows."""
        return (self.shape(name) == "N") == self.rows

    def largest(self, name: str) -> tuple[int, ...]:
        """Return the place of the largest entry of an array, by size."""
        array = self.arrays[name]
        place = np.unravel_index(int(np.argmax(np.abs(array))), array.shape)
        return tuple(int(axis) for axis in place)

    def read_by(self, name: str) -> set[str]:
        """Return the names of the arrays that a formula reads."""
        return {node.array for node in walk(self.formulas[name].expression) if isinstance(node, Entry)}
