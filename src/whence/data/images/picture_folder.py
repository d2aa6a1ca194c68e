"""Folders of pictures with a sub-folder for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from whence.arrays import Array, Shape
from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.measured_format import measured_format
from whence.data.images.picture import read_image
from whence.data.images.picture_file import open_picture
from whence.data.images.picture_listing import Listing, list_pictures
from whence.data.images.picture_size import PictureSize, resized
from whence.data.images.preprocessing import StandardisedImages
from whence.data.load_options import LoadOptions
from whence.data.parts import Part, Parts, in_memory_if_small
from whence.data.samples import Samples
from whence.errors import DataError
from whence.stored_rows import LARGE, stored
from whence.wording import counted, listed

_NAMED = 5


def load_pictures(folder: Path, options: LoadOptions) -> Dataset:
    """Return the data set in a folder of pictures, standardised.

    The names of the sub-folders are the classes; `list_pictures` says which folders are looked through. If a picture is
    in colour, all are. Those that take 64 MB or more together are read as they are needed, and kept up to 256 MB.
    Pictures for a network that was trained before are read as for its predictions.

    Raises
    ------
    DataError
        If there are no pictures, files are no pictures, or the pictures differ in size and none was given.
    """
    listing = list_pictures(folder)
    pictures, parts = _looked_at(listing, options)
    size = PictureSize.read(options.size) if options.size else _only_size(folder, pictures.shapes)
    colours = [shape[2] == 3 for shape in pictures.shapes.values()]
    if any(colours) and not all(colours):
        grey = counted(len(colours) - sum(colours), "grey picture")
        listing.remarks.append(f"{grey} among {len(colours):,} taken for coloured ones")
    classes = tuple(sorted({label for files in parts.values() for label, _ in files}))
    shape = (size.height, size.width, 3 if any(colours) else 1)

    read = partial(_in_one_size, pictures=pictures, size=size, shape=shape)
    samples = {}
    for split, files in parts.items():
        inputs = in_memory_if_small(stored(Parts([Part(file, 1) for _, file in files], shape, np.uint8, read)))
        samples[split] = Samples(inputs, np.array([classes.index(label) for label, _ in files], np.int64))
    pictures.kept.clear()
    preprocessing = StandardisedImages(image=measured_format(samples["train"].inputs, size.resize))
    name = folder.resolve().name
    names = [str(file.relative_to(folder)) for _, file in parts["train"]]
    dataset = Dataset.of(name, samples, classes, preprocessing, options, lambda sample: [names[sample]])
    return replace(dataset, remarks=tuple(listing.remarks))


def _in_one_size(part: Part, pictures: _Pictures, size: PictureSize, shape: Shape) -> Array:
    """Return the picture in a file as an array of one."""
    picture = resized(pictures.read(part.file), size.height, size.width, size.resize)
    return np.broadcast_to(picture, shape)[np.newaxis]


class _Pictures:
    """Pictures as they are read from their files, of which the first are kept until each was asked for again."""

    def __init__(self, image: ImageFormat | None) -> None:
        self._image = image
        self._room = LARGE
        self.kept: dict[Path, Array] = {}
        self.shapes: dict[Path, Shape] = {}

    def look_at(self, file: Path) -> None:
        """Read a picture for the first time; raise `DataError` if it cannot be read."""
        picture = self.read(file)
        self.shapes[file] = picture.shape
        if picture.nbytes <= self._room:
            self.kept[file] = picture
            self._room -= picture.nbytes

    def read(self, file: Path) -> Array:
        """Return a picture, (H, W, C)."""
        if file in self.kept:
            return self.kept.pop(file)
        return _without_colour_if_grey(open_picture(file)) if self._image is None else read_image(file, self._image)


def _looked_at(listing: Listing, options: LoadOptions) -> tuple[_Pictures, dict[str, list[tuple[str, Path]]]]:
    """Return the pictures, each read once, and the files of each part that could be read."""
    pictures, unreadable = _Pictures(options.image), []
    for files in listing.parts.values():
        for _, file in files:
            try:
                pictures.look_at(file)
            except DataError as error:
                unreadable.append((file, str(error).partition(";")[0]))
    if unreadable and not options.skip_unreadable:
        raise DataError(
            f"{_said(unreadable)}; remove what is no picture, or leave it out with --skip-unreadable "
            "(in Python, skip_unreadable=True)"
        )
    if unreadable:
        listing.remarks.append(f"{_said(unreadable)}; left out")
    parts = {split: [one for one in files if one[1] in pictures.shapes] for split, files in listing.parts.items()}
    for split, files in parts.items():
        if not files:
            raise DataError(f"none of the {split} files is a readable picture; {_said(unreadable)}")
    return pictures, parts


def _said(unreadable: Sequence[tuple[Path, str]]) -> str:
    if len(unreadable) == 1:
        return unreadable[0][1]
    names = [str(file) for file, _ in unreadable[:_NAMED]]
    more = [f"{len(unreadable) - _NAMED:,} more"] if len(unreadable) > _NAMED else []
    return f"{len(unreadable):,} files are not readable pictures: {listed([*names, *more])}"


def _without_colour_if_grey(pixels: Array) -> Array:
    """Return a picture whose channels are all the same with one of them."""
    is_grey = pixels.shape[2] == 3 and np.array_equal(pixels[..., 0], pixels[..., 1])
    return pixels[..., :1] if is_grey and np.array_equal(pixels[..., 1], pixels[..., 2]) else pixels


def _only_size(folder: Path, shapes: Mapping[Path, Shape]) -> PictureSize:
    sizes = {(height, width): file for file, (height, width, _) in shapes.items()}
    if len(sizes) == 1:
        return PictureSize(*next(iter(sizes)))
    smallest, largest = (pick(sizes, key=lambda size: size[0] * size[1]) for pick in (min, max))
    shown = [f"{width} × {height} pixels ({sizes[height, width].name})" for height, width in (smallest, largest)]
    raise DataError(
        f"the pictures in {folder} have {len(sizes)} sizes, from {shown[0]} to {shown[1]}; give one for all as size, "
        'such as 28, 64x48 or "64x48 crop"'
    )
