"""Images as a picture to look at: side by side, each pixel enlarged to a square."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.images.picture_size import as_picture
from whence.files import replacing

_SIDE = 224  # screen pixels
_IN_A_ROW = 10
_GAP_SHADE = 128
_MARGIN = ((2, 2), (2, 2), (0, 0))  # in (H, W, C)


def save_enlarged(path: Path, images: Array, maximum: int) -> None:
    """Write images as a PNG picture, ten in a row.

    Parameters
    ----------
    path : Path
        The file to write.
    images : (N, H, W, C) array
        Grey (C = 1) or in colour (C = 3).
    maximum : int
        The value of the brightest pixel.
    """
    factor = max(1, _SIDE // max(images.shape[1:3]))
    shades = np.rint(images * (255 / maximum)).clip(0, 255).astype(np.uint8)
    tiles = [np.pad(image.repeat(factor, 0).repeat(factor, 1), _MARGIN, constant_values=_GAP_SHADE) for image in shades]
    columns = min(len(tiles), _IN_A_ROW)
    tiles += [np.full_like(tiles[0], _GAP_SHADE)] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[start : start + columns], axis=1) for start in range(0, len(tiles), columns)]
    picture = np.concatenate(rows)
    with replacing(path) as file:
        as_picture(picture).save(file, "PNG")
