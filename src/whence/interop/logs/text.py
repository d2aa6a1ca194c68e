"""Logs as text: a line for each epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from whence.interop.logs.log import Log
from whence.training.callbacks import Record
from whence.training.checkpoint import record_line


class _TextLog(Log):
    """A log whose entries are lines."""

    def decode(self, content: bytes) -> tuple[list[bytes], int]:
        lines = [line for line in content.splitlines(keepends=True) if line.endswith(b"\n")]
        return lines, sum(map(len, lines))


class JSONLinesLog(_TextLog):
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


class CSVLog(_TextLog):
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
