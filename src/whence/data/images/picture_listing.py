"""Which pictures a folder holds: the class of each, and whether it is for training, validation or testing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from whence.data.images.picture_file import is_picture
from whence.errors import DataError
from whence.wording import counted, listed

SPLITS = {
    "train": {"train", "training"},
    "validation": {"validation", "val", "valid", "dev"},
    "test": {"test", "testing"},
}
_SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "icon\r"}


@dataclass
class Listing:
    """The pictures of a folder.

    Parameters
    ----------
    parts : dict
        For each of ``train``, ``validation`` and ``test`` that there is, the class and the path of every file.
    remarks : list of str
        What was left out or taken for something, a sentence each.
    """

    parts: dict[str, list[tuple[str, Path]]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def list_pictures(folder: Path) -> Listing:
    """Return the pictures in a folder with a sub-folder for each class.

    There may be a folder for each of training, validation and test around the classes or within each class. Folders
    that hold nothing but one folder are looked through; pictures in folders within that of a class are of this class.

    Raises
    ------
    DataError
        If there are no pictures, a class has none, or two folders are for the same.
    """
    root = _innermost(folder)
    listing = Listing()
    around = _split_folders(root)
    within = {part: _split_folders(part) for part in _folders(root)}
    if around:
        for split, part in around.items():
            listing.parts[split] = _of_classes(_folders(_innermost(part)), listing)
            _remark_on_loose(_innermost(part), listing)
        others = [part.name for part in _folders(root) if part not in around.values()]
        if others:
            listing.remarks.append(f"left out {listed(others)}, which names neither training, validation nor test")
    elif within and all(within.values()):
        for part, splits in within.items():
            for split, inner in splits.items():
                listing.parts.setdefault(split, []).extend((part.name, file) for file in _files(inner))
    else:
        listing.parts["train"] = _of_classes(_folders(root), listing)
    _remark_on_loose(root, listing)
    if not any(is_picture(file) for _, file in listing.parts["train"]):
        raise DataError(
            f"the folder {folder} holds "
            + (
                "pictures, but no sub-folder for each class; put those of each class into a folder of its own"
                if _loose(root)
                else "neither MNIST's files nor a sub-folder of pictures for each class; check the path"
            )
        )
    hidden = sum(_is_hidden(file.relative_to(folder)) for file in folder.rglob("*"))
    taken = {file for files in listing.parts.values() for _, file in files}
    no_pictures = sum(not is_picture(file) for file in _files(folder) if file not in taken)
    skipped = [counted(hidden, "hidden or system file")] if hidden else []
    skipped += [counted(no_pictures, "file that is no picture", "files that are no pictures")] if no_pictures else []
    if skipped:
        listing.remarks.append(f"{listed(skipped)} skipped")
    return listing


def holds_pictures(folder: Path) -> bool:
    """Return whether there is a picture in a folder within a folder."""
    return any(
        is_picture(file)
        for part in _folders(folder)
        for file in _walk(part)
        if not _is_hidden(file.relative_to(folder))
    )


def _of_classes(parts: list[Path], listing: Listing) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for part in parts:
        files = _files(part)
        if not files and any(_files(other) for other in parts):
            raise DataError(f"the folder {part} of class {part.name!r} is empty; add pictures or remove it")
        if any(file.parent != part for file in files):
            listing.remarks.append(f"the pictures in folders within {part.name} are of the class {part.name}")
        found += [(part.name, file) for file in files]
    return found


def _remark_on_loose(folder: Path, listing: Listing) -> None:
    if loose := _loose(folder):
        listing.remarks.append(f"{counted(loose, 'picture')} beside the folders of the classes left out")


def _split_folders(folder: Path) -> dict[str, Path]:
    """Return the folders for training, validation and test, if there is one for training with folders in it or beside.

    Raises
    ------
    DataError
        If two folders are for the same.
    """
    found: dict[str, Path] = {}
    for part in _folders(folder):
        words = set(re.split(r"[\W_]+", part.name.lower()))
        for split, names in SPLITS.items():
            if words & names:
                if split in found:
                    raise DataError(f"both {found[split]} and {part} are for {split}; keep one of them")
                found[split] = part
    is_class = "train" in found and len(found) == 1 and not _folders(found["train"])
    return {} if "train" not in found or is_class else found


def _innermost(folder: Path) -> Path:
    """Return the folder, or that within it if it holds nothing but one folder with folders."""
    while len(inner := _folders(folder)) == 1 and _folders(inner[0]) and not _split_folders(folder):
        if _loose(folder):
            break
        folder = inner[0]
    return folder


def _loose(folder: Path) -> int:
    """Return the number of pictures that lie in a folder itself."""
    return sum(is_picture(file) for file in folder.iterdir() if file.is_file() and not _is_hidden(Path(file.name)))


def _folders(folder: Path) -> list[Path]:
    return sorted(part for part in folder.iterdir() if part.is_dir() and not _is_hidden(Path(part.name)))


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in _walk(folder) if not _is_hidden(file.relative_to(folder)))


def _walk(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file())


def _is_hidden(path: Path) -> bool:
    """Return whether a path, relative to the folder of the data, is that of a hidden file or a system's own."""
    return any(part.startswith(".") or part.lower() in _SYSTEM_FILES for part in path.parts)
