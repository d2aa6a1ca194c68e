"""Whether images are light on dark or dark on light, and whether new ones are as those of training are."""

from __future__ import annotations

import warnings

import numpy as np

from whence.arrays import Array
from whence.data.images.image_format import Ground, ImageFormat
from whence.data.images.picture_size import rim
from whence.errors import DataWarning
from whence.stored_rows import blocks
from whence.wording import counted

_DARK, _LIGHT = 0.4, 0.6  # of the brightest pixel
_NEARLY_ALL = 0.98


def usual_ground(images: Array, maximum: int) -> Ground | None:
    """Return whether the rims of nearly all images (N, H, W, C) are dark, or light; None if neither are."""
    grounds = _grounds(images, maximum)
    if np.mean(grounds < _DARK) >= _NEARLY_ALL:
        return "dark"
    return "light" if np.mean(grounds > _LIGHT) >= _NEARLY_ALL else None


def right_way_round(images: Array, image: ImageFormat, name: str) -> Array:
    """Return new images with those of handwriting turned over that are dark on light where training images are not.

    Parameters
    ----------
    images : (N, H, W, C) array
        The new images.
    image : ImageFormat
        The format of the training images.
    name : str
        What the new images are called in a warning.

    Returns
    -------
    (N, H, W, C) array

    Warns
    -----
    DataWarning
        If images are turned over, or if most of them are of another ground than nearly all training images are, and no
        handwriting.
    """
    if image.ground is None:
        return images
    grounds = _grounds(images, image.maximum)
    others = grounds > _LIGHT if image.ground == "dark" else grounds < _DARK
    if not others.any() or not (image.strokes or others.mean() > 0.5):
        return images
    found = "light" if image.ground == "dark" else "dark"
    said = f"{name}: the ground of {others.sum():,} of {counted(len(images), 'image')} is {found}, but in training it "
    said += f"was {image.ground}; "
    if not image.strokes:
        warnings.warn(
            f"{said}the network has seen no such images, so do not rely on it here", DataWarning, stacklevel=2
        )
        return images
    warnings.warn(f"{said}light and dark were exchanged", DataWarning, stacklevel=2)
    turned = np.array(images)
    turned[others] = image.maximum - turned[others]
    return turned


def _grounds(images: Array, maximum: int) -> Array:
    """Return the brightness of the rim of each image (N, H, W, C), from 0 to 1."""
    rims = [np.median(rim(np.moveaxis(block, 0, -1)), axis=(0, 1)) for block in blocks(images)]
    return np.concatenate(rims or [np.empty(0)]) / maximum
