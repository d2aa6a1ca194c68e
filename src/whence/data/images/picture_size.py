"""One size for pictures of many sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np

from whence.arrays import Array
from whence.data.images.image_format import Resize
from whence.errors import ArgumentError

_LARGEST_SIDE = 4096


@dataclass(frozen=True)
class PictureSize:
    """A size, and how pictures are brought to it.

    Parameters
    ----------
    height, width : int
        In pixels.
    resize : {"fit", "crop", "stretch"}
        See `resized`.
    """

    height: int
    width: int
    resize: Resize = "fit"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the size that a text such as ``28``, ``64x48`` (width first) or ``64x48 crop`` spells.

        Raises
        ------
        ArgumentError
            If the text is none of these.
        """
        found = re.fullmatch(r"(\d+)(?:\s*[x×]\s*(\d+))?(?:\s+(fit|crop|stretch))?", text.strip().lower())
        sides = [int(side) for side in found.groups()[:2] if side] if found else []
        if found is None or not all(1 <= side <= _LARGEST_SIDE for side in sides):
            raise ArgumentError(
                f"size is {text!r}; expected a side up to {_LARGEST_SIDE:,} or WIDTHxHEIGHT, and perhaps how to reach "
                'it: 28, 64x48, "64x48 crop"'
            )
        return cls(sides[-1], sides[0], cast(Resize, found[3] or "fit"))


def resized(pixels: Array, height: int, width: int, resize: Resize) -> Array:
    """Return a picture in another size.

    Parameters
    ----------
    pixels : (H, W, C) uint8 array
        The picture.
    height, width : int
        The size.
    resize : {"fit", "crop", "stretch"}
        Keep its shape and show all of it, with the usual colour of its rim around it; keep its shape and cut off what
        juts out at both ends; or change its shape.

    Returns
    -------
    (height, width, C) uint8 array
    """
    shrink = [height / pixels.shape[0], width / pixels.shape[1]]
    if resize == "fit":
        shrink = [min(shrink)] * 2
    elif resize == "crop":
        shrink = [max(shrink)] * 2
    down, across = (max(1, round(side * by)) for side, by in zip(pixels.shape, shrink, strict=False))
    pixels = _scaled(pixels, down, across)
    top, left = max(0, down - height) // 2, max(0, across - width) // 2
    pixels = pixels[top : top + height, left : left + width]
    if pixels.shape[:2] == (height, width):
        return pixels
    ground = np.rint(np.median(rim(pixels), axis=0)).astype(np.uint8)
    page = np.tile(ground, (height, width, 1))
    top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    page[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return page


def rim(pixels: Array) -> Array:
    """Return the pixels ``(P, C)`` at the rim of a picture ``(H, W, C)``."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def cut_to(values: Array, drawn: Array) -> Array:
    """Return the part of a picture (H, W, ...) from the first to the last row and column with a True in ``drawn``."""
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    part: Array = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part


def as_picture(pixels: Array) -> Any:
    """Return pixels (H, W, C) as a picture of Pillow, grey if C is 1."""
    from PIL import Image

    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _scaled(pixels: Array, height: int, width: int) -> Array:
    from PIL import Image

    if pixels.shape[:2] == (height, width):
        return pixels
    scaled: Array = np.asarray(as_picture(pixels).resize((width, height), Image.Resampling.BICUBIC))
    return scaled.reshape(height, width, pixels.shape[2])
