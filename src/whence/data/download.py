"""Download of files from the first mirror that delivers them complete, with a check of their hash."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from whence.data.load_options import Progress
from whence.errors import DataError
from whence.files import locked, require_place

_BYTES_PER_READ = 1 << 16
_SECONDS_OF_SILENCE = 30.0
_SECONDS_IN_ALL = 1800.0
_RETRIES = 1


@dataclass(frozen=True)
class RemoteFile:
    """A file that mirrors offer: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


def fetch(files: Sequence[RemoteFile], mirrors: Sequence[str], folder: Path, progress: Progress | None = None) -> None:
    """Download those of ``files`` that are not in ``folder``, or are damaged there.

    A file appears under its name only when it is complete and its hash is right. A mirror that fails is asked once
    more, then the next one. Other processes that want files in the same folder wait until these are there.

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

    Raises
    ------
    DataError
        If the folder cannot be made or no mirror delivers; the message lists each mirror with its reason.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {folder} to download into: {error.strerror or error}") from error
    received = _Received(sum(file.size for file in files), progress)
    with locked(folder.with_name(f".{folder.name}.lock")):
        for file in files:
            require_place(folder / file.name)
            _from_any_mirror(file, mirrors, folder, received)
            received.finished += file.size


def is_damaged(file: RemoteFile, folder: Path) -> bool:
    """Return whether a folder has a file under its name that is not the published one."""
    path = folder / file.name
    if not path.is_file():
        return False
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256


def _from_any_mirror(file: RemoteFile, mirrors: Sequence[str], folder: Path, received: _Received) -> None:
    import pooch
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(
        progressbar=received, chunk_size=_BYTES_PER_READ, timeout=_SECONDS_OF_SILENCE, headers={"User-Agent": "whence"}
    )
    failures = []
    for mirror in mirrors:
        received.require_time()
        cache = pooch.create(folder, mirror, registry={file.name: f"sha256:{file.sha256}"}, retry_if_failed=_RETRIES)
        try:
            cache.fetch(file.name, downloader=downloader)
            return
        except DataError:
            raise
        except (RequestException, HTTPError) as error:
            failures.append(f"{mirror} ({_first_cause(error)})")
        except ValueError as error:
            other = f"its file has another SHA-256 than {file.sha256[:12]}…"
            failures.append(f"{mirror} ({other if 'hash' in str(error) else f'it leads to a wrong address: {error}'})")
    raise DataError(
        f"no mirror delivered {file.name}: {'; '.join(failures)}; try again later, "
        "or put the file into a folder and set the environment variable WHENCE_DATA to it"
    )


def _first_cause(error: BaseException) -> str:
    """Return what an error goes back to, such as ``Connection refused`` or ``404 Client Error: Not Found``."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error).partition(" for url: ")[0]


class _Received:
    """What pooch takes for a progress bar: counts the bytes of one file after the other and reports them.

    Attributes
    ----------
    finished : int
        The bytes of the files that are there.
    """

    def __init__(self, size: int, progress: Progress | None) -> None:
        self.size, self.progress, self.finished = size, progress, 0
        self._of_file = 0
        self._deadline = time.monotonic() + _SECONDS_IN_ALL

    @property
    def total(self) -> int:
        """The bytes of the file, which pooch sets when an attempt begins."""
        return self._expected

    @total.setter
    def total(self, expected: int) -> None:
        self._expected = expected
        self.reset()

    def reset(self) -> None:
        """Begin the file anew."""
        self._of_file = 0

    def require_time(self) -> None:
        """Raise `DataError` if all files together have taken too long."""
        if time.monotonic() > self._deadline:
            raise DataError(
                f"the files did not arrive within {_SECONDS_IN_ALL / 60:.0f} minutes; try a faster connection, "
                "or put them into a folder and set the environment variable WHENCE_DATA to it"
            )

    def update(self, count: int) -> None:
        """Count the bytes of a chunk; the last one may be shorter than pooch says."""
        self.require_time()
        self._of_file = min(self._of_file + count, self._expected)
        if self.progress is not None:
            self.progress(min(self.finished + self._of_file, self.size), self.size)

    def close(self) -> None:
        """Do nothing: the next file goes on with the same count."""
