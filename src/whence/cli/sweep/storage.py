"""The storage of a study: a journal file, or whatever Optuna has by URL."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.cli.sweep.heartbeats import SECONDS_BETWEEN_HEARTBEATS, SECONDS_UNTIL_LOST
from whence.errors import ArgumentError, MissingDependencyError, StorageError
from whence.files import locked, make_folder

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_LINE_BEGINS = b'{"op_code":'
_TRIES, _SECONDS_BETWEEN_TRIES = 8, 0.05
_CONNECTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": 60},  # seconds
    "postgresql+psycopg": {"client_encoding": "utf8"},  # in a database without an encoding, texts come as bytes
}


def open_storage(place: str) -> BaseStorage:
    """Return the storage at a place, made if there is none.

    Parameters
    ----------
    place : str
        The URL of a database, or the path of a journal file.

    Raises
    ------
    StorageError
        If it cannot be reached, or is none.
    MissingDependencyError
        If the driver of the database is not installed.
    """
    return _database(place) if "://" in place else _journal(Path(place))


def is_file(place: str) -> bool:
    """Return whether a storage is a file, so that all who use it can see each other's folders."""
    return "://" not in place or place.startswith("sqlite:")


def shown(place: str) -> str:
    """Return a place for messages: without the password in a URL."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", place)


def _journal(path: Path) -> BaseStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    make_folder(path.parent)
    try:
        lock: Any = _JournalLock(path)
        return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    except (ValueError, KeyError, TypeError) as error:
        raise _no_journal(path, str(error)) from error
    except OSError as error:
        raise StorageError(
            f"cannot use {path} as a journal: {error.strerror or error}; choose another with --storage"
        ) from error


class _JournalLock:
    """A lock as Optuna expects it, which the system lifts when its holder is killed; taken to write to a journal."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._held = contextlib.ExitStack()

    def acquire(self) -> bool:
        with contextlib.ExitStack() as held:
            held.enter_context(locked(Path(f"{self._journal}.lock")))
            _drop_half_line(self._journal)
            self._held = held.pop_all()
        return True

    def release(self) -> None:
        self._held.close()


def _drop_half_line(journal: Path) -> None:
    """Remove the last line of a journal if it has no end, as a full disk or a killed process leaves it.

    Raises
    ------
    StorageError
        If that line is not the beginning of one of a journal.
    """
    with open(journal, "rb+") as file:
        if not file.seek(0, os.SEEK_END):
            return
        file.seek(-1, os.SEEK_END)
        if file.read() == b"\n":
            return
        file.seek(0)
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if not _LINE_BEGINS.startswith(content[whole:][: len(_LINE_BEGINS)]):
            raise _no_journal(journal, "its last line is none of a journal")
        file.truncate(whole)


def _no_journal(path: Path, why: str) -> StorageError:
    return StorageError(f"{path} is not a journal of Optuna: {why}; choose another file with --storage")


def _database(place: str) -> BaseStorage:
    from optuna.exceptions import StorageInternalError
    from optuna.storages import RDBStorage, get_storage
    from sqlalchemy.exc import ArgumentError as UrlError
    from sqlalchemy.exc import SQLAlchemyError

    url = re.sub("^postgres(ql)?://", "postgresql+psycopg://", place)
    given = next((given for kind, given in _CONNECTIONS.items() if url.startswith(kind)), {})
    for tried in range(1, _TRIES + 1):
        try:
            return get_storage(
                RDBStorage(
                    url,
                    engine_kwargs={"connect_args": given},
                    heartbeat_interval=SECONDS_BETWEEN_HEARTBEATS,
                    grace_period=SECONDS_UNTIL_LOST,
                )
            )
        except ImportError as error:
            raise MissingDependencyError(
                f"the storage {shown(place)} needs a driver that is not installed ({_first_line(error)}); for "
                "PostgreSQL install it with: pip install 'psycopg[binary]' (or pip install 'whence-nn[postgresql]')"
            ) from error
        except UrlError as error:
            raise ArgumentError(
                f"the storage {shown(place)} is no URL of a database; expected one such as postgresql://HOST/NAME or "
                "sqlite:///FILE"
            ) from error
        except (SQLAlchemyError, StorageInternalError) as error:
            # two processes that make the tables at once hinder each other; the second try finds them made
            if tried == _TRIES:
                raise StorageError(
                    f"the storage {shown(place)} cannot be used: {_first_line(error)}; start it, or check its URL"
                ) from error
            time.sleep(_SECONDS_BETWEEN_TRIES * tried)
        except RuntimeError as error:
            raise StorageError(
                f"the storage {shown(place)} is of another version of Optuna: {_first_line(error)}"
            ) from error
    raise AssertionError


def _first_line(error: BaseException) -> str:
    """Return what the first of an error's causes says, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
