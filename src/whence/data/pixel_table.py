"""Tables whose columns are the pixels of images, such as ``label, pixel0, …, pixel783``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array, Shape
from whence.data.images.enlarged import save_enlarged
from whence.data.images.image_format import ImageFormat
from whence.data.images.measured_format import measured_format
from whence.data.images.picture import read_image
from whence.data.images.picture_file import is_picture
from whence.data.images.preprocessing import StandardisedImages, as_pixels
from whence.data.samples import Samples
from whence.data.tables.preprocessing import TablePreprocessing

_SMALLEST_SIDE = 5


@dataclass(frozen=True, eq=False, kw_only=True)
class PixelTablePreprocessing(TablePreprocessing):
    """Columns of pixels, all standardised alike; pictures are read too.

    Parameters
    ----------
    image : ImageFormat
        The format of the images, whose rows follow one another in the columns.
    """

    image: ImageFormat

    example_file = "picture.png"

    @property
    def account(self) -> str:
        size = f"{self.image.width} × {self.image.height}"
        said = (
            f"the {len(self.columns.inputs)} inputs are the pixels of images of {size}; pictures can be predicted too"
        )
        return "\n".join(filter(None, (super().account, said)))

    def _standardised(self, inputs: Array, weights: Array | None) -> tuple[Array, Array]:
        """Return a shift and a scale that all pixels share, for those at the rim hardly ever differ."""
        images = inputs.reshape(-1, self.image.height, self.image.width, 1)
        pixels = StandardisedImages(image=self.image).fitted(images, np.empty(0), weights)
        return np.full(inputs.shape[1], pixels.shift), np.full(inputs.shape[1], pixels.scale)

    @property
    def picture_format(self) -> ImageFormat:
        return self.image

    def as_inputs(self, array: Array, input_shape: Shape, name: str) -> Array:
        array = np.asarray(array)  # also where its rows are stored in files
        if array.shape[1:] == (self.image.height, self.image.width, 1):
            array = array.reshape(len(array), -1)
        return self._inputs(super().as_inputs(array, input_shape, name), name)

    def read_each(self, path: Path, input_shape: Shape) -> tuple[Array, dict[int, str]]:
        if not is_picture(path):
            return super().read_each(path, input_shape)
        return self.read(path, input_shape), {}

    def save_picture(self, path: Path, inputs: Sequence[Array]) -> None:
        images = np.concatenate(inputs).reshape(-1, self.image.height, self.image.width, 1)
        save_enlarged(path, images, self.image.maximum)

    def _inputs(self, rows: Array, name: str) -> Array:
        images = rows.reshape(-1, self.image.height, self.image.width, 1)
        return as_pixels(images, self.image, name).reshape(rows.shape)

    def _samples(self, rows: Array, targets: Array, name: str) -> Samples:
        return Samples(self._inputs(rows, name), targets)

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "image": asdict(self.image)}

    def _read(self, path: Path, input_shape: Shape) -> Array:
        if not is_picture(path):
            return super()._read(path, input_shape)
        return read_image(path, self.image).reshape(1, -1)


def format_of_pixels(names: Sequence[str], inputs: Array) -> ImageFormat | None:
    """Return the format of the images in the rows of a table; None if its columns are not pixels.

    They are if their number is a square, their values are whole numbers from 0 to 255, and all names have a number.

    Parameters
    ----------
    names : sequence of str
        The names of the inputs.
    inputs : (N, F) array
        The inputs, uint8 if all are whole numbers from 0 to 255.
    """
    side = math.isqrt(len(names))
    is_square = side * side == len(names) and side >= _SMALLEST_SIDE
    if not is_square or inputs.dtype != np.uint8 or not all(any(map(str.isdigit, name)) for name in names):
        return None
    return measured_format(inputs.reshape(-1, side, side, 1))
