"""The weights of the first layer as images, one for each unit or kernel."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array, Shape
from whence.colours import ON_LIGHT
from whence.errors import ShapeError
from whence.plots.canvas import FAINT, INK, new_figure, save, title
from whence.wording import counted

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

_MAX_IMAGES = 100
_RGB = 3


@checks_arguments
def first_layer_weights(weight: Array, image_shape: Shape, path: str | os.PathLike[str]) -> None:
    """Plot the weights of each unit of a first linear layer as an image, all on one scale that is symmetric about 0.

    With one channel, positive weights are blue and negative ones red, as on the page. Three channels are drawn as red,
    green and blue, with grey for 0. Of any other number of channels the mean is drawn.

    Parameters
    ----------
    weight : array, shape (H·W·C, units)
        The weights; at most 100 units are drawn.
    image_shape : tuple of int
        The shape of an input image, ``(H, W, C)``.
    path : path
        The PNG file to write.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    if weight.ndim != 2 or len(image_shape) != 3 or len(weight) != math.prod(image_shape) or not weight.size:
        raise ShapeError(
            f"weight has the shape {weight.shape}; expected (H·W·C, units) for the image_shape {image_shape}, (H, W, C)"
        )
    _draw(weight.T.reshape(-1, *image_shape), "First-layer weights", "unit", path)


@checks_arguments
def first_layer_kernels(weight: Array, path: str | os.PathLike[str]) -> None:
    """Plot the kernels of a first convolution of images; everything else is as in `first_layer_weights`.

    Parameters
    ----------
    weight : array, shape (kh, kw, C, out)
        The weights; at most 100 kernels are drawn.
    path : path
        The PNG file to write.
    """
    if weight.ndim != 4 or not weight.size:
        raise ShapeError(f"weight has the shape {weight.shape}; expected (kh, kw, C, out)")
    _draw(np.moveaxis(weight, -1, 0), "First layer", "kernel", path)


def _draw(images: Array, heading: str, unit: str, path: str | os.PathLike[str]) -> None:
    """Draw images (N, H, W, C) side by side, with a heading that says how many there are."""
    count, height, width, channels = images.shape
    images = images[:_MAX_IMAGES]
    if channels != _RGB:
        images = images.mean(axis=3, keepdims=True)
    shown = len(images)
    columns = min(shown, math.ceil(math.sqrt(shown * height / width)))
    rows = math.ceil(shown / columns)
    bound = float(np.quantile(np.abs(images), 0.995)) or 1.0
    side = 0.55 if max(rows, columns) > 4 else 1.2
    figure = new_figure(max(2.0 + columns * side, 6.0), max(1.0 + rows * side * height / width, 3.0))
    axes = figure.add_subplot()
    tiles = mosaic(images, columns)
    axes.set_axis_off()
    number = counted(count, unit) if shown == count else f"{shown} of {counted(count, unit)}"
    text = f"{heading}: {number}, {height} × {width} pixels"
    if channels == _RGB:
        shades = np.clip(0.5 + 0.5 * tiles / bound, 0, 1)
        axes.imshow(np.where(np.isnan(shades), 1.0, shades), interpolation="nearest")
        title(axes, f"{text}; grey is 0, full colour is {bound:.2g}")
    else:
        drawn = axes.imshow(tiles[..., 0], cmap=diverging(), vmin=-bound, vmax=bound, interpolation="nearest")
        title(axes, text if channels == 1 else f"{text}, mean of {channels} channels")
        scale = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25, extend="both")
        scale.outline.set_visible(False)
        scale.ax.tick_params(labelsize=8, colors=INK, color=FAINT)
    save(figure, path)


def diverging() -> LinearSegmentedColormap:
    """Return the colours of numbers below, at and above zero."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("diverging", [np.divide(colour, 255) for colour in ON_LIGHT])


def mosaic(images: Array, columns: int) -> Array:
    """Return images (N, H, W, C) side by side, row by row, with gaps of NaN."""
    count, height, width, channels = images.shape
    gap = max(1, height // 10)
    rows = math.ceil(count / columns)
    tiles = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), np.nan)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        tiles[top : top + height, left : left + width] = image
    return tiles
