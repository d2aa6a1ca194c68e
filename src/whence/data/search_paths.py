"""The folders in which the files of named data sets are searched for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from whence.errors import DataError


def cache_folder() -> Path:
    """Return the folder for downloads: ``$XDG_CACHE_HOME/whence`` or that of the platform."""
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
    """Return the folders in which to search for the set ``name``, in order.

    Parameters
    ----------
    name : str
        Name of the data set, which is also that of its own folder.
    directory : Path or None
        The only folder to search, if given.

    Raises
    ------
    DataError
        If ``directory`` does not exist.
    """
    if directory is not None:
        if not directory.is_dir():
            raise DataError(f"there is no folder {directory}; give the folder that holds the files of {name}")
        return [directory / name, directory]
    shared = os.environ.get("WHENCE_DATA")
    return [*([Path(shared) / name, Path(shared)] if shared else []), cache_folder() / name]
