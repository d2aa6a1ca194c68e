"""The format of training images, to which new pictures are converted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from whence.arguments import PositiveInt, checks_arguments

Resize: TypeAlias = Literal["fit", "crop", "stretch"]
Ground: TypeAlias = Literal["dark", "light"]


@checks_arguments
@dataclass(frozen=True)
class ImageFormat:
    """The format of the training images.

    Parameters
    ----------
    height, width : int
        Size in pixels.
    channels : int
        1 for grey, 3 for red, green and blue.
    maximum : int
        The value of the brightest pixel: 255, or 16 for the digits.
    dark_background : bool
        Whether images are light on dark, so that a picture on a light background must be inverted.
    box : int or None
        The side of the square that the object fits into, centred by its mass (20 for MNIST); None to use whole
        pictures.
    strokes : bool
        Whether the images are of handwriting, so that the ink on a photograph is found by its contrast to the paper
        around it.
    resize : {"fit", "crop", "stretch"}
        How a picture of another size is brought to theirs (`whence.data.images.picture_size.resized`).
    rims : {"dark", "light"} or None
        What the rims of nearly all of them are, where neither ``dark_background`` nor ``strokes`` says so; None if they
        differ.
    """

    height: PositiveInt
    width: PositiveInt
    channels: PositiveInt = 1
    maximum: PositiveInt = 255
    dark_background: bool = False
    box: PositiveInt | None = None
    strokes: bool = False
    resize: Resize = "stretch"
    rims: Ground | None = None

    @property
    def ground(self) -> Ground | None:
        """Whether nearly all images are on dark ground, or on light; None if they differ."""
        if self.dark_background:
            return "dark"
        return "light" if self.strokes else self.rims
