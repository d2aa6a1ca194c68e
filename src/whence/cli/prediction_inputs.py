"""Raw inputs for prediction, from tables, arrays and pictures."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.image import read_image
from whence.errors import DataError
from whence.training import Model

_PICTURES = (".png", ".jpg", ".jpeg")
ARRAYS = (".npy", ".npz")


def read_inputs(path: Path, model: Model) -> Array:
    """Return the raw inputs in a file, one a row.

    Raises
    ------
    DataError
        If there is no such file, it is damaged, or it does not hold what the network was trained on.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder; name the files in it, such as {path}/*")
    if not path.is_file():
        raise DataError(f"there is no file {path}; check the path")
    if model.preprocessing.text is not None:
        raise DataError("this network goes on with a text; let it, with: whence sample RUN --prompt TEXT")
    kind = path.suffix.lower()
    if kind in _PICTURES:
        return read_image(path, model.preprocessing)[np.newaxis]
    if kind in ARRAYS:
        return _in_shape(path, _read_array(path), model)
    if model.preprocessing.columns is None:
        expected = ", ".join(_PICTURES + ARRAYS if model.preprocessing.image else ARRAYS)
        raise DataError(f"{path} is no file that this network can read; expected one of {expected}")
    return model.preprocessing.read_table(path)


def _read_array(path: Path) -> Array:
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            name = next((name for name in ("x", "x_test") if name in loaded.files), loaded.files[0])
            array: Array = loaded[name]
            return array
    except (OSError, ValueError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} holds no array that can be read ({error}); save it again without objects") from error


def _in_shape(path: Path, array: Array, model: Model) -> Array:
    """Return the array as a batch of inputs, with the axes of samples and of channels added where they lack."""
    shape = model.net.input_shape
    if array.dtype.kind not in "buif" or not np.isfinite(array).all():
        raise DataError(f"{path} holds {array.dtype} values that are not finite numbers; replace or remove them")
    image = model.preprocessing.image
    if image is not None and array.dtype.kind == "f" and array.size and 0 < array.max() <= 1:
        raise DataError(f"{path} holds numbers up to {array.max():g}; expected pixels from 0 to {image.maximum}")
    without_channels = shape[:-1] if image is not None and shape[-1] == 1 else shape
    if array.shape in (shape, without_channels) or array.shape[1:] in (shape, without_channels):
        return array.reshape(-1, *shape)
    expected = ", ".join(map(str, ("N", *shape)))
    raise DataError(f"{path} holds an array of shape {array.shape}; the network takes ({expected})")
