"""The strokes in a photograph of handwriting: how much ink covers each point, whatever the light and the paper."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from whence.arrays import Array
from whence.data.images.blobs import blobs_in, labelled, main_object
from whence.data.images.picture_size import cut_to

_WORKING_SIDE = 480  # pixels; every photograph is resized to it
_COARSE_SIDE = 96  # pixels; at this size noise is averaged away
_WIDEST_STROKE = 0.35  # of the shorter side of the photograph
_FAINTEST_INK = 0.04  # of the light of the paper
_LOW_CONTRAST = 0.15


def ink_in(grey: Array) -> tuple[Array | None, list[str]]:
    """Return the ink of the main object in a photograph, dark on light or light on dark.

    The light at each point is that of the brightest paper around it: a morphological closing, wider than any stroke. So
    gradients, spots and shadows cancel in the ratio of the picture to it. What is darker than Otsu's threshold [1]_
    falls into blobs, of which `main_object` chooses.

    Parameters
    ----------
    grey : (H, W) uint8 array
        The photograph.

    Returns
    -------
    cover : (h, w) float array or None
        The share of full ink at each point of the object, cut to its extent; 0 around it. None if there is no ink.
    doubts : list of str
        What makes it doubtful that this is the object which was meant.

    References
    ----------
    .. [1] N. Otsu (1979), A threshold selection method from gray-level histograms, IEEE Transactions on Systems, Man,
       and Cybernetics 9 (1), 62-66.
    """
    light = _resized(grey.astype(np.float32), _WORKING_SIDE)
    if _is_light_on_dark(light):
        light = 255 - light
    background = np.maximum(_background(light), 1)
    darkness, smooth = 1 - light / background, 1 - _blurred(light, 1.0) / background
    floor = max(_FAINTEST_INK, 5 * _noise(smooth))
    if not (smooth > floor).any():
        return None, []
    threshold = max(floor, 0.7 * _otsu(smooth[smooth > floor]))
    labels = labelled(smooth > threshold)
    parts, rivals = main_object(blobs_in(labels, smooth), *labels.shape)
    core = np.isin(labels, [part.number for part in parts])
    full = float(np.percentile(smooth[core], 60))
    faint = 0.25 * threshold
    near = _largest_around(core.astype(np.float32), 7) > 0
    cover = np.clip((darkness - faint) / (full - faint), 0, 1) * near
    doubts: list[str] = []
    if rivals:
        doubts.append(f"there are {len(rivals) + 1} objects, of which the largest was taken")
    if full < _LOW_CONTRAST:
        doubts.append("the contrast is low")
    return cut_to(cover, near), doubts


def _is_light_on_dark(light: Array) -> bool:
    """Return whether most of the details are lighter than what is usual around them."""
    from PIL import Image, ImageFilter

    coarse = _resized(light, _COARSE_SIDE // 2)
    window = max(3, min(min(coarse.shape) // 2 * 2 - 1, 17))
    usual = np.asarray(Image.fromarray(np.rint(coarse).astype(np.uint8)).filter(ImageFilter.MedianFilter(window)))
    darker, lighter = _closed(coarse) - coarse, coarse + _closed(-coarse)
    darker, lighter = np.minimum(darker, usual - coarse).clip(0), np.minimum(lighter, coarse - usual).clip(0)
    return float((lighter**3).sum()) > float((darker**3).sum())


def _background(light: Array) -> Array:
    """Return the light on the paper at each point."""
    return _resized(_closed(_resized(light, _COARSE_SIDE)), *light.shape)


def _closed(values: Array) -> Array:
    """Return the closing by a square: of all windows around a point, the least of their greatest values."""
    window = round(min(values.shape) * _WIDEST_STROKE) // 2 * 2 + 1
    padded = np.pad(values, window, mode="edge")
    closed = -_largest_around(-_largest_around(padded, window), window)
    return closed[window:-window, window:-window]


def _largest_around(values: Array, window: int) -> Array:
    """Return the largest of the values in a square window around each point."""
    margin = window // 2
    for axis in (0, 1):
        edges = [(margin, margin) if axis == other else (0, 0) for other in (0, 1)]
        padded = np.pad(values, edges, constant_values=-np.inf)
        values = sliding_window_view(padded, window, axis=axis).max(axis=-1)
    return values


def _noise(values: Array) -> float:
    """Return the standard deviation of noise, from the median of the differences between neighbours."""
    return float(np.median(np.abs(np.diff(values, axis=1)))) / 0.6745 / math.sqrt(2)


def _otsu(values: Array) -> float:
    """Return the threshold that parts values into two groups with the least variance within them."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * middles)[:-1]
    above, total = counts.sum() - below, float((counts * middles).sum())
    means_apart = sums / np.maximum(below, 1) - (total - sums) / np.maximum(above, 1)
    return float(edges[1:-1][np.argmax(below * above * means_apart**2)])


def _blurred(values: Array, radius: float) -> Array:
    from PIL import Image, ImageFilter

    picture = Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def _resized(values: Array, height: int, width: int | None = None) -> Array:
    """Return a picture of the given size, or with the given longer side."""
    from PIL import Image

    if width is None:
        factor = height / max(values.shape)
        height, width = (max(1, round(side * factor)) for side in values.shape)
    picture = Image.fromarray(values.astype(np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))
