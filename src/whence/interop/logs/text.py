"""Logs as text: a file with a line for each epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from whence.errors import ArgumentError, RunFolderError
from whence.files import replacing
from whence.interop.logs.log import Log
from whence.training import Training
from whence.training.callbacks import Record
from whence.training.checkpoint import record_line

_IN_EVERY_LOG = b"epoch", b"step"
"""Names of measures that the first line has."""


class TextLog(Log):
    """A log whose entries are lines of a file."""

    def encode(self, records: Sequence[Record]) -> bytes:
        """Return the whole content of the file."""
        raise NotImplementedError

    def encode_next(self, record: Record) -> bytes | None:
        """Return what is appended for an epoch, or None if the file has to be written anew for it."""
        raise NotImplementedError

    def obstacle(self, records: Sequence[Record]) -> str:
        held = self._held()
        found, expected = _lines(held), _lines(self.encode(records))
        common = min(len(found), len(expected))
        if not held or (found and common and found[:common] == expected[:common]):
            return ""
        is_log = found and all(name in found[0] for name in _IN_EVERY_LOG)
        return "the log of another training" if is_log else "something else than the log of a training"

    def on_start(self, training: Training) -> None:
        self.require_free(training.history)
        content = self.encode(training.history)
        if not self._held() or self._held() != content:
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


class JSONLinesLog(TextLog):
    """Writes a JSON object for every epoch in a line of its own, as in ``metrics.jsonl``; null is not a finite number.

    Parameters
    ----------
    path, replace
        As for `Log`.
    """

    def encode(self, records: Sequence[Record]) -> bytes:
        return b"".join(map(self.encode_next, records))

    def encode_next(self, record: Record) -> bytes:
        return record_line(record).encode()


class CSVLog(TextLog):
    """Writes a row for every epoch below a row of names; numbers have all their digits.

    Parameters
    ----------
    path, replace
        As for `Log`.
    """

    _columns: Sequence[str] = ()

    def encode(self, records: Sequence[Record]) -> bytes:
        self._columns = list(dict.fromkeys(name for record in records for name in record))
        head = _row(self._columns) if records else b""
        return head + b"".join(map(self._row_of, records))

    def encode_next(self, record: Record) -> bytes | None:
        return self._row_of(record) if set(record) <= set(self._columns) else None

    def _row_of(self, record: Record) -> bytes:
        return _row([record.get(name, "") for name in self._columns])


def _row(cells: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _lines(content: bytes) -> list[bytes]:
    """Return the whole lines of a file."""
    return [line for line in content.splitlines(keepends=True) if line.endswith(b"\n")]
