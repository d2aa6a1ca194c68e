"""Files of pictures, opened by Pillow."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.errors import DataError

PICTURE_FILES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
"""The commonest suffixes; `is_picture` knows all."""

_GREY_MODES = {"1", "L", "LA", "La", "F"}
_RUN_BY_OTHER_PROGRAMS = ("EPS", "WMF")
_DEEPEST, _WHITE = 65535, 255
_MOST_PIXELS = 50_000_000


def is_picture(path: Path) -> bool:
    """Return whether the suffix of a file is that of a format which Pillow reads."""
    from PIL import Image

    known = Image.registered_extensions().get(path.suffix.lower())
    return known in Image.OPEN and known not in _RUN_BY_OTHER_PROGRAMS


def open_picture(path: Path) -> Array:
    """Return the pixels of a picture, upright; of several frames the first.

    Transparent parts are on white, or on black if all else is white.

    Returns
    -------
    (H, W, C) uint8 array
        C is 1 for a grey picture and 3 for one in colour.

    Raises
    ------
    DataError
        If the file does not exist or is not a readable picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.init()
    formats = [name for name in Image.OPEN if name not in _RUN_BY_OTHER_PROGRAMS]
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=formats) as file:
            if file.width * file.height > _MOST_PIXELS:
                raise DataError(
                    f"{path} has {file.width:,} × {file.height:,} pixels; give one of at most {_MOST_PIXELS:,} pixels"
                )
            return _pixels(ImageOps.exif_transpose(file))
    except FileNotFoundError as error:
        raise DataError(f"there is no picture {path}; check the path") from error
    except UnidentifiedImageError as error:
        raise DataError(f"{path} is not a readable picture (of no format that Pillow knows); save it again") from error
    except (DataError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise DataError(f"{path} is too large; give one of at most {_MOST_PIXELS:,} pixels") from error
    except Exception as error:  # a damaged file can raise anything
        raise DataError(f"{path} is not a readable picture ({error}); save it again") from error


def _pixels(picture: Any) -> Array:
    from PIL import Image

    if picture.mode.startswith("I"):
        deep: Array = np.asarray(picture).astype(np.int64)
        return (deep.clip(0, _DEEPEST) // 257).astype(np.uint8)[..., np.newaxis]
    if picture.mode == "F":
        shades: Array = np.asarray(picture)
        levels: Array = np.rint(shades * (255 if shades.max() <= 1 else 1)).clip(0, 255).astype(np.uint8)
        return levels[..., np.newaxis]
    is_grey = picture.mode in _GREY_MODES
    if picture.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        if np.asarray(picture).min() == _WHITE:  # it was drawn in white
            picture = Image.alpha_composite(Image.new("RGBA", layer.size, "black"), layer)
    pixels: Array = np.asarray(picture.convert("L" if is_grey else "RGB"))
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
