"""The format of training images, measured from them: their ground, and whether they show handwriting."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.data.images.image_format import ImageFormat, Resize
from whence.data.images.polarity import usual_ground
from whence.stored_rows import blocks

_MEASURED = 500
_CLEAN_RIM = 0.95  # of the pixels at the rim are ground
_NEAR_GROUND = 0.1  # of the brightest pixel
_MOST_INK = 0.3  # of the pixels of handwriting are more ink than ground
_FAINT = 0.2
_MAXIMA = (1, 16, 255)


def measured_format(images: Array, resize: Resize = "fit") -> ImageFormat:
    """Return the format of training images.

    Grey images whose rim is black, or white, and whose ink covers less than 30 % are taken for handwriting, to whose
    form new photographs are brought; their box is the usual longer side of the ink.

    Parameters
    ----------
    images : (N, H, W, C) uint8 array
        The images, of which up to 500 are measured.
    resize : {"fit", "crop", "stretch"}
        How pictures of another size are brought to theirs.
    """
    _, height, width, channels = images.shape
    maximum = _maximum(images)
    images = images[:: max(1, len(images) // _MEASURED)]
    plain = ImageFormat(height, width, channels, maximum, resize=resize, rims=usual_ground(images, maximum))
    if channels != 1:
        return plain
    ink = images[..., 0] / maximum  # (n, H, W)
    rims = np.concatenate([ink[:, 0], ink[:, -1], ink[:, :, 0], ink[:, :, -1]], axis=1)
    is_dark = bool(np.median(rims) < 0.5)
    if not is_dark:
        ink, rims = 1 - ink, 1 - rims
    drawn: Array = ink > _FAINT
    if np.mean(rims < _NEAR_GROUND) < _CLEAN_RIM or np.mean(ink > 0.5) > _MOST_INK or not drawn.any():
        return plain
    rows, columns = (np.asarray(drawn.any(axis=axis)) for axis in (2, 1))
    extents = np.maximum(_extents(rows), _extents(columns))
    box = min(int(np.median(extents[extents > 0])), height, width)
    return ImageFormat(height, width, 1, maximum, dark_background=is_dark, box=box, strokes=True, resize=resize)


def _maximum(images: Array) -> int:
    """Return the least usual value of a white pixel that is not below any pixel."""
    brightest = _MAXIMA[0]
    for block in blocks(images):
        brightest = next(limit for limit in _MAXIMA if limit >= max(brightest, int(block.max(initial=0))))
        if brightest == _MAXIMA[-1]:
            break
    return brightest


def _extents(drawn: Array) -> Array:
    """Return the length from the first to the last True of each row, 0 if there is none."""
    first, last = drawn.argmax(axis=1), drawn.shape[1] - drawn[:, ::-1].argmax(axis=1)
    return np.where(drawn.any(axis=1), last - first, 0)
