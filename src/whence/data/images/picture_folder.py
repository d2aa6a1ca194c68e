"""Folders of pictures of one size, with a sub-folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.picture_file import PICTURE_FILES, open_picture
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.errors import DataError

_SPLITS = {"train": ("train",), "validation": ("validation", "val", "valid"), "test": ("test",)}


def load_pictures(folder: Path, options: LoadOptions) -> Dataset:
    """Return the data set in a folder of PNG and JPEG pictures.

    The names of the sub-folders are the classes. A folder may also have the sub-folders ``train`` and optionally
    ``validation`` and ``test``, each with a sub-folder per class. The first picture determines whether pictures are
    grey or in colour.

    Raises
    ------
    DataError
        If there are no pictures, a file is not a picture, or one differs from the first in size or has more channels.
    """
    parts = {split: part for split, names in _SPLITS.items() for name in names if (part := folder / name).is_dir()}
    if "train" not in parts:
        parts = {"train": folder}
    files = {split: _files(part) for split, part in parts.items()}
    classes = tuple(sorted({label for pictures in files.values() for label, _ in pictures}))
    first = open_picture(files["train"][0][1])
    samples = {split: _read(pictures, classes, first) for split, pictures in files.items()}
    preprocessing = ImagePreprocessing(scale=1 / 255, image=ImageFormat(*first.shape))
    return Dataset.of(folder.resolve().name, samples, classes, preprocessing, options)


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Return the class and the path of every picture in the sub-folders."""
    parts = {
        part: sorted(file for file in part.iterdir() if not file.name.startswith("."))
        for part in sorted(part for part in folder.iterdir() if part.is_dir() and not part.name.startswith("."))
    }
    if not any(_is_picture(file) for files in parts.values() for file in files):
        raise DataError(
            f"the folder {folder} holds neither MNIST's files nor a sub-folder of PNG or JPEG pictures for each class; "
            "check the path"
        )
    for part, files in parts.items():
        if not files:
            raise DataError(f"the folder {part} of class {part.name!r} is empty; add pictures or remove it")
        for file in files:
            if not _is_picture(file):
                raise DataError(f"{file} is not a PNG or JPEG picture; remove it from the folder of its class")
    return [(part.name, file) for part, files in parts.items() for file in files]


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in PICTURE_FILES


def _read(pictures: list[tuple[str, Path]], classes: tuple[str, ...], first: Array) -> Samples:
    inputs = np.empty((len(pictures), *first.shape), np.uint8)
    for i, (_, file) in enumerate(pictures):
        picture = open_picture(file)
        if picture.shape[:2] != first.shape[:2]:
            raise DataError(
                f"{file} is {picture.shape[1]} × {picture.shape[0]} pixels and the first picture "
                f"{first.shape[1]} × {first.shape[0]}; make all the same size"
            )
        if picture.shape[2] > first.shape[2]:
            raise DataError(f"{file} is in colour and the first picture is grey; make all of them alike")
        inputs[i] = picture
    return Samples(inputs, np.array([classes.index(label) for label, _ in pictures], dtype=np.int64))
