"""Data sets of openml.org, downloaded by scikit-learn."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import search_paths
from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.image_sets import FASHION_MNIST, MNIST
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.labels import encode_labels
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.tables.table import Table, numbers_and_texts
from whence.data.tables.table_dataset import dataset_of
from whence.errors import DataError
from whence.optional import require

_MNIST_TRAIN, _MNIST_ALL = 60_000, 70_000
_ROWS_AT_ONCE = 1000


def load_openml(name: str, options: LoadOptions) -> Dataset:
    """Return the data set ``name`` of openml.org.

    Inputs named ``pixel1``, ``pixel2`` … whose number is a square and whose values are whole numbers from 0 to 255 are
    images; 70,000 of them are MNIST's 60,000 for training and 10,000 for the test, in this order. Others are tables.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    DataError
        If a download is forbidden or fails, or there is no such set.
    """
    sets = require("sklearn.datasets", extra="openml", purpose="fetching data sets from openml.org")
    if not re.fullmatch(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}", name):
        raise DataError(f"{name!r} is no name of a set of openml.org; give one without slashes, such as openml:iris")
    if options.offline:
        raise DataError(f"openml:{name} has to be downloaded from openml.org; allow downloads, or give a file")
    try:
        bunch = sets.fetch_openml(
            name,
            target_column=options.columns.target[0] if options.columns.target else "default-target",
            data_home=search_paths.cache_folder() / "openml",
            as_frame=False,
            parser="pandas",
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"cannot fetch {name!r} from openml.org: {error}; check the name and the connection") from error
    if bunch.target is None or np.ndim(bunch.target) != 1:
        raise DataError(f"openml:{name} has no single default target; name a target column")
    if not isinstance(bunch.data, np.ndarray):
        raise DataError(f"openml:{name} is a sparse matrix; expected a dense table")
    pixels = _pixels(bunch)
    if pixels is not None:
        return _images(name, pixels, bunch.target, options)
    columns = replace(options.columns, target=(str(bunch.target_names[0]),))
    return dataset_of(_table(name, bunch), name, replace(options, columns=columns))


def _pixels(bunch: Any) -> Array | None:
    """Return the inputs as (N, side, side, 1) uint8 images, or None if they are not images."""
    values: Array = bunch.data
    side = math.isqrt(values.shape[1])
    is_named_so = all(str(feature).startswith("pixel") for feature in bunch.feature_names)
    if not is_named_so or side * side != values.shape[1] or values.dtype.kind not in "iuf":
        return None
    pixels = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        pixels[rows] = np.clip(np.nan_to_num(values[rows]), 0, 255)
        if not np.array_equal(pixels[rows], values[rows]):
            return None
    return pixels.reshape(-1, side, side, 1)


def _images(name: str, pixels: Array, labels: Array, options: LoadOptions) -> Dataset:
    targets, classes = encode_labels(np.asarray(labels).astype(str))
    is_whole_mnist = pixels.shape == (_MNIST_ALL, 28, 28, 1)
    known = next((images for images in (FASHION_MNIST, MNIST) if name.lower().startswith(images.name)), None)
    image = known.image if known and is_whole_mnist else ImageFormat(*pixels.shape[1:])
    preprocessing = ImagePreprocessing(scale=1 / 255, image=image)
    rows = {"train": slice(None)}
    if is_whole_mnist:
        rows = {"train": slice(_MNIST_TRAIN), "test": slice(_MNIST_TRAIN, None)}
    parts = {split: Samples(pixels[chosen], targets[chosen]) for split, chosen in rows.items()}
    return Dataset.of(name, parts, classes, preprocessing, options)


def _table(name: str, bunch: Any) -> Table:
    import pandas as pd

    categories = bunch.categories or {}
    columns = {
        str(feature): [_cell(value, categories.get(feature)) for value in bunch.data[:, i].tolist()]
        for i, feature in enumerate(bunch.feature_names)
    }
    columns[str(bunch.target_names[0])] = np.asarray(bunch.target).tolist()
    return Table(f"openml:{name}", numbers_and_texts(pd.DataFrame(columns)), range(1, len(bunch.data) + 1))


def _cell(value: Any, categories: list[str] | None) -> Any:
    """Return a cell; a number in a column of categories is the index of one."""
    return categories[int(value)] if categories and isinstance(value, float) and value == value else value
