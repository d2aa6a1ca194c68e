"""The four IDX files of a set of images, found in a folder by their content, whatever their names and packing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.dataset import Dataset
from whence.data.images.idx import idx_axes, read_idx
from whence.data.images.mnist_family import Member, are_transposed, member_of
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.errors import DataError
from whence.wording import listed

_PARTS = ("train", "t10k")
IDX_AXES = {"train-images": 3, "train-labels": 1, "t10k-images": 3, "t10k-labels": 1}
"""The four files of a set, and the number of axes of the arrays in them."""


def idx_sets(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the IDX files in a folder, for each set by what they hold: ``train-images``, ``t10k-labels`` and so on.

    Files with three axes hold images, others labels; ``test`` is as good as ``t10k``. What stands in a name before
    these words, such as ``emnist-letters``, is the name of the set.
    """
    sets: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        found = re.search("t10k|test|train", file.name.lower())
        axes = idx_axes(file) if found else None
        if found and axes:
            part = "train" if found[0] == "train" else "t10k"
            kind = "images" if axes == 3 else "labels"
            sets.setdefault(file.name[: found.start()].rstrip("-_. "), {}).setdefault(f"{part}-{kind}", file)
    return sets


def load_idx_set(path: Path, options: LoadOptions) -> Dataset | None:
    """Return the set of images in a folder of IDX files, or the set to which one file belongs; None if there is none.

    Raises
    ------
    DataError
        If a file is missing or damaged, or a folder holds several sets.
    """
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and not idx_axes(path):
        return None
    sets = {name: files for name, files in idx_sets(folder).items() if path.is_dir() or path in files.values()}
    if not sets and path.is_dir():
        return None
    if not sets:
        raise DataError(f"the name of {path} holds none of train, test and t10k; rename it, so that its set is found")
    if len(sets) > 1:
        raise DataError(f"{folder} holds the sets {listed(sets)}; give a file of the one to load")
    name, files = sets.popitem()
    lacking = [part for part in IDX_AXES if part not in files]
    if lacking:
        raise incomplete(folder, name or "MNIST", lacking)
    dataset = read_idx_set(files, f"{folder.resolve().name} {name}")
    return dataset.held_out(options.test, options.validation, options.seed)


def incomplete(folder: Path, title: str, lacking: Sequence[str]) -> DataError:
    """Return the error for a folder in which some of the four files are not."""
    missing = " and ".join(f"{part}-idx{IDX_AXES[part]}-ubyte" for part in lacking)
    return DataError(f"{folder} holds some files of {title} but not {missing}; add what is missing")


def read_idx_set(files: dict[str, Path], name: str, member: Member | None = None) -> Dataset:
    """Return the set of images in four IDX files.

    Parameters
    ----------
    files : dict of str to Path
        As from `idx_sets`.
    name : str
        The name of the set, in case its content does not tell it.
    member : Member, optional
        Which set it has to be; by default it is told from its content.

    Raises
    ------
    DataError
        If files are damaged, do not belong together, or have labels that the set does not.
    """
    parts = {part: _pair(files[f"{part}-images"], files[f"{part}-labels"]) for part in _PARTS}
    member = member or member_of(*parts["train"], name)
    transposed = are_transposed(*parts["train"], member)
    samples = {}
    for part, (images, labels) in parts.items():
        labels_file = files[f"{part}-labels"]
        targets = labels.astype(np.int64) - member.first_label
        wrong = (targets < 0) | (targets >= len(member.classes))
        if wrong.any():
            row, first = int(wrong.argmax()), member.first_label
            raise DataError(
                f"{labels_file} holds the label {labels[row]} at position {row}; "
                f"expected {first} to {first + len(member.classes) - 1}"
            )
        images = np.ascontiguousarray(images.transpose(0, 2, 1)) if transposed else images
        samples[part] = Samples(images[..., np.newaxis], targets)
    remarks = ("the rows and columns of its images are exchanged in the files, and set right",) if transposed else ()
    height, width = samples["train"].inputs.shape[1:3]
    preprocessing = ImagePreprocessing(scale=1 / 255, image=replace(member.image, height=height, width=width))
    return Dataset(member.name, samples["train"], None, samples["t10k"], member.classes, preprocessing, remarks)


def _pair(images_file: Path, labels_file: Path) -> tuple[Array, Array]:
    """Return images and their labels; those of QMNIST are in the first of several columns."""
    images, labels = read_idx(images_file, 3), read_idx(labels_file, idx_axes(labels_file) or 1)
    if len(images) != len(labels):
        raise DataError(
            f"{images_file} has {len(images):,} images and {labels_file.name} {len(labels):,} labels; "
            f"give files that belong together"
        )
    return images, labels if labels.ndim == 1 else labels[:, 0]
