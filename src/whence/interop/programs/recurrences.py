"""The order of computation: formulas alone, and those of arrays that depend on each other over time together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whence.formula import Affine, Entry, Formula, Recurrence


def groups(
    formulas: Sequence[Formula], recurrences: Sequence[Recurrence]
) -> Iterator[tuple[Recurrence | None, list[Formula]]]:
    """Yield formulas in the order of computation: each alone, or those of a recurrence together.

    Parameters
    ----------
    formulas : sequence of Formula
        In the order of computation.
    recurrences : sequence of Recurrence
        Which arrays are computed together.
    """
    together = {name: recurrence for recurrence in recurrences for name in recurrence.arrays}
    made: set[str] = set()
    for formula in formulas:
        name = formula.target.array
        if name in made:
            continue
        recurrence = together.get(name)
        if recurrence is None:
            yield None, [formula]
        else:
            own = [each for each in formulas if each.target.array in recurrence.arrays]
            made |= {each.target.array for each in own}
            yield recurrence, sorted(own, key=lambda each: recurrence.arrays.index(each.target.array))


def kept_over_time(recurrence: Recurrence, formulas: Sequence[Formula], output: str) -> set[str]:
    """Return the arrays of a recurrence that are read at another step or outside of it, or are the output.

    Of the others, nothing is needed after the step that they belong to.
    """
    kept = {output} & {*recurrence.arrays}
    for formula in formulas:
        inside = formula.target.array in recurrence.arrays
        step = formula.target.subscripts[recurrence.axis] if inside else None
        for entry in formula.sources:
            if entry.array in recurrence.arrays and not (inside and _is_at(entry, recurrence.axis, step)):
                kept.add(entry.array)
    return kept


def _is_at(entry: Entry, axis: int, step: object) -> bool:
    return isinstance(entry.subscripts[axis], Affine) and entry.subscripts[axis] == step
