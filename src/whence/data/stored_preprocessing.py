"""The preprocessing in a model file: its schema, and the object of its kind of data that it describes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np

from whence.arguments import Positive, PositiveInt
from whence.arrays import Array, Shape
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import AS_THE_FILE_TELLS, ReadingOptions
from whence.data.pixel_table import PixelTablePreprocessing
from whence.data.preprocessing import Preprocessing
from whence.data.tables.columns import DateColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.differencing import Differencing
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.data.tables.table_columns import TableColumnsRecord
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary


class PreprocessingRecord(msgspec.Struct):
    """What `Preprocessing.to_json` writes; what a kind of data does not have is None."""

    shift: float | list[float]
    scale: Positive | list[Positive]
    target_shift: float | list[float]
    target_scale: Positive | list[Positive]
    columns: TableColumnsRecord | None
    image: ImageFormat | None
    text: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    window: PositiveInt | None = None
    horizon: PositiveInt = 1
    time: DateColumn | None = None
    differencing: Differencing | None = None
    reading: ReadingOptions = AS_THE_FILE_TELLS

    def __post_init__(self) -> None:
        if self.text and self.text != "".join(sorted(set(self.text))):
            raise ValueError("the characters of text are not each there once, in their order")

    def made(self) -> Preprocessing:
        """Return the preprocessing."""
        numbers: dict[str, Any] = {
            name: _number_or_array(getattr(self, name)) for name in ("shift", "scale", "target_shift", "target_scale")
        }
        if self.text:
            return TextPreprocessing(vocabulary=Vocabulary(self.text), window=self.window, **numbers)
        if self.columns is None:
            return Preprocessing(**numbers) if self.image is None else ImagePreprocessing(image=self.image, **numbers)
        table = {"columns": self.columns.made(), "reading": self.reading, **numbers}
        if self.window is not None:
            return SeriesPreprocessing(
                window=self.window, horizon=self.horizon, time=self.time, differencing=self.differencing, **table
            )
        if self.image is not None:
            return PixelTablePreprocessing(image=self.image, **table)
        return TablePreprocessing(**table)


def misfit(made: Preprocessing, inputs: Shape, outputs: Shape) -> str | None:
    """Return what in a preprocessing does not fit a network, if anything does not.

    Parameters
    ----------
    made : Preprocessing
        The preprocessing.
    inputs, outputs : tuple of int
        The shapes of an input and an output of the network, without the batch axis.
    """
    shapes = [(name, np.shape(getattr(made, name)), inputs) for name in ("shift", "scale")]
    shapes += [(name, np.shape(getattr(made, name)), outputs) for name in ("target_shift", "target_scale")]
    if isinstance(made, TablePreprocessing):
        shapes.append(("columns", (len(made.columns.inputs),), inputs))
    if isinstance(made, ImagePreprocessing):
        shapes.append(("image", (made.image.height, made.image.width, made.image.channels), inputs))
    if isinstance(made, PixelTablePreprocessing):
        shapes.append(("image", (made.image.height * made.image.width,), inputs))
    if isinstance(made, SeriesPreprocessing):
        shapes.append(("window", (made.window, inputs[-1]), inputs))
        shapes.append(("horizon", (made.horizon * len(made.columns.targets),), outputs))
    if isinstance(made, TextPreprocessing):
        shapes.append(("text", (made.symbols,), outputs))
    for name, found, expected in shapes:
        own = expected[-len(found) :] if found else ()
        if len(own) < len(found) or any(b not in (a, -1) for a, b in zip(found, own, strict=True)):
            return f"the {name} of its preprocessing is for {found}, and its network for {expected}"
    relative = made.differencing if isinstance(made, SeriesPreprocessing) else None
    if relative is not None and (
        relative.lag > inputs[0] or max((*relative.targets, *relative.inputs), default=0) >= inputs[-1]
    ):
        return f"the differencing of its preprocessing is not for inputs of shape {inputs}"
    return None


def _number_or_array(stored: float | list[float]) -> float | Array:
    return np.array(stored, dtype=np.float64) if isinstance(stored, list) else float(stored)
