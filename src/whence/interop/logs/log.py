"""What all logs share: one file, to which every epoch is appended, and which a resumed training goes on with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from whence.arguments import checks_arguments
from whence.errors import ArgumentError, RunFolderError
from whence.files import replacing
from whence.training import Callback, Training
from whence.training.callbacks import Record


class Log(Callback):
    """Writes the record of every epoch into a file as soon as it was measured; base class of all logs.

    A training that goes on from a checkpoint goes on with its file: epochs after the checkpoint, which are trained once
    more, are taken back first, and those that are missing are added. So the file has every epoch once, in whole lines,
    also after the process was killed.

    Parameters
    ----------
    path : path
        The file, in an existing folder.
    replace : bool
        Whether to replace the log of another training; otherwise that is an error when training starts.

    Raises
    ------
    ArgumentError
        When training starts, if the file holds anything but the beginning of this training's log.
    RunFolderError
        In training, if the file cannot be written.
    """

    @checks_arguments
    def __init__(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        self.path, self.replace = Path(path), replace

    def encode(self, records: Sequence[Record]) -> bytes:
        """Return the whole content of the file."""
        raise NotImplementedError

    def encode_next(self, record: Record) -> bytes | None:
        """Return what is appended for an epoch, or None if the file has to be written anew for it."""
        raise NotImplementedError

    def decode(self, content: bytes) -> tuple[list[bytes], int]:
        """Return what is in the whole entries of a file, and how many bytes these have."""
        raise NotImplementedError

    def require_free(self, records: Sequence[Record] = ()) -> None:
        """Raise `ArgumentError` if the file holds anything but the beginning of the log of these records."""
        if self.replace:
            return
        held = self._held()
        (found, whole), expected = self.decode(held), self.decode(self.encode(records))[0]
        common = min(len(found), len(expected))
        if held and (not whole or (found and not common) or found[:common] != expected[:common]):
            raise ArgumentError(
                f"{self.path} holds the log of another training already; choose another file, remove it, or replace it "
                "with replace=True (--force)"
            )

    def on_start(self, training: Training) -> None:
        self.require_free(training.history)
        content = self.encode(training.history)
        held = self._held()
        entries, whole = self.decode(held)
        if not held or (entries, whole) != (self.decode(content)[0], len(held)):
            self._write(content)

    def on_epoch_end(self, training: Training) -> None:
        entry = self.encode_next(training.history[-1])
        if entry is None:
            self._write(self.encode(training.history))
            return
        try:
            with open(self.path, "ab", buffering=0) as file:
                file.write(entry)
        except OSError as error:
            raise RunFolderError(f"cannot write {self.path}: {error.strerror}; free some space") from error

    def _held(self) -> bytes:
        """Return what the file holds; nothing if there is none."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ArgumentError(f"cannot write a log to {self.path}: {error.strerror}; choose another file") from error

    def _write(self, content: bytes) -> None:
        with replacing(self.path) as file:
            file.write(content)
