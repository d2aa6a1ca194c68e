"""The backward formulas of what states only its forward ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from whence.arrays import Shape
from whence.formula.derive.gradients import gradients
from whence.formula.formulas import Formulas, Recurrence


def with_backward(
    formulas: Formulas, output: str, wanted: Iterable[str], shapes: Mapping[str, Shape] | None = None
) -> Formulas:
    """Return formulas with backward ones that are derived from the forward ones.

    Parameters
    ----------
    formulas : Formulas
        The formulas; backward ones are replaced.
    output, wanted, shapes
        As for `gradients`.

    Returns
    -------
    Formulas
        Deltas depend on each other back over time where arrays do so over time.

    Raises
    ------
    FormulaError
        If a formula cannot be differentiated.
    """
    backward = [gradient.formula for gradient in gradients(formulas.forward, output, wanted, shapes)]
    forward_only = {formula.target.array for formula in formulas.forward}
    recurrences = [each for each in formulas.recurrences if forward_only.issuperset(each.arrays)]
    back_over_time = []
    for recurrence in recurrences:
        deltas = {f"{mark}{array}" for array in recurrence.arrays for mark in "dδ"}
        order = tuple(formula.target.array for formula in backward if formula.target.array in deltas)
        back_over_time += [Recurrence(order, recurrence.axis, not recurrence.reverse)] if order else []
    return replace(formulas, backward=backward, recurrences=[*recurrences, *back_over_time])
