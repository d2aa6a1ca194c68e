"""The weights of the first layer as pictures: what every unit, or every kernel, looks for in an image."""

from __future__ import annotations

import math
import os

import numpy as np

from whence.arrays import Array, Shape
from whence.plots.canvas import FAINT, INK, new_figure, save, title
from whence.wording import counted

_MOST_IMAGES = 100
_COLOURS = 3


def first_layer_weights(weight: Array, image_shape: Shape, path: str | os.PathLike[str]) -> None:
    """Draw the weights of each unit of a first linear layer as an image, all on one scale that is symmetric about 0.

    Weights of one channel are red above 0 and blue below; those of three are drawn as red, green and blue, and 0 is
    grey; of other numbers of channels, it is their mean that is drawn.

    Parameters
    ----------
    weight : (H·W·C, units) array
        The weights; of more than 100 units, the first 100 are drawn.
    image_shape : tuple of int
        ``(H, W, C)``, the shape of an input image.
    path : path
        The PNG file to write.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    _draw(weight.T.reshape(-1, *image_shape), "First-layer weights", "unit", path)


def first_layer_kernels(weight: Array, path: str | os.PathLike[str]) -> None:
    """Draw the kernels of a first convolution of images, as `first_layer_weights` draws units.

    Parameters
    ----------
    weight : (kh, kw, C, out) array
        The weights; of more than 100 kernels, the first 100 are drawn.
    path : path
        The PNG file to write.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    _draw(np.moveaxis(weight, -1, 0), "First layer", "kernel", path)


def _draw(images: Array, heading: str, thing: str, path: str | os.PathLike[str]) -> None:
    """Draw images (N, H, W, C) side by side, with a heading and their numbers."""
    count, height, width, channels = images.shape
    images = images[:_MOST_IMAGES]
    if channels != _COLOURS:
        images = images.mean(axis=3, keepdims=True)
    shown = len(images)
    columns = min(shown, math.ceil(math.sqrt(shown * height / width)))
    rows = math.ceil(shown / columns)
    bound = float(np.quantile(np.abs(images), 0.995)) or 1.0
    side = 0.55 if max(rows, columns) > 4 else 1.2
    figure = new_figure(max(2.0 + columns * side, 6.0), max(1.0 + rows * side * height / width, 3.0))
    axes = figure.add_subplot()
    mosaic = _mosaic(images, columns)
    axes.set_axis_off()
    number = counted(count, thing) if shown == count else f"{shown} of {counted(count, thing)}"
    text = f"{heading}: {number}, {height} × {width} pixels"
    if channels == _COLOURS:
        shades = np.clip(0.5 + 0.5 * mosaic / bound, 0, 1)
        axes.imshow(np.where(np.isnan(shades), 1.0, shades), interpolation="nearest")
        title(axes, f"{text}; grey is 0, full colour is {bound:.2g}")
    else:
        drawn = axes.imshow(mosaic[..., 0], cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="nearest")
        title(axes, text if channels == 1 else f"{text}, means of {channels} channels")
        scale = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25, extend="both")
        scale.outline.set_visible(False)
        scale.ax.tick_params(labelsize=8, colors=INK, color=FAINT)
    save(figure, path)


def _mosaic(images: Array, columns: int) -> Array:
    """Return the images (N, H, W, C) side by side, row by row, with a gap of NaN between them."""
    count, height, width, channels = images.shape
    gap = max(1, height // 10)
    rows = math.ceil(count / columns)
    mosaic = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), np.nan)
    for place, image in enumerate(images):
        top, left = (place // columns) * (height + gap), (place % columns) * (width + gap)
        mosaic[top : top + height, left : left + width] = image
    return mosaic
