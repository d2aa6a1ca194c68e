"""The target columns of a table: one of classes, or one or more of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from whence.data.labels import MOST_CLASS_NUMBERS, are_class_labels, encode_labels, positive_class
from whence.data.samples import LARGEST
from whence.data.tables.columns import Column, NumberColumn
from whence.data.tables.roles.column_names import numbered_families
from whence.data.tables.roles.numerals import PLAIN, Numerals
from whence.data.tables.roles.recognition import Recognised, as_categories, as_numbers, suitable
from whence.data.tables.roles.roles import Role
from whence.data.tables.roles.spellings import as_text, as_texts, categories_of, category_indices
from whence.data.tables.roles.wishes import Wishes
from whence.data.tables.table import Table
from whence.errors import ArgumentError, DataError
from whence.registry import unknown
from whence.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_LABEL_NAMES = ("label", "target", "class", "y")


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets in the rows of a table.

    Parameters
    ----------
    values : (N,) int64 or (N, K) float64 array
        Class indices, or numbers.
    classes : tuple of str or None
        The names of the classes; None for numbers.
    note : str
        What they were taken for.
    """

    values: Array
    classes: tuple[str, ...] | None
    note: str

    @property
    def known(self) -> Array:
        """A (N,) bool array that is true where no target is missing."""
        return np.asarray(self.values >= 0 if self.classes is not None else np.isfinite(self.values).all(axis=1))


def default_target(recognised: Mapping[str, Recognised], wishes: Wishes) -> str:
    """Return the target of a table of which none was named: its last column of numbers or categories.

    It is none that the user wants to be left out or to be the only input. Where the last column is one of many of one
    kind, such as pixels, and the first is called ``label`` or the like, this is the target.
    """
    names, families = list(recognised), numbered_families(recognised)
    if names[0].casefold() in _LABEL_NAMES and names[-1] in families and names[0] not in families:
        return names[0]
    free = [name for name in names if name not in {*wishes.drop, *(wishes.only or ())}]
    suited = [name for name in free if recognised[name].role in (Role.NUMBER, Role.CATEGORY)]
    return (suited or free or names)[-1]


def recognised_target(cells: pd.Series, name: str, wishes: Wishes, decimal: str) -> Recognised:
    """Return a target column as one of numbers or of categories.

    Raises
    ------
    DataError
        If it holds nothing, dates, or texts for a regression.
    """
    if not cells.notna().any():
        raise DataError(f"the target column {name!r} has only missing cells; choose another with --target")
    if name in wishes.categorical:
        found = as_categories(cells, name)
    else:
        found = (as_numbers if name in wishes.numeric else suitable)(cells, name, decimal)
    if found.role is Role.DATE:
        raise DataError(f"column {name!r} holds dates, which cannot be predicted; choose another target")
    if wishes.task == "regression" and found.role is not Role.NUMBER:
        raise DataError(
            f"column {name!r} holds {_first_text(cells)!r}, but a regression needs numbers; "
            "leave out --task, or choose another target"
        )
    return found


def learn_targets(table: Table, columns: Sequence[Column], task: str | None) -> Targets:
    """Return the targets of all rows, −1 or NaN where one is missing.

    Parameters
    ----------
    table : Table
        The table.
    columns : sequence of Column
        The target columns, as `recognised_target` returns them.
    task : str or None
        ``"classification"``, ``"regression"``, or None for what `whence.data.labels.are_class_labels` says of a single
        target, and for a regression with several.

    Raises
    ------
    DataError
        If there are too many classes.
    ArgumentError
        If several targets are not all numbers.
    """
    texts_in = [column.name for column in columns if not isinstance(column, NumberColumn)]
    if len(columns) > 1 and (texts_in or task == "classification"):
        what = f"{listed(map(repr, texts_in))} hold categories" if texts_in else "a classification has one"
        raise ArgumentError(f"several targets have to be numbers for a regression, but {what}; choose one target")
    if texts_in:
        return _classes(as_texts(table.frame[columns[0].name]), columns[0].name)
    numbers = np.stack([_numbers(table.frame[column.name], column) for column in columns], axis=1)  # (N, K)
    present = np.isfinite(numbers[:, 0])
    labels = numbers[present, 0]
    if task == "regression" or len(columns) > 1 or (task is None and not are_class_labels(labels)):
        return Targets(numbers, None, "numbers")
    whole = not (labels % 1).any()
    values, classes = encode_labels(labels if whole else np.array([as_text(label) for label in labels]))
    hint = "; --task regression takes them as numbers" if task is None else ""
    return Targets(_spread(values, present), classes, f"{counted(len(classes), 'class', 'classes')}{hint}")


def known_targets(
    table: Table, names: Sequence[str], numerals: Sequence[Numerals], classes: tuple[str, ...] | None
) -> Array:
    """Return the targets as indices of known classes, or as numbers; with one-vs-rest, other labels are the rest.

    Raises
    ------
    DataError
        If a target is missing, or is no number or known class.
    """
    for name in names:
        if (missing := table.frame[name].isna().to_numpy()).any():
            row = table.row_name(int(missing.argmax()))
            raise DataError(f"{row}, column {name!r} has no value, and it is the target; fill it in")
    if classes is None:
        return np.stack([_known_numbers(table, *one) for one in zip(names, numerals or (PLAIN,), strict=True)], axis=1)
    texts = as_texts(table.frame[names[0]])
    indices = category_indices(texts, classes)
    if positive_class(classes) is not None:
        return np.maximum(indices, 0)
    for i in np.flatnonzero(indices < 0).tolist():
        raise DataError(f"{table.row_name(i)}, column {names[0]!r}: {unknown('class', texts.iloc[i], classes)}")
    return indices


def _first_text(cells: pd.Series) -> str:
    """Return the first cell that is no number, or else the first."""
    texts = as_texts(cells.dropna())
    others = texts[~np.isfinite(PLAIN.read(texts))]
    return str((texts if others.empty else others).iloc[0])


def _classes(texts: pd.Series, name: str) -> Targets:
    present = texts.notna().to_numpy()
    spellings = categories_of(texts[present])
    if len(spellings) > max(MOST_CLASS_NUMBERS, int(present.sum()) // 2):
        raise DataError(
            f"column {name!r} holds {len(spellings)} different texts in {len(texts)} rows, too many for "
            f"classes; choose another target"
        )
    names = {spelling: category for category, several in spellings.items() for spelling in several}
    values, classes = encode_labels(np.array([names[text] for text in texts[present]]))
    return Targets(_spread(values, present), classes, counted(len(classes), "class", "classes"))


def _spread(indices: Array, present: Array) -> Array:
    """Return class indices at the places where one is present, and −1 elsewhere."""
    spread = np.full(len(present), -1)
    spread[present] = indices
    return spread


def _numbers(cells: pd.Series, column: Column) -> Array:
    assert isinstance(column, NumberColumn)
    return column.numbers(cells)


def _known_numbers(table: Table, name: str, numerals: Numerals) -> Array:
    cells = table.frame[name]
    numbers = NumberColumn(name, numerals=numerals).numbers(cells)
    for i in np.flatnonzero(~(np.abs(numbers) <= LARGEST)).tolist():
        raise DataError(f"{table.row_name(i)}, column {name!r} holds {as_text(cells.iloc[i])!r}; expected a number")
    return numbers
