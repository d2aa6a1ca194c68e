"""The preprocessing of data as formulas of raw inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array
from whence.data.tables.columns import NumberColumn
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
        If a column is of numbers in a notation of their own.
    """
    preprocessing = model.preprocessing
    if isinstance(preprocessing, TablePreprocessing):
        for column in preprocessing.columns.columns:
            if isinstance(column, NumberColumn) and column.as_written:
                raise ArgumentError(
                    f"column {column.name!r} holds {column.expected}, and programs read plain numbers such as 1234.5; "
                    "write them so and train again, or export with: --to onnx --with-preprocessing"
                )
    shift, scale = preprocessing.shift, preprocessing.scale
    differencing = preprocessing.differencing if isinstance(preprocessing, SeriesPreprocessing) else None
    as_they_are = np.all(shift == 0) and np.all(scale == 1) and differencing is None
    if model.net.layers[0].takes_indices or as_they_are:
        return Stated(x)
    at = element(1 + len(model.net.input_shape))
    constants: dict[str, Array] = {}

    def number(name: str, value: float | Array) -> Expression:
        if not isinstance(value, np.ndarray):
            return Constant(name, float(value))
        constants[name] = value
        return Tensor(name)[at[-1]]

    value: Expression = Tensor("inputs")[at]
    if differencing is not None:
        constants["relative"] = np.isin(np.arange(model.net.input_shape[-1]), differencing.inputs).astype(np.float64)
        n, _, j = at
        value = value - Tensor("relative")[j] * Tensor("inputs")[n, model.net.input_shape[0] - 1, j]
    if np.any(shift != 0):
        value = value - number("shift", shift)
    if np.any(scale != 1):
        value = value * number("scale", scale)
    return Stated("inputs", [Tensor(x)[at] << value], constants)
