"""The preprocessing in a model file, as an object of its kind of data."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import ReadingOptions
from whence.data.pixel_table import PixelTablePreprocessing
from whence.data.preprocessing import Preprocessing
from whence.data.tables.columns import DateColumn, column_from_json
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.differencing import Differencing
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.data.tables.table_columns import TableColumns
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary


def preprocessing_from_json(stored: dict[str, Any]) -> Preprocessing:
    """Return the preprocessing that `Preprocessing.to_json` described."""
    numbers = {name: _number_or_array(stored[name]) for name in ("shift", "scale", "target_shift", "target_scale")}
    if stored.get("text"):
        return TextPreprocessing(vocabulary=Vocabulary(stored["text"]), window=stored.get("window"), **numbers)
    image = ImageFormat(**stored["image"]) if stored["image"] else None
    if not stored["columns"]:
        return Preprocessing(**numbers) if image is None else ImagePreprocessing(image=image, **numbers)
    columns = TableColumns.from_json(stored["columns"])
    reading = ReadingOptions.from_json(stored.get("reading", {}))
    if stored.get("window"):
        return SeriesPreprocessing(
            columns=columns,
            reading=reading,
            window=stored["window"],
            horizon=stored.get("horizon", 1),
            time=_time_column(stored.get("time")),
            differencing=_differencing(stored.get("differencing")),
            **numbers,
        )
    if image is not None:
        return PixelTablePreprocessing(columns=columns, reading=reading, image=image, **numbers)
    return TablePreprocessing(columns=columns, reading=reading, **numbers)


def _time_column(stored: dict[str, Any] | None) -> DateColumn | None:
    column = None if stored is None else column_from_json(stored)
    assert column is None or isinstance(column, DateColumn)
    return column


def _differencing(stored: dict[str, Any] | None) -> Differencing | None:
    if stored is None:
        return None
    return Differencing(stored["lag"], tuple(stored["targets"]), tuple(stored["inputs"]))


def _number_or_array(stored: float | list[float]) -> float | Array:
    return np.array(stored, dtype=np.float64) if isinstance(stored, list) else float(stored)
