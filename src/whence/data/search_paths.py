"""The folders in which the files of named data sets are searched for."""

from __future__ import annotations

import os
from pathlib import Path

from whence.errors import DataError


def cache_folder() -> Path:
    """Return the folder for downloads: the platform's cache, or what the system's variables set in its place."""
    from platformdirs import user_cache_path

    return user_cache_path("whence", appauthor=False)


def cached_folders(name: str) -> list[Path]:
    """Return the folders that downloads of the set ``name`` may be in, the one for new downloads first.

    Version 0.1 used ``$XDG_CACHE_HOME`` on every platform.
    """
    older = os.environ.get("XDG_CACHE_HOME")
    caches = [cache_folder(), *([Path(older) / "whence"] if older else [])]
    return [cache / name for cache in dict.fromkeys(caches)]


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
    return [*([Path(shared) / name, Path(shared)] if shared else []), *cached_folders(name)]
