"""Write files atomically and so that they outlast a power cut, and lock them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from whence.errors import ArgumentError, RunFolderError

_LEFT_OVER = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a temporary file beside ``path``, and rename it to ``path`` when the block ends without an error.

    A reader sees the old file or the new one, never a part, also after a power cut; if the block fails, the old file
    stays. Concurrent writers use separate temporary files, and the last one to finish wins. The new file has the
    permissions of the old one. Of a symbolic link, the file that it leads to is replaced; a pipe gets all at the end of
    the block.

    Parameters
    ----------
    path : path
        The file or pipe to write; its folder must exist.

    Yields
    ------
    binary file
        The file to write to within the block.

    Raises
    ------
    RunFolderError
        If the file cannot be written: its folder is missing or read-only, it is a folder or a device, or the disk is
        full.
    """
    target = Path(path)
    require_place(target)
    if target.is_symlink() and not target.is_fifo():
        target = Path(os.path.realpath(target))
        require_place(target)
    try:
        if target.is_fifo():
            content = io.BytesIO()
            yield content
            with open(target, "wb") as pipe:
                pipe.write(content.getbuffer())
            return
        temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
        try:
            with open(temporary, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
            sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except RunFolderError:  # of another file that is written within the block
        raise
    except OSError as error:
        raise RunFolderError(
            f"cannot write {target}: {error.strerror or error}; free some space or choose another folder"
        ) from error


def require_ending(path: str | os.PathLike[str], *endings: str) -> None:
    """Raise `ArgumentError` if the name of a file to write has an ending, such as ``.pdf``, that is none of these."""
    ending = Path(path).suffix
    if ending and ending.lower() not in map(str.lower, endings):
        raise ArgumentError(
            f"{path} ends in {ending}, which cannot be written here; give a name that ends in {' or '.join(endings)}"
        )


def replaced_by(path: Path) -> str | None:
    """Return the name of the file that `replacing` would have replaced by a temporary file; None if it is no such file.

    Where the file's writer is gone, a kill has left the temporary file over.
    """
    match = _LEFT_OVER.fullmatch(path.name)
    return match and match[1]


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


def spelled_for_files(name: str) -> str:
    """Return a name from outside as part of the name of a file: its letters, digits and _, at most 100 bytes of UTF-8.

    Separators, dots, control characters and whatever else a system reads into a name become dashes; a name of which
    nothing is left becomes ``run``.
    """
    return re.sub(r"\W+", "-", name).encode()[:100].decode(errors="ignore").strip("-") or "run"


def require_place(path: Path) -> None:
    """Raise `RunFolderError` if ``path`` is a folder, a device or a socket, or its parent folder does not exist."""
    if path.is_dir():
        raise RunFolderError(f"cannot write {path}: it is a folder; name a file in it")
    if path.exists() and not (path.is_file() or path.is_fifo()):
        raise RunFolderError(f"cannot write {path}: it is a device or a socket; name a file or a pipe")
    if not path.parent.is_dir():
        raise RunFolderError(f"cannot write {path}: there is no folder {path.parent}; create it, or choose another")
