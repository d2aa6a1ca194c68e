"""A trace with its samples as rows or as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from whence.arrays import Array
from whence.formula import Affine, Entry, Expression, Formula
from whence.trace import Origin, Trace
from whence.views.mathematics.orientation import SAMPLES, arrays_in_columns, expression_in_columns, formula_in_columns


@dataclass(frozen=True)
class OrientedTrace:
    """A trace with its formulas and arrays, transposed if samples are columns."""

    trace: Trace
    rows: bool
    formulas: Mapping[str, Formula]
    arrays: Mapping[str, Array]

    @classmethod
    def of(cls, trace: Trace, *, rows: bool) -> OrientedTrace:
        """Return a trace with samples as rows or as columns."""
        if rows:
            return cls(trace, True, trace.formulas, trace.arrays)
        transposed = {name: formula_in_columns(formula) for name, formula in trace.formulas.items()}
        return cls(trace, False, transposed, arrays_in_columns(trace.arrays, trace.formulas))

    def turned(self, expression: Expression) -> Expression:
        """Return a part of a formula of the trace with samples as rows or as columns."""
        return expression if self.rows else expression_in_columns(expression)

    def shape(self, name: str) -> str:
        """Return an array's shape, with N for the number of samples: ``"N × 96"``."""
        axes = zip(self.letters(name), self.arrays[name].shape, strict=True)
        return " × ".join("N" if letter == SAMPLES else str(length) for letter, length in axes)

    def letters(self, name: str) -> list[str | None]:
        """Return the index letter of each axis of an array, from its formula or those that read it, where known."""
        entries = [self.formulas[name].target] if name in self.formulas else self.uses(name)
        rank = self.arrays[name].ndim
        found: list[str | None] = [None] * rank
        for entry in entries:
            for axis, subscript in enumerate(entry.subscripts):
                if isinstance(subscript, Affine) and subscript.bare is not None:
                    found[axis] = found[axis] or subscript.bare.name
        if rank and self.trace.origins[name].phase == "data":
            found[0 if self.rows or rank == 1 else -1] = SAMPLES
        return found

    def computed(self, phase: str) -> list[tuple[str, Origin]]:
        """Return the arrays that were computed in a phase of the step, with their origins."""
        origins = self.trace.origins.items()
        return [(name, origin) for name, origin in origins if origin.phase == phase and name in self.trace.formulas]

    def made(self, phase: str, position: int | None) -> list[str]:
        """Return the arrays that were computed in a phase of the step, in a layer or else in none."""
        return [name for name, origin in self.computed(phase) if origin.layer == position]

    def place(self, name: str, index: tuple[int, ...]) -> tuple[int, ...]:
        """Return where an entry of an array of the trace is."""
        if self.rows or len(index) < 2:
            return index
        if len(index) == 2:
            return index[::-1]
        return (*index[1:], index[0]) if self.letters(name)[-1] == SAMPLES else index

    def is_column(self, name: str) -> bool:
        """Return whether an array with one axis is a column: one over samples if samples are rows, otherwise others."""
        return (self.shape(name) == "N") == self.rows

    def largest(self, name: str) -> tuple[int, ...]:
        """Return the index of the entry of an array with the largest absolute value."""
        array = self.arrays[name]
        return tuple(map(int, np.unravel_index(int(np.argmax(np.abs(array))), array.shape)))

    def uses(self, name: str) -> list[Entry]:
        """Return the entries of an array on the right-hand sides of all formulas."""
        return self._sources.get(name, [])

    @cached_property
    def _sources(self) -> dict[str, list[Entry]]:
        """The entries on the right-hand sides of all formulas, by their arrays."""
        found: dict[str, list[Entry]] = {}
        for formula in self.formulas.values():
            for entry in formula.sources:
                found.setdefault(entry.array, []).append(entry)
        return found
