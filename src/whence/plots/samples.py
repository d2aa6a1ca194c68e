"""Samples that are images, side by side, with a caption below each."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import numpy as np

from whence.arguments import Positive, checks_arguments
from whence.arrays import Array
from whence.errors import ShapeError
from whence.plots.canvas import INK, new_figure, save, title

_SIDE, _MOST_COLUMNS = 0.85, 10
_PLACE, _CAPTION = 1.1, 0.35
"""The width of a place and the height of its caption, in widths of an image."""
_RGB = 3


@checks_arguments
def captioned_images(
    images: Array, captions: Sequence[str], heading: str, path: str | os.PathLike[str], *, maximum: Positive = 255.0
) -> None:
    """Draw images side by side, each above its caption.

    Parameters
    ----------
    images : array, shape (N, H, W, C)
        The images: three channels are red, green and blue; of any other number of channels the mean is drawn.
    captions : sequence of N str
        The captions.
    heading : str
        What stands above all of them.
    path : path
        The PNG file to write.
    maximum : float
        The value of full brightness.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    if images.ndim != 4 or not images.size or len(captions) != len(images):
        raise ShapeError(
            f"images has the shape {images.shape}, and there are {len(captions)} captions; expected (N, H, W, C) and N"
        )
    count, height, width, channels = images.shape
    columns = min(count, _MOST_COLUMNS)
    rows = math.ceil(count / columns)
    tall = height / width + _CAPTION  # of a place, in widths of an image
    figure = new_figure(max(columns * _PLACE * _SIDE, 5.5), rows * tall * _SIDE + 0.5)
    axes = figure.add_subplot()
    axes.set_axis_off()
    shown = np.clip(images / maximum, 0, 1) if channels == _RGB else images.mean(-1)
    for number, (image, caption) in enumerate(zip(shown, captions, strict=True)):
        row, column = divmod(number, columns)
        left, top = column * _PLACE, -row * tall
        place = left, left + 1, top - height / width, top
        axes.imshow(image, cmap="gray", vmin=0, vmax=maximum, interpolation="nearest", extent=place)
        axes.text(left + 0.5, place[2] - 0.06, caption, ha="center", va="top", fontsize=8, color=INK)
    axes.set(xlim=(0, columns * _PLACE), ylim=(-rows * tall, 0), anchor="W")
    title(axes, heading)
    save(figure, path)
