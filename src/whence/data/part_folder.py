"""Folders of many files that together are one data set, such as ``part-000.parquet``, ``part-001.parquet`` …"""

from __future__ import annotations

from pathlib import Path

from whence.data.images.picture_listing import SPLITS
from whence.errors import DataError

PART_FILES = (".parquet", ".npz")


def kind_of_parts(folder: Path) -> str | None:
    """Return the suffix of the parts that a folder holds; None if it holds none.

    Raises
    ------
    DataError
        If it holds parts of several kinds.
    """
    found = [suffix for suffix in PART_FILES if any(_files(place, suffix) for place in (folder, *_places(folder)))]
    if len(found) > 1:
        raise DataError(f"{folder} holds {' and '.join(found)} files; give a folder with one kind of them")
    return found[0] if found else None


def part_files(folder: Path, suffix: str) -> dict[str, list[Path]]:
    """Return the parts for training, validation and testing, in the order of their names.

    They are in the folder itself, or in folders within it that are called ``train``, ``validation`` and ``test``.

    Raises
    ------
    DataError
        If there are both, or none for training.
    """
    found = {"train": _files(folder, suffix)} if _files(folder, suffix) else {}
    for place, split in _places(folder).items():
        if not (files := _files(place, suffix)):
            continue
        if split in found:
            raise DataError(f"{place} and {found[split][0].parent} both hold {split} data; keep one of them")
        found[split] = files
    if "train" not in found:
        raise DataError(f"{folder} has no {suffix} files for training; put them into {folder / 'train'}")
    return found


def _files(folder: Path, suffix: str) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() == suffix and file.is_file() and not file.name.startswith((".", "_"))
    )


def _places(folder: Path) -> dict[Path, str]:
    """Return the folders within one that are named for a part of the data, with the name of the part."""
    return {
        place: split
        for place in sorted(folder.iterdir())
        for split, names in SPLITS.items()
        if place.is_dir() and place.name.lower() in names
    }
