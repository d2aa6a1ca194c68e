"""What images are like, so that a new picture can be made like them."""

from __future__ import annotations

from dataclasses import dataclass

from whence.arguments import PositiveInt, checks_arguments


@checks_arguments
@dataclass(frozen=True)
class ImageFormat:
    """What the images are like that the network learned from.

    Parameters
    ----------
    height, width : int
        Size in pixels.
    channels : int
        1 for grey, 3 for red, green and blue.
    maximum : int
        The value of the brightest pixel: 255, or 16 for the embedded digits.
    dark_background : bool
        Whether every image is light on dark, so that a picture on a light background must be inverted.
    box : int or None
        The side of the square into which the object fits, centred by its mass (20 for MNIST);
        None where a picture is taken whole.
    """

    height: PositiveInt
    width: PositiveInt
    channels: PositiveInt = 1
    maximum: PositiveInt = 255
    dark_background: bool = False
    box: PositiveInt | None = None
