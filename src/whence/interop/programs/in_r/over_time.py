"""Formulas in R that depend on each other over time: a loop over time steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whence.arrays import Shape
from whence.formula import Formula, Recurrence
from whence.interop.programs.comments import comment
from whence.interop.programs.in_r.formula import RFormula
from whence.interop.programs.loops import indented
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
        As for `RFormula`.
    """
    of_step = {*recurrence.arrays} - {*kept}
    step = formulas[0].indices[recurrence.axis]
    order = f"seq_len({lengths(shapes[formulas[0].target.array])[recurrence.axis]})"
    lines = [f"{names[array]} <- array(0, c({', '.join(map(str, lengths(shapes[array])))}))" for array in sorted(kept)]
    lines.append(f"for ({names[step.name]} in {f'rev({order})' if recurrence.reverse else order}) {{")
    helpers: set[str] = set()
    for formula in formulas:
        writer = RFormula(formula, shapes, names, step, of_step)
        lines += [f"  # {comment(formula)}", *indented(narrow(writer.lines()), "  ")]
        helpers |= writer.helpers
    return [*lines, "}"], helpers


def narrow(lines: Sequence[str]) -> list[str]:
    """Return lines indented by two spaces at each level, as is usual in R."""
    return [" " * ((len(line) - len(line.lstrip())) // 2) + line.lstrip() for line in lines]
