"""The weights of the first layer as pictures: what every unit looks for in an image."""

from __future__ import annotations

import math
import os

import numpy as np

from whence.arrays import Array, Shape
from whence.plots.canvas import FAINT, INK, new_figure, save, title

_MOST_UNITS = 100


def first_layer_weights(weight: Array, image_shape: Shape, path: str | os.PathLike[str]) -> None:
    """Draw the weights of each unit of a first linear layer as an image, all on one scale that is symmetric about 0.

    Parameters
    ----------
    weight : (H·W·C, units) array
        The weights; of more than 100 units, the first 100 are drawn.
    image_shape : tuple of int
        ``(H, W, C)``, the shape of an input image. The weights of several channels are drawn as their mean.
    path : path
        The PNG file to write.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    height, width, _ = image_shape
    units = min(weight.shape[1], _MOST_UNITS)
    images = weight[:, :units].T.reshape(units, *image_shape).mean(axis=3)  # (units, H, W)
    columns = min(units, math.ceil(math.sqrt(units * height / width)))
    rows = math.ceil(units / columns)
    bound = float(np.quantile(np.abs(images), 0.995)) or 1.0
    side = 0.55 if max(rows, columns) > 4 else 1.2
    figure = new_figure(max(2.0 + columns * side, 6.0), max(1.0 + rows * side * height / width, 3.0))
    axes = figure.add_subplot()
    drawn = axes.imshow(_mosaic(images, columns), cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="nearest")
    axes.set_axis_off()
    shown = f"{units}" if units == weight.shape[1] else f"{units} of {weight.shape[1]:,}"
    title(axes, f"First-layer weights: {shown} unit{'s' * (units != 1)}, {height} × {width} pixels")
    scale = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25, extend="both")
    scale.outline.set_visible(False)
    scale.ax.tick_params(labelsize=8, colors=INK, color=FAINT)
    save(figure, path)


def _mosaic(images: Array, columns: int) -> Array:
    """Return the images side by side, row by row, with a gap of NaN between them."""
    units, height, width = images.shape
    gap = max(1, height // 10)
    rows = math.ceil(units / columns)
    mosaic = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for unit, image in enumerate(images):
        top, left = (unit // columns) * (height + gap), (unit % columns) * (width + gap)
        mosaic[top : top + height, left : left + width] = image
    return mosaic
