"""Arrays computed from formulas alone, one after the other: slow, obvious, and always in float64."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import FormulaError
from whence.formula.evaluate import Arrays, evaluate
from whence.formula.expressions import Formula
from whence.formula.formulas import Recurrence
from whence.formula.shapes import find_shapes


def compute(
    formulas: Sequence[Formula],
    arrays: Arrays,
    recurrences: Sequence[Recurrence] = (),
    shapes: Mapping[str, Shape] | None = None,
) -> dict[str, Array]:
    """Return the arrays that formulas compute.

    Parameters
    ----------
    formulas : sequence of Formula
        In the order of computation.
    arrays : mapping of str to array
        Every array that they read and do not compute.
    recurrences : sequence of Recurrence
        Which of the computed arrays depend on each other over time.
    shapes : mapping of str to tuple of int, optional
        The shapes of computed arrays as far as they do not follow from the formulas.

    Returns
    -------
    dict of str to float64 array
        The computed arrays by name.

    Raises
    ------
    FormulaError
        As for `evaluate`, or if an array is made twice, or read before it is made other than in a recurrence.

    Notes
    -----
    Arrays that depend on each other over time are zero at first, and computed as often as there are time steps: each
    time one time step more of them is right.
    """
    lengths = find_shapes(formulas, {**(shapes or {}), **{name: np.shape(array) for name, array in arrays.items()}})
    known = {**{formula.target.array: np.zeros(lengths[formula.target.array]) for formula in formulas}, **arrays}
    together = {name: recurrence for recurrence in recurrences for name in recurrence.arrays}
    _require_order(formulas, {*arrays}, together)
    made: dict[str, Array] = {}
    for formula in formulas:
        name = formula.target.array
        if name in made:
            continue
        recurrence = together.get(name)
        group = [formula] if recurrence is None else [f for f in formulas if f.target.array in recurrence.arrays]
        for _ in range(1 if recurrence is None else known[name].shape[recurrence.axis]):
            for each in group:
                known[each.target.array] = made[each.target.array] = evaluate(each, known)
    return made


def _require_order(formulas: Sequence[Formula], known: set[str], together: Mapping[str, Recurrence]) -> None:
    """Raise `FormulaError` if a formula reads what is made by a later one, or makes what another has made."""
    made: set[str] = set()
    computed = {formula.target.array for formula in formulas}
    for formula in formulas:
        name = formula.target.array
        if name in made:
            raise FormulaError(f"two formulas make {name}; give the second a name of its own")
        beside = {*together[name].arrays} if name in together else set()
        early = {entry.array for entry in formula.sources} & computed - made - known - beside
        made.add(name)
        for array in sorted(early):
            raise FormulaError(
                f"the formula of {name} reads {array} before it is made; state the formulas in the order of "
                "computation, with a Recurrence for arrays that depend on their own time steps"
            )
