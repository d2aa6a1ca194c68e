"""Where the files of named data sets may lie on this machine, in the order in which they are looked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from whence.errors import DataError


def cache_folder() -> Path:
    """Return the folder into which data sets are downloaded: ``$XDG_CACHE_HOME/whence`` or the platform's own."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    if chosen:
        return Path(chosen) / "whence"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "whence" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "whence"
    return Path.home() / ".cache" / "whence"


def folders_of(name: str, directory: Path | None) -> list[Path]:
    """Return the folders in which the set ``name`` may lie, the first choice first.

    Parameters
    ----------
    name : str
        Name of the data set, which is also that of its own folder.
    directory : Path or None
        Where the user says that it lies: then it is looked for there and nowhere else.

    Raises
    ------
    DataError
        If ``directory`` does not exist.
    """
    if directory is not None:
        if not directory.is_dir():
            raise DataError(f"there is no folder {directory}; give the folder that holds the files of {name}")
        return [directory / name, directory]
    folders = []
    shared = os.environ.get("WHENCE_DATA")
    if shared:
        folders += [Path(shared) / name, Path(shared)]
    return [*folders, cache_folder() / name]
