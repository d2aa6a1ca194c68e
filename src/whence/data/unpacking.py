"""How far a packed file is unpacked: as far as honest data go, so that a few bytes cannot fill the memory."""

from __future__ import annotations

import io
import zipfile

from whence.errors import DataError

_ALWAYS = 200_000_000
_TIMES = 100


def most_unpacked(packed: int) -> int:
    """Return how many bytes a file of some bytes may unpack to: 200 MB, or a hundred times as many."""
    return max(_ALWAYS, _TIMES * packed)


def read_unpacked(file: io.BufferedIOBase, packed: int, name: object) -> bytes:
    """Return what a file unpacks to.

    Parameters
    ----------
    file : binary file
        The file, which unpacks as it is read.
    packed : int
        Its packed bytes.
    name : object
        Its name for messages.

    Raises
    ------
    DataError
        If that is more than `most_unpacked`.
    """
    content = file.read(most_unpacked(packed) + 1)
    require_honest(len(content), packed, name)
    return content


def require_honest(unpacked: int, packed: int, name: object) -> None:
    """Raise `DataError` if a file unpacks to more bytes than `most_unpacked`."""
    if unpacked > most_unpacked(packed):
        raise DataError(
            f"{name} unpacks to more than {most_unpacked(packed) // 1_000_000:,} MB from {packed:,} bytes, as no data "
            "do; if it is meant to be so, unpack it and give what was in it"
        )


def require_honest_members(archive: zipfile.ZipFile, packed: int, name: object) -> None:
    """Raise `DataError` if the files in an archive unpack to more bytes than `most_unpacked`."""
    require_honest(sum(member.file_size for member in archive.infolist()), packed, name)
