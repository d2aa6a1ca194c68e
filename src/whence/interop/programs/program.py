"""What a stand-alone program computes, whatever its language: formulas from raw inputs to an answer, and constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from whence.arrays import Array, DTypeLike, Shape
from whence.data.tables.columns import Column, DateColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.data.texts.preprocessing import TextPreprocessing
from whence.formula import Entry, Formula, Recurrence
from whence.formula.shapes import find_shapes
from whence.interop.programs.answers import answer
from whence.interop.programs.preparation import prepared
from whence.interop.programs.table_cells import missing_markers
from whence.nn import Sequential
from whence.nn.axes import ANY_LENGTH
from whence.training import Model


@dataclass(frozen=True)
class TableRows:
    """How samples are read from the rows of a table.

    Parameters
    ----------
    columns : tuple of Column
        The columns of which rows are encoded.
    missing : tuple of str
        The texts of empty cells.
    window : int or None
        The rows in a window of a time series; None if each row is a sample.
    time : DateColumn or None
        The column of dates in whose order the rows of a time series are.
    """

    columns: tuple[Column, ...]
    missing: tuple[str, ...]
    window: int | None = None
    time: DateColumn | None = None

    @property
    def dated(self) -> tuple[DateColumn, ...]:
        """The columns of dates."""
        dates = [column for column in self.columns if isinstance(column, DateColumn)]
        return (*dates, *([self.time] if self.time else []))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns that are read."""
        return (*(column.name for column in self.columns), *([self.time.name] if self.time else []))


@dataclass(frozen=True, eq=False)
class Program:
    """A computation from raw inputs to an answer.

    Parameters
    ----------
    data : str
        The name of the training data.
    dtype : dtype
        That of the numbers, in languages that have a choice.
    input, output : str
        The names of the raw inputs and of the answer.
    formulas : tuple of Formula
        The formula of every computed array that the answer depends on, in the order of computation.
    recurrences : tuple of Recurrence
        Which arrays are computed together, time step by time step.
    shapes : dict of str to tuple of int
        The shape of every array, −1 for the batch axis and any other axis of open length.
    constants : dict of str to array
        Parameters, buffers, and the numbers of the preprocessing.
    classes : tuple of str or None
        The names of the classes, of which the answer has the probabilities.
    targets : tuple of str
        The names of the numbers of a regression, if they have any.
    table : TableRows or None
        How raw inputs are read from a table, if they are.
    symbols : int or None
        The number of different indices in the inputs, if they are indices.
    characters : str
        The characters of a text that indices stand for; empty if they stand for others.
    whole : frozenset of str
        Arrays of whole numbers from −127 to 127.
    double : frozenset of str
        Arrays in double where all others are not.
    """

    data: str
    dtype: np.dtype[Any]
    input: str
    output: str
    formulas: tuple[Formula, ...]
    recurrences: tuple[Recurrence, ...]
    shapes: dict[str, Shape]
    constants: dict[str, Array]
    classes: tuple[str, ...] | None
    targets: tuple[str, ...]
    table: TableRows | None
    symbols: int | None
    characters: str = ""
    whole: frozenset[str] = frozenset()
    double: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers of an answer: of the classes, or of the targets."""
        return self.classes or self.targets


def program_of(model: Model, dtype: DTypeLike | None = None) -> Program:
    """Return the program of a trained network.

    Parameters
    ----------
    model : Model
        The network with its preprocessing and its loss.
    dtype : dtype, optional
        That of the numbers, in languages that have a choice; by default the network's.

    Raises
    ------
    ArgumentError
        If the preprocessing or the loss cannot be stated by formulas; the message says what to do instead.
    """
    preprocessing = model.preprocessing
    if isinstance(preprocessing, SeriesPreprocessing):
        model = of_length(model, preprocessing.window)
    made = model.net.formulas()
    before = prepared(model, made.input)
    after = answer(model, made.output)
    formulas = [*before.formulas, *made.formulas, *after.formulas]
    constants = {**before.constants, **made.parameters, **made.buffers, **after.constants}
    shapes = made.shapes | {name: array.shape for name, array in constants.items()}
    shapes |= {before.name: (ANY_LENGTH, *model.net.input_shape)}
    formulas = needed(formulas, after.name)
    read = {entry.array for formula in formulas for entry in formula.sources}
    return Program(
        data=model.data,
        dtype=np.dtype(dtype or model.net.dtype),
        input=before.name,
        output=after.name,
        formulas=tuple(formulas),
        recurrences=tuple(made.recurrences),
        shapes=find_shapes(formulas, shapes),
        constants={name: array for name, array in constants.items() if name in read},
        classes=model.classes,
        targets=preprocessing.target_names,
        table=_table_rows(preprocessing) if isinstance(preprocessing, TablePreprocessing) else None,
        symbols=_symbols(formulas, before.name, shapes) if model.net.layers[0].takes_indices else None,
        characters=preprocessing.vocabulary.characters if isinstance(preprocessing, TextPreprocessing) else "",
    )


def of_length(model: Model, steps: int) -> Model:
    """Return a model for sequences of a length alone, if it takes any."""
    if ANY_LENGTH not in model.net.input_shape:
        return model
    config = {**model.net.config(), "input_shape": [steps, *model.net.input_shape[1:]]}
    return replace(model, net=Sequential.from_config(config, model.net.state_dict()))


def _table_rows(preprocessing: TablePreprocessing) -> TableRows:
    rows = TableRows(preprocessing.columns.columns, missing_markers(preprocessing))
    if isinstance(preprocessing, SeriesPreprocessing):
        return replace(rows, window=preprocessing.window, time=preprocessing.time)
    return rows


def needed(formulas: Sequence[Formula], output: str) -> list[Formula]:
    """Return the formulas on which an output depends, in their order."""
    reads = {formula.target.array: {entry.array for entry in formula.sources} for formula in formulas}
    needed, pending = set[str](), {output}
    while pending:
        needed |= pending
        pending = set[str]().union(*(reads.get(name, ()) for name in pending)) - needed
    return [formula for formula in formulas if formula.target.array in needed]


def _symbols(formulas: Sequence[Formula], indices: str, shapes: dict[str, Shape]) -> int:
    """Return the length of the axis that indices are places on."""
    return next(
        shapes[entry.array][axis]
        for formula in formulas
        for entry in formula.sources
        for axis, place in enumerate(entry.subscripts)
        if isinstance(place, Entry) and place.array == indices
    )
