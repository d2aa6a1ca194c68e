"""The preprocessing of images: their format, and how pictures are read and shown as text."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from whence.arrays import Array, Shape
from whence.data.array_reading import ARRAY_FILES
from whence.data.images.enlarged import save_enlarged
from whence.data.images.image_format import ImageFormat
from whence.data.images.picture import read_image
from whence.data.images.picture_file import PICTURE_FILES, is_picture
from whence.data.images.pixel_lines import PIXEL_LINES, read_pixel_lines
from whence.data.images.polarity import right_way_round
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.errors import DataError
from whence.stored_rows import blocks

_IMAGES_AT_ONCE = 256
_SHADES = np.array(list(" ░▒▓█"))


@dataclass(frozen=True, eq=False, kw_only=True)
class ImagePreprocessing(Preprocessing):
    """Scaled pixels; new pictures are converted to the format of the training images.

    Parameters
    ----------
    image : ImageFormat
        That format.
    """

    image: ImageFormat

    example_file = "picture.png"
    readable = PICTURE_FILES + PIXEL_LINES + ARRAY_FILES

    @property
    def picture_format(self) -> ImageFormat:
        return self.image

    def as_inputs(self, array: Array, input_shape: Shape, name: str) -> Array:
        if input_shape[-1] == 1 and input_shape[:-1] in (array.shape, array.shape[1:]):
            array = array[..., np.newaxis]
        return as_pixels(super().as_inputs(array, input_shape, name), self.image, name)

    def preview(self, samples: Samples, classes: Sequence[str] | None) -> str:
        """Return the first images that fit side by side, in shades, with their classes below."""
        width = shutil.get_terminal_size((80, 24)).columns
        first = self._shaded(samples.inputs[0])
        count = max(1, min((width + 2) // (len(first[0]) + 2), len(samples)))
        drawn = [self._shaded(image) for image in samples.inputs[:count]]
        lines = ["  ".join(lines).rstrip() for lines in zip(*drawn, strict=True)]
        if classes is not None:
            labels = [classes[target] for target in samples.targets[:count]]
            lines.append("  ".join(label.center(len(first[0])) for label in labels).rstrip())
        return "\n".join(lines)

    def save_picture(self, path: Path, inputs: Sequence[Array]) -> None:
        save_enlarged(path, np.concatenate(inputs), self.image.maximum)

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "image": asdict(self.image)}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "image": asdict(self.image)}

    def _read(self, path: Path, input_shape: Shape) -> Array:
        if is_picture(path):
            return read_image(path, self.image)[np.newaxis]
        if path.suffix.lower() in PIXEL_LINES:
            return self.as_inputs(read_pixel_lines(path, input_shape), input_shape, str(path))
        return super()._read(path, input_shape)

    def _shaded(self, image: Array) -> list[str]:
        """Return an image as lines of characters, which are twice as high as wide."""
        grey = image.astype(np.float64).mean(axis=-1) / self.image.maximum  # (H, W)
        if grey.shape[1] <= 16:
            grey = grey.repeat(2, axis=1)
        else:
            grey = np.pad(grey, ((0, grey.shape[0] % 2), (0, 0))).reshape(-1, 2, grey.shape[1]).mean(axis=1)
        levels = np.clip(np.rint(grey * (len(_SHADES) - 1)), 0, len(_SHADES) - 1).astype(int)
        return ["".join(row) for row in _SHADES[levels]]


def as_pixels(images: Array, image: ImageFormat, name: str) -> Array:
    """Return images as `right_way_round` does.

    Parameters
    ----------
    images : (N, H, W, C) array
        The images.
    image : ImageFormat
        The format of the training images.
    name : str
        What the images are called in messages.

    Raises
    ------
    DataError
        If their numbers are of another range than pixels are.
    """
    largest, brightest = max((block.max(initial=0) for block in blocks(images)), default=0), image.maximum
    if largest > brightest or (images.dtype.kind == "f" and 0 < largest <= 1 < brightest):
        raise DataError(f"{name} holds numbers up to {largest:g}; expected pixels from 0 to {brightest}")
    return right_way_round(images, image, name)


@dataclass(frozen=True, eq=False, kw_only=True)
class StandardisedImages(ImagePreprocessing):
    """Pixels less their mean, divided by their standard deviation, of each channel in the training images."""

    def fitted(self, inputs: Array, targets: Array, weights: Array | None = None) -> Self:
        channels = inputs.shape[-1]
        count, sums, squares = 0.0, np.zeros(channels), np.zeros(channels)
        for start in range(0, len(inputs), _IMAGES_AT_ONCE):
            rows = slice(start, start + _IMAGES_AT_ONCE)
            images = inputs[rows]
            pixels = images.reshape(len(images), -1, channels).astype(np.float64)  # (n, H·W, C)
            weight = np.ones(len(pixels)) if weights is None else weights[rows]
            count += weight.sum() * pixels.shape[1]
            sums += weight @ pixels.sum(axis=1)
            squares += weight @ (pixels**2).sum(axis=1)
        deviation = np.sqrt(np.maximum(squares / count - (sums / count) ** 2, 0))
        return replace(self, shift=sums / count, scale=1 / np.where(deviation > 0, deviation, 1))
