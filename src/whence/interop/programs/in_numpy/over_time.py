"""Formulas in NumPy that depend on each other over time: a loop over time steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whence.arrays import Shape
from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment
from whence.interop.programs.in_numpy.formula import NumpyFormula
from whence.interop.programs.sizes import lengths


def over_time(
    recurrence: Recurrence,
    formulas: Sequence[Formula],
    kept: Collection[str],
    shapes: Mapping[str, Shape],
    names: Mapping[str, str],
) -> tuple[list[str], set[str]]:
    """Return the lines of formulas that are computed together, step by step, and the helpers that they call.

    Parameters
    ----------
    recurrence : Recurrence
        The arrays, and their axis of time.
    formulas : sequence of Formula
        Their formulas, in the order of computation at each step.
    kept : collection of str
        The arrays of which more than the present step is needed.
    shapes, names
        As for `NumpyFormula`.
    """
    of_step = {*recurrence.arrays} - {*kept}
    step = formulas[0].indices[recurrence.axis]
    name, steps = names[step.name], lengths(shapes[formulas[0].target.array])[recurrence.axis]
    body: list[str] = []
    grids: list[str] = []
    helpers: set[str] = set()
    for formula in formulas:
        writer = NumpyFormula(formula, shapes, names, step, of_step, kept)
        code = writer.code()
        helpers |= writer.helpers
        grids += writer.grids()
        target = names[formula.target.array]
        places = ", ".join([*":" * recurrence.axis, name])
        body.append(f"# {comment(formula)}")
        body.append(f"{target} = {code}" if formula.target.array in of_step else f"{target}[{places}] = {code}")
    lines = [*dict.fromkeys(grids)]
    for array in sorted(kept):
        sizes = [str(length) for length in lengths(shapes[array])]
        sizes[recurrence.axis] = str(steps + 1) if isinstance(steps, int) else f"{steps} + 1"
        lines.append(f"{names[array]} = np.zeros(({', '.join(sizes)}))  # one step more, which stays zero")
    order = f"range({steps})"
    lines.append(f"for {name} in {f'reversed({order})' if recurrence.reverse else order}:")
    lines += [f"    {line}" for line in body]
    cut = ", ".join([*":" * recurrence.axis, ":-1"])
    return [*lines, *(f"{names[array]} = {names[array]}[{cut}]" for array in sorted(kept))], helpers
