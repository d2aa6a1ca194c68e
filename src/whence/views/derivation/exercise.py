"""A derivation as an exercise: blanks for the numbers of one chain of cells, and the key with their arithmetic."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.formula.cell import recorded_cell
from whence.formula.layout import Operator, Row, Word
from whence.trace import Trace
from whence.views.derivation.derive import derive
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Block, Derivation, Numbers, Paragraph, Section
from whence.views.exercise import Exercise
from whence.views.mathematics.cell_form import cell_form
from whence.views.texts import Language, Texts

BLANK = "______"

_TERMS = 6


@checks_arguments
def derive_exercise(
    exercise: Exercise, *, rows: bool = True, language: Language = "en", solved: bool = False
) -> Derivation:
    """Return the derivation of an exercise's step with its numbers, after a list of the cells to compute.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    rows, language
        As for `derive`.
    solved : bool
        Whether it is the key, with the arithmetic of each cell in the list, or else has blanks.
    """
    trace = exercise.trace if solved else exercise.blanked
    derived = derive(trace, rows=rows, numbers=True, language=language)
    texts = Texts("exercise", language)
    told: list[Block] = [] if solved else [Paragraph((texts("fill in"),))]
    lines = [Numbers((), cell=line) for line in _lines(exercise, trace, rows=rows)]
    title = texts("key" if solved else "title", seed=exercise.seed)
    listed = replace(derived, sections=(Section(title, 2, (*told, *lines)), *derived.sections))
    return listed if solved else _with_blanks(listed)


def _lines(exercise: Exercise, trace: Trace, *, rows: bool) -> list[Row]:
    """Return the arithmetic of each cell."""
    oriented = OrientedTrace.of(trace, rows=rows)
    places = {name: np.arange(array.size).reshape(array.shape) for name, array in trace.items()}
    moved = OrientedTrace.of(replace(trace, arrays=places), rows=rows).arrays
    lines = []
    for name, index in exercise.blanks:
        own = tuple(map(int, np.argwhere(moved[name] == places[name][index])[0]))
        cell = recorded_cell(name, own, oriented.formulas[name], oriented.arrays)
        lines.append(cell_form(cell, terms=_TERMS))
    return lines


def _with_blanks(part: Any) -> Any:
    """Return a part of a derivation with blanks for unknown numbers, and without arithmetic that comes to one."""
    match part:
        case "NaN":
            return BLANK
        case Row((name, Operator("="), *_, Word("NaN"))):
            return Row((name, Operator("="), Word(BLANK)))
        case tuple():
            return tuple(map(_with_blanks, part))
        case _ if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{each.name: _with_blanks(getattr(part, each.name)) for each in fields(part)})
    return part
