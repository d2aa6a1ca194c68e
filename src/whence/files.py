"""Write files atomically, and lock them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from whence.errors import RunFolderError


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a temporary file beside ``path``, and rename it to ``path`` when the block ends without an error.

    A reader sees the old file or the new one, never a part; if the block fails, the old file stays. Concurrent writers
    use separate temporary files, and the last one to finish wins.

    Parameters
    ----------
    path : path
        The file to write; its folder must exist.

    Yields
    ------
    binary file
        The file to write to within the block.

    Raises
    ------
    RunFolderError
        If the file cannot be written: its folder is missing or read-only, it is a folder, or the disk is full.
    """
    target = Path(path)
    require_place(target)
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        try:
            with open(temporary, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
            sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunFolderError(
            f"cannot write {target}: {error.strerror or error}; free some space or choose another folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can; Windows cannot."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, so that they outlast a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


@contextlib.contextmanager
def locked(path: Path, *, timeout: float = -1) -> Iterator[None]:
    """Keep other processes that lock the same file out of the block, where the file system has locks.

    The file is empty and stays, since a process that waits for it has it open.

    Parameters
    ----------
    path : Path
        The file; made if it does not exist.
    timeout : float
        Seconds to wait for another process; a negative number waits until it is done.

    Raises
    ------
    TimeoutError
        If another process has it for longer.
    """
    from filelock import FileLock

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(NotImplementedError):
            stack.enter_context(FileLock(path, timeout=timeout))
        yield


def require_place(path: Path) -> None:
    """Raise `RunFolderError` if ``path`` is a folder or its parent folder does not exist."""
    if path.is_dir():
        raise RunFolderError(f"cannot write {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise RunFolderError(f"cannot write {path}: there is no folder {path.parent}; create it, or choose another")
