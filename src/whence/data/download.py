"""Download of files from the first mirror that delivers them complete, with a check of their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from whence.data.load_options import Progress
from whence.errors import DataError
from whence.files import replacing

_BYTES_PER_READ = 1 << 16
_SECONDS_OF_SILENCE = 30.0


@dataclass(frozen=True)
class RemoteFile:
    """A file that mirrors offer: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class _MirrorFailed(Exception):
    """One mirror failed; the next one is tried."""


def fetch(
    files: Sequence[RemoteFile], mirrors: Sequence[str], folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Download ``files`` into ``folder``.

    A file appears under its name only when it is complete and its hash is right. If a connection breaks, the next
    mirror continues from the received bytes if it can.

    Parameters
    ----------
    files : sequence of RemoteFile
        What to download.
    mirrors : sequence of str
        Addresses of folders, each ending in a slash, in the order in which to try them.
    folder : Path
        Where to put the files; made if it does not exist.
    progress : callable or None
        Called with the numbers of received bytes and of all bytes.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    DataError
        If the folder cannot be made or no mirror delivers; the message lists each mirror with its reason.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {folder} to download into: {error.strerror or error}") from error
    total = sum(file.size for file in files)
    finished = 0
    for file in files:
        with replacing(folder / file.name) as out:
            for received in _from_any_mirror(file, mirrors, out):
                if progress is not None:
                    progress(finished + received, total)
        finished += file.size
    return [folder / file.name for file in files]


def _from_any_mirror(file: RemoteFile, mirrors: Sequence[str], out: IO[bytes]) -> Iterator[int]:
    """Write ``file`` to ``out`` and yield the number of received bytes after each chunk."""
    partial = _Partial(out)
    failures = []
    for mirror in mirrors:
        try:
            for chunk, position in _chunks(mirror + file.name, partial.received):
                partial.write(chunk, position)
                yield min(partial.received, file.size)
                if partial.received > file.size:
                    break
            if partial.received < file.size:
                raise _MirrorFailed(f"the connection ended after {partial.received:,} of {file.size:,} bytes")
            found = partial.digest.hexdigest()
            if found == file.sha256:
                return
            partial.restart()
            raise _MirrorFailed(f"its SHA-256 begins with {found[:12]}, expected {file.sha256[:12]}")
        except _MirrorFailed as failure:
            failures.append(f"{mirror} ({failure})")
    raise DataError(
        f"no mirror delivered {file.name}: {'; '.join(failures)}; try again later, "
        "or put the file into a folder and set the environment variable WHENCE_DATA to it"
    )


class _Partial:
    """The received part of a file, and its digest."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.restart()

    def restart(self) -> None:
        self.out.seek(0)
        self.out.truncate()
        self.digest = hashlib.sha256()
        self.received = 0

    def write(self, chunk: bytes, position: int) -> None:
        if position != self.received:  # this mirror cannot continue in the middle
            self.restart()
        self.out.write(chunk)
        self.digest.update(chunk)
        self.received += len(chunk)


def _chunks(url: str, start: int) -> Iterator[tuple[bytes, int]]:
    """Yield chunks from ``url`` with their positions in the file, from ``start`` or, if the mirror cannot, from 0."""
    import http.client
    import urllib.error
    import urllib.request

    headers = {"User-Agent": "whence"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=_SECONDS_OF_SILENCE) as response:
            position = start if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            while chunk := response.read(_BYTES_PER_READ):
                yield chunk, position
                position += len(chunk)
    except urllib.error.HTTPError as error:
        error.close()
        raise _MirrorFailed(f"HTTP {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _MirrorFailed(str(getattr(error, "reason", error)) or type(error).__name__) from error
