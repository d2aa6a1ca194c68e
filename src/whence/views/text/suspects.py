"""Suspect samples as text: who changed their loss, their targets, and what the network said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.formula import write_number
from whence.formula.digits import TableForm
from whence.history import Suspects
from whence.text_table import csv_for_people, text_table
from whence.views.texts import Language, Texts

_NUMBERS = ("met", "first", "others", "own", "last")
_LOSSES = TableForm(0, 3)


def suspects_json(
    found: Suspects,
    targets: Array,
    classes: tuple[str, ...] | None,
    place: Callable[[int], str] | None = None,
    *,
    count: PositiveInt = 20,
) -> list[dict[str, Any]]:
    """Return the most suspect samples as JSON, a record for each.

    Parameters
    ----------
    found : Suspects
        What was found; its ``said`` in the unit of the targets.
    targets : array, shape (N, ...)
        The targets of the training samples.
    classes : tuple of str, optional
        The names of the classes, if the targets are their numbers.
    place : callable, optional
        Says of the number of a sample where it is from, such as its file.
    count : int
        The largest number of samples.

    Returns
    -------
    list of dict
        ``sample``, its number; ``place``; ``target`` and ``rather``, what the network said instead, where a sample has
        one target: of classes the most probable other one; ``met``, ``first``, ``others``, ``own`` and ``last``.
    """
    records = []
    for row in map(int, found.order[:count]):
        record: dict[str, Any] = {"sample": row} | ({} if place is None else {"place": place(row)})
        if targets[row].size == 1:
            record |= dict(zip(("target", "rather"), _target_and_rather(found, row, targets, classes), strict=True))
        records.append(record | {name: float(getattr(found, name)[row]) for name in _NUMBERS})
    return records


def suspects_csv(records: list[dict[str, Any]]) -> str:
    """Return what `suspects_json` does as a table with the names of its columns in the first row."""
    return csv_for_people(list(records[0]), records)


@checks_arguments
def suspects_text(
    found: Suspects,
    targets: Array,
    classes: tuple[str, ...] | None,
    place: Callable[[int], str] | None = None,
    *,
    count: PositiveInt = 20,
    language: Language = "en",
) -> str:
    """Return the most suspect samples as a table for a terminal, and which classes stand for which others in it.

    Parameters
    ----------
    found, targets, classes, place, count
        As for `suspects_json`.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("suspects", language)
    records = suspects_json(found, targets, classes, place, count=count)
    words = [name for name in records[0] if name not in _NUMBERS]
    rows = [
        [*(_written(each[name]) for name in words), *(_LOSSES.write(each[name]) for name in _NUMBERS)]
        for each in records
    ]
    header = [texts(f"column.{name}") for name in records[0]]
    lines = [texts("title", count=len(found.last)), "", text_table(header, rows, left=len(words))]
    if classes is not None and "rather" in records[0]:
        pairs = Counter((each["target"], each["rather"]) for each in records)
        shown = [texts("pair", target=pair[0], rather=pair[1], count=number) for pair, number in pairs.most_common(8)]
        lines += ["", texts("pairs", pairs=texts.listed(shown))]
    lines += ["", texts("explanation")]
    return "\n".join([*lines, *([texts("scales")] if found.given_scales else [])])


def _target_and_rather(
    found: Suspects, row: int, targets: Array, classes: tuple[str, ...] | None
) -> tuple[str | float, str | float]:
    """Return the target of a sample and what the network said instead."""
    target, said = targets[row].item(), found.said[row]
    if classes is None:
        return target, said.item()
    return classes[target], classes[np.where(np.arange(len(said)) == target, -np.inf, said).argmax()]


def _written(value: object) -> str:
    return write_number(value) if isinstance(value, float) else str(value)
