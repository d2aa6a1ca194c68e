"""Images as lines of numbers, such as the stand-alone programs read."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import DataError

PIXEL_LINES = (".csv", ".txt")


def read_pixel_lines(path: Path, shape: Shape) -> Array:
    """Return the images in the lines of a file.

    Parameters
    ----------
    path : Path
        A text in UTF-8: on each line the pixels of an image, with commas or spaces between them, row by row and the
        channels of a pixel together.
    shape : tuple of int
        (H, W, C) of an image.

    Returns
    -------
    float64 array, shape (N, H, W, C)

    Raises
    ------
    DataError
        If the file cannot be read, or a line is of other than so many finite numbers.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path} as a text in UTF-8: {error}; give a picture or lines of pixels") from error
    images = [
        _image(f"{path}, line {number}", line, shape) for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not images:
        raise DataError(f"{path} is empty; expected the pixels of an image on each line")
    return np.stack(images)


def _image(place: str, line: str, shape: Shape) -> Array:
    cells = line.replace(",", " ").split()
    if len(cells) != math.prod(shape):
        raise DataError(
            f"{place}: there are {len(cells)} cells; expected the {math.prod(shape)} pixels of an image, row by row"
        )
    try:
        pixels = np.array(cells, np.float64)
    except ValueError as error:
        raise DataError(f"{place}: {error}; expected the pixels of an image") from error
    if not np.isfinite(pixels).all():
        raise DataError(f"{place}: a number is not finite; expected the pixels of an image")
    return pixels.reshape(shape)
