"""The preprocessing of data as formulas of raw inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array
from whence.data.tables.columns import DateColumn, NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.errors import ArgumentError
from whence.formula import Constant, Expression, Formula, Tensor
from whence.nn.axes import element
from whence.training import Model


@dataclass(frozen=True)
class Stated:
    """Formulas with the constants that they read.

    Parameters
    ----------
    name : str
        The name of the array at the far end: the raw inputs, or the answer.
    formulas : sequence of Formula
        In the order of computation.
    constants : mapping of str to array
        By name.
    """

    name: str
    formulas: Sequence[Formula] = ()
    constants: Mapping[str, Array] = field(default_factory=dict)


def prepared(model: Model, x: str) -> Stated:
    """Return how the network's inputs are computed from raw ones.

    Raises
    ------
    ArgumentError
        If raw inputs are windows of a time series, or a column is of dates or of numbers in a notation of their own.
    """
    preprocessing = model.preprocessing
    if isinstance(preprocessing, SeriesPreprocessing):
        raise ArgumentError(
            "programs do not read windows of time series; export them with: --to onnx --with-preprocessing"
        )
    if isinstance(preprocessing, TablePreprocessing):
        for column in preprocessing.columns.columns:
            if isinstance(column, DateColumn):
                raise ArgumentError(
                    f"column {column.name!r} holds dates, which programs do not read; export with: --to onnx "
                    f"--with-preprocessing, or train with: --drop {column.name}"
                )
            if isinstance(column, NumberColumn) and column.as_written:
                raise ArgumentError(
                    f"column {column.name!r} holds {column.expected}, and programs read plain numbers such as 1234.5; "
                    "write them so and train again, or export with: --to onnx --with-preprocessing"
                )
    shift, scale = preprocessing.shift, preprocessing.scale
    if model.net.layers[0].takes_indices or (np.all(shift == 0) and np.all(scale == 1)):
        return Stated(x)
    at = element(1 + len(model.net.input_shape))
    constants: dict[str, Array] = {}

    def number(name: str, value: float | Array) -> Expression:
        if not isinstance(value, np.ndarray):
            return Constant(name, float(value))
        constants[name] = value
        return Tensor(name)[at[-1]]

    value: Expression = Tensor("inputs")[at]
    if np.any(shift != 0):
        value = value - number("shift", shift)
    if np.any(scale != 1):
        value = value * number("scale", scale)
    return Stated("inputs", [Tensor(x)[at] << value], constants)
