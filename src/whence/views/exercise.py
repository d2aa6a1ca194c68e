"""Exercises: a training step in which the cells of one chain, from a weight to the loss and back, are left blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whence.arguments import NotNegativeInt, checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError, TooLargeError
from whence.formula import Entry
from whence.formula.evaluate import Source, evaluate
from whence.trace import Trace
from whence.trace.cell_chain import cell_chain

_MOST_TERMS = 40
"""How many numbers a person adds up for one cell."""
_EVERYWHERE = (0.0, 1.0)
"""Numbers that so many cells have that they give nothing away."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Exercise:
    """A training step, and its cells that are to be computed by hand.

    Parameters
    ----------
    trace : Trace
        The step with all its numbers.
    seed : int
        What the cells were chosen by.
    blanks : tuple of Source
        The cells, in the order of computation.
    """

    trace: Trace
    seed: int
    blanks: tuple[Source, ...]

    @cached_property
    def answers(self) -> tuple[float, ...]:
        """The numbers of the cells."""
        return tuple(float(self.trace[name][index]) for name, index in self.blanks)

    @property
    def by_array(self) -> dict[str, list[tuple[int, ...]]]:
        """The indices of the cells by the names of their arrays."""
        found: dict[str, list[tuple[int, ...]]] = {}
        for name, index in self.blanks:
            found.setdefault(name, []).append(index)
        return found

    @cached_property
    def hidden(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which entries of computed arrays are blank, or give a blank away: they hold its number, or less its sign."""
        telling = np.setdiff1d(np.abs(self.answers), _EVERYWHERE)
        floating = [name for name in self.trace.formulas if self.trace[name].dtype.kind == "f"]
        masks = {name: _is_one_of(np.abs(self.trace[name]), telling) for name in floating}
        for name, index in self.blanks:
            masks[name][index] = True
        return {name: mask for name, mask in masks.items() if mask.any()}

    @cached_property
    def blanked(self) -> Trace:
        """The step with NaN in place of the hidden numbers."""
        arrays = {name: np.where(mask, np.nan, self.trace[name]) for name, mask in self.hidden.items()}
        kept = {name: arrays.get(name, array).astype(array.dtype) for name, array in self.trace.arrays.items()}
        return replace(self.trace, arrays=kept)

    @cached_property
    def unfinished(self) -> Trace:
        """The step with NaN also in place of all numbers that are computed from hidden ones."""
        arrays, known = dict(self.blanked.arrays), -1
        while known != (known := sum(int(np.isfinite(array).sum()) for array in arrays.values())):
            for name, formula in self.trace.formulas.items():
                if (own := arrays[name]).dtype.kind == "f":
                    arrays[name] = np.where(np.isnan(evaluate(formula, arrays)), np.nan, own).astype(own.dtype)
        return replace(self.trace, arrays=arrays)


@checks_arguments
def make_exercise(traces: Sequence[Trace], seed: NotNegativeInt) -> Exercise:
    """Return an exercise on a training step.

    Parameters
    ----------
    traces : sequence of Trace
        The step, alone.
    seed : int
        Which chain of cells is left blank: the same number gives the same, another one another.

    Raises
    ------
    TooLargeError
        If a cell of the chain is computed from too many numbers to do it by hand.
    ArgumentError
        If there are several steps, every gradient is zero, or a number of the chain is not finite.
    """
    if len(traces) != 1:
        raise ArgumentError(f"an exercise is on one training step, but {len(traces)} were given; take one")
    [trace] = traces
    blanks = []
    for name, index in cell_chain(trace, seed=seed).computed:
        cell = trace.cell(name, *index)
        if not np.isfinite(cell.value):
            raise ArgumentError(f"{cell.name} is {cell.value}, which nobody can compute by hand; take another step")
        if (terms := int(np.count_nonzero(cell.terms.values))) > _MOST_TERMS:
            raise TooLargeError(
                f"{cell.name} is computed from {terms:,} numbers, more than the {_MOST_TERMS} that an exercise may ask "
                'for; take a network with fewer inputs and units, such as "4, 3 sigmoid, 2"'
            )
        if not isinstance(cell.filled, Entry):  # a copy of another cell is hidden with it
            blanks.append((name, index))
    return Exercise(trace, seed, tuple(blanks))


def _is_one_of(array: Array, numbers: Array) -> NDArray[np.bool_]:
    """Return which entries are one of a few numbers, but for rounding."""
    return np.asarray(np.isclose(array[..., np.newaxis], numbers, rtol=_ROUNDING, atol=0.0).any(axis=-1))
