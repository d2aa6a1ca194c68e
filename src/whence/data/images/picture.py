"""Pictures for prediction, converted to the format of the images that a network was trained on."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data.images.image_format import ImageFormat
from whence.data.images.ink import ink_in
from whence.data.images.picture_file import open_picture
from whence.data.images.picture_size import cut_to, resized, rim
from whence.data.images.polarity import right_way_round
from whence.errors import DataError, DataWarning

_FAINT = 0.2  # of the brightest pixel; of the values from 0 to 0.3, the one that finds the extent of MNIST digits best


@checks_arguments
def read_image(path: str | os.PathLike[str], image: ImageFormat) -> Array:
    """Return a picture as the raw input of a network that was trained on images.

    For images of strokes, such as MNIST's, the ink of the largest object is found in the picture, whatever its light,
    colours and frame (`whence.data.images.ink`). For other images with a dark background a picture on a light one is
    inverted, its background becomes black and its brightest point white. The object is then fitted into the box that
    the training images fill (20 × 20 of MNIST's 28 × 28 pixels), its aspect kept, and moved so that its centre of mass
    is the centre of the image, as was done for MNIST; where the box is the whole image, its extent is centred. A
    picture of exactly the right size on the right background stays as it is.

    Parameters
    ----------
    path : path
        A picture of any size, in any format that Pillow reads.
    image : ImageFormat
        The format of the images that the network was trained on.

    Returns
    -------
    (H, W, C) uint8 array

    Raises
    ------
    DataError
        If the file is not a picture, or the picture is blank.

    Warns
    -----
    DataWarning
        If it is doubtful whether the right object was found, or the network has seen no pictures on such a ground.
    """
    pixels = _with_channels(open_picture(Path(path)), image.channels)
    is_light = bool(np.median(rim(pixels)) > 127)
    is_exact = pixels.shape[:2] == (image.height, image.width) and is_light != image.dark_background
    if image.strokes and not is_exact:
        pixels = _written(pixels, image, path)
    elif image.dark_background and not is_exact:
        pixels = _on_black(pixels, is_light, path)
        if image.box is not None:
            pixels = _centred(pixels, image, image.box)
    pixels = resized(pixels, image.height, image.width, image.resize)
    levels = pixels if image.maximum == 255 else np.rint(pixels * (image.maximum / 255)).astype(np.uint8)
    as_trained: Array = right_way_round(levels[np.newaxis], image, str(path))[0]
    return as_trained


def _written(pixels: Array, image: ImageFormat, path: str | os.PathLike[str]) -> Array:
    """Return the ink of a picture, placed as in the training images and on their background."""
    cover, doubts = ink_in(pixels[..., 0])
    if cover is None:
        raise DataError(f"the picture {path} is blank; give one with an object on it")
    for doubt in doubts:
        warnings.warn(f"{path}: {doubt}", DataWarning, stacklevel=2)
    ink = np.rint(cover * 255).astype(np.uint8)[..., np.newaxis]
    ink = _centred(ink, image, image.box or max(image.height, image.width))
    return ink if image.dark_background else 255 - ink


def _with_channels(pixels: Array, channels: int) -> Array:
    from PIL import Image

    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, axis=2)
    grey: Array = np.asarray(Image.fromarray(pixels).convert("L"))
    return grey[..., np.newaxis]


def _on_black(pixels: Array, is_light: bool, path: str | os.PathLike[str]) -> Array:
    """Invert a picture on a light background, and scale it so that the background is 0 and the brightest pixel 255."""
    light = 255.0 - pixels if is_light else pixels.astype(np.float64)
    light = np.maximum(light - np.median(rim(light)), 0.0)
    if light.max() == 0:
        raise DataError(f"the picture {path} is blank; give one with an object on it")
    stretched: Array = np.rint(light * (255 / light.max())).astype(np.uint8)
    return stretched


def _centred(pixels: Array, image: ImageFormat, box: int) -> Array:
    extent = cut_to(pixels, pixels.max(axis=2) > _FAINT * 255)
    shrink = box / max(extent.shape[:2])
    height, width = (max(1, round(side * shrink)) for side in extent.shape[:2])
    fitted = resized(extent, height, width, "stretch")
    mass = fitted.sum(axis=2, dtype=np.float64)
    top = _offset(mass.sum(axis=1), image.height, box)
    left = _offset(mass.sum(axis=0), image.width, box)
    centred = np.zeros((image.height, image.width, image.channels), np.uint8)
    centred[top : top + height, left : left + width] = fitted
    return centred


def _offset(mass: Array, size: int, box: int) -> int:
    """Return the offset of rows (or columns) with the given masses within ``size`` rows."""
    room = size - len(mass)
    if box == size:
        return (room + 1) // 2
    centre = float(mass @ np.arange(len(mass)) / mass.sum())
    return min(max(round(size / 2 - centre), 0), room)
