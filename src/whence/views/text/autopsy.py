"""How a number that is not finite came about, as text: the first bad cell, and what made it so."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.formula import Cell, write, write_number
from whence.formula.evaluate import value_of
from whence.formula.expressions import Reduction
from whence.formula.numbers import in_numbers
from whence.history import Autopsy
from whence.history.autopsy import pole_of
from whence.views.text.bars import Paint
from whence.views.text.given import say_given
from whence.views.texts import Language, Texts

_TERMS = 2


@checks_arguments
def autopsy_text(found: Autopsy, *, language: Language = "en", paint: Paint = lambda text, role: text) -> str:
    """Return how a number that is not finite came about, for a terminal.

    Parameters
    ----------
    found : Autopsy
        What was found.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    paint : callable
        Colours parts of the text; by default there are no colours.
    """
    texts, first = Texts("why", language), found.chain[0]
    title = "autopsy.title" if found.was_made else "autopsy.not_made"
    lines = [texts(title, step=found.step, cell=first.name), "", *_cell(found, first, texts, paint)]
    if reason := _reason(found, texts):
        lines.append(f"{' ' * len(first.name)}   {paint(reason, 'faint')}")
    if len(found.chain) > 1:
        lines += ["", texts("autopsy.because")]
        for cell in found.chain[1:]:
            lines += _cell(found, cell, texts, paint)
    return "\n".join(lines)


@checks_arguments
def autopsy_json(found: Autopsy, *, language: Language = "en") -> dict[str, Any]:
    """Return the content of `autopsy_text` as JSON: ``step``, ``was_made``, ``reason``, and for each cell of the
    ``chain`` its ``cell``, ``value``, ``formula`` and ``numbers``, or what is ``given``.
    """
    texts = Texts("why", language)
    chain = [
        {"cell": cell.name, "value": write_number(cell.value)}
        | ({"given": _given(found, cell, texts)} if cell.formula is None else _formula(cell, texts))
        for cell in found.chain
    ]
    return {"step": found.step, "was_made": found.was_made, "reason": _reason(found, texts), "chain": chain}


def _formula(cell: Cell, texts: Texts) -> dict[str, str]:
    return {"formula": cell.text, "numbers": cell.in_numbers(terms=_TERMS, words=texts.terms).text}


def _cell(found: Autopsy, cell: Cell, texts: Texts, paint: Paint) -> list[str]:
    """Return the lines on a cell."""
    name, margin = paint(cell.name, "cell"), " " * len(cell.name)
    if cell.formula is None:
        return [f"{name} = {write_number(cell.value)}{texts('comma')}{_given(found, cell, texts)}"]
    shown = cell.in_numbers(terms=_TERMS, words=texts.terms)
    return [f"{name} = {write(cell.inside)}", f"{margin} = {shown.text}", f"{margin} {shown.sign} {shown.result}"]


def _given(found: Autopsy, cell: Cell, texts: Texts) -> str:
    given = say_given(found.trace, cell.array, cell.index, texts.language)
    if found.began_as is None or cell is not found.chain[-1]:
        return given
    return texts("autopsy.began", given=given, value=write_number(found.began_as))


def _reason(found: Autopsy, texts: Texts) -> str:
    """Return which part of the first cell's formula is not finite, and why; empty if its formula does not tell."""
    if found.culprit is None:
        return ""
    is_sum = isinstance(found.culprit, Reduction)
    part = texts("autopsy.sum") if is_sum else in_numbers(found.culprit, found.trace, terms=_TERMS).text
    if math.isnan(value_of(found.culprit, found.trace)):
        return texts("autopsy.undefined", part=part)
    if pole_of(found.culprit, found.trace) is not None:
        return texts("autopsy.pole", part=part)
    precision = found.trace[found.chain[0].array].dtype
    largest = write_number(float(np.finfo(precision).max))
    return texts("autopsy.beyond", part=part, largest=largest, precision=precision)
