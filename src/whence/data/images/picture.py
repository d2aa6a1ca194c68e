"""Pictures for prediction, converted to the format of the images that a network was trained on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data.images.image_format import ImageFormat
from whence.errors import DataError

PICTURE_FILES = (".png", ".jpg", ".jpeg")
_GREY_MODES = {"1", "L", "LA", "I", "I;16", "F"}
_FAINT = 0.2  # of the brightest pixel; of the values from 0 to 0.3, the one that finds the extent of MNIST digits best


def open_picture(path: Path) -> Array:
    """Return the pixels of a PNG or JPEG picture, upright, with transparent parts on white.

    Returns
    -------
    (H, W, C) uint8 array
        C is 1 for a grey picture and 3 for one in colour.

    Raises
    ------
    DataError
        If the file does not exist or is not a readable picture.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=("PNG", "JPEG")) as file:
            picture: Any = ImageOps.exif_transpose(file)
            if picture.mode in ("LA", "RGBA", "PA") or "transparency" in picture.info:
                layer = picture.convert("RGBA")
                flat = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
            else:
                flat = picture
            if picture.mode in ("I", "I;16"):
                return (np.asarray(picture) // 257).astype(np.uint8)[..., np.newaxis]
            pixels = np.asarray(flat.convert("L" if picture.mode in _GREY_MODES else "RGB"))
    except FileNotFoundError as error:
        raise DataError(f"there is no picture {path}; check the path") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is not a readable PNG or JPEG picture ({error}); save it again") from error
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


@checks_arguments
def read_image(path: str | os.PathLike[str], image: ImageFormat) -> Array:
    """Return a picture as the raw input of a network that was trained on images.

    For images with a dark background, such as MNIST's, a picture on a light background is inverted, its background
    becomes black and its brightest point white. The object is then fitted into the box that the training images
    fill (20 × 20 of MNIST's 28 × 28 pixels), its aspect kept, and moved so that its centre of mass is the centre of the
    image, as was done for MNIST; where the box is the whole image, its extent is centred. A dark picture of exactly
    the right size stays as it is.

    Parameters
    ----------
    path : path
        A PNG or JPEG picture of any size.
    image : ImageFormat
        The format of the images that the network was trained on.

    Returns
    -------
    (H, W, C) uint8 array

    Raises
    ------
    DataError
        If the file is not a picture, or the picture is blank.
    """
    pixels = _with_channels(open_picture(Path(path)), image.channels)
    is_light = bool(np.median(_border(pixels)) > 127)
    if image.dark_background and (is_light or pixels.shape[:2] != (image.height, image.width)):
        pixels = _on_black(pixels, is_light, path)
        if image.box is not None:
            pixels = _centred(pixels, image, image.box)
    if pixels.shape[:2] != (image.height, image.width):
        pixels = _resized(pixels, image.height, image.width)
    if image.maximum == 255:
        return pixels
    levels: Array = np.rint(pixels * (image.maximum / 255)).astype(np.uint8)
    return levels


def _with_channels(pixels: Array, channels: int) -> Array:
    from PIL import Image

    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, axis=2)
    grey: Array = np.asarray(Image.fromarray(pixels).convert("L"))
    return grey[..., np.newaxis]


def _border(pixels: Array) -> Array:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _on_black(pixels: Array, is_light: bool, path: str | os.PathLike[str]) -> Array:
    """Invert a picture on a light background, and scale it so that the background is 0 and the brightest pixel 255."""
    light = 255.0 - pixels if is_light else pixels.astype(np.float64)
    light = np.maximum(light - np.median(_border(light)), 0.0)
    if light.max() == 0:
        raise DataError(f"the picture {path} is blank; give one with an object on it")
    stretched: Array = np.rint(light * (255 / light.max())).astype(np.uint8)
    return stretched


def _centred(pixels: Array, image: ImageFormat, box: int) -> Array:
    drawn = pixels.max(axis=2) > _FAINT * 255
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    extent = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shrink = box / max(extent.shape[:2])
    height, width = (max(1, round(side * shrink)) for side in extent.shape[:2])
    fitted = _resized(extent, height, width)
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


def _resized(pixels: Array, height: int, width: int) -> Array:
    from PIL import Image

    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    resized: Array = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))
    return resized.reshape(height, width, pixels.shape[2])
