"""Logs for TensorBoard, written by tensorboardX."""

from __future__ import annotations

import os
import struct
import time
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.errors import RunFolderError
from whence.files import make_folder
from whence.interop.logs.log import Log
from whence.optional import require
from whence.training import Training
from whence.training.callbacks import Record

_FILES = "events.out.tfevents.*"
_NO_MEASURES = "epoch", "step", "seconds"
_HEAD, _CHECKSUM = struct.Struct("<Q4x"), 4
"""What is before an event in a file, its length and a checksum, and the bytes of that behind it."""

_Place = tuple[int, str]
"""A step and the tag of a measure."""


class TensorBoardLog(Log):
    """Writes the measures of every epoch as scalars at its last step, for ``tensorboard --logdir FOLDER``.

    Those of training and validation, ``loss/train`` and ``loss/validation``, stand side by side there.

    Parameters
    ----------
    folder : path
        The folder; it is made if need be. TensorBoard compares folders that are in one folder.
    replace : bool
        As for `Log`.

    Raises
    ------
    MissingDependencyError
        If tensorboardX is not installed.
    """

    _writer: Any = None

    @checks_arguments
    def __init__(self, folder: str | os.PathLike[str], *, replace: bool = False) -> None:
        super().__init__(folder, replace=replace)
        self._library = require("tensorboardX", extra="track", purpose="logging for TensorBoard")

    def obstacle(self, records: Sequence[Record]) -> str:
        held = dict(self._held())
        expected = {place: number for record in records for place, number in _scalars(record)}
        common = held.keys() & expected.keys()
        own = common or not held
        same = all(np.array_equal(held[place], expected[place], equal_nan=True) for place in common)
        return "" if own and same else "the log of another training"

    def on_start(self, training: Training) -> None:
        make_folder(self.path)
        self.require_free(training.history)
        try:
            for file in self.path.glob(_FILES):
                file.unlink()
            self._writer = self._library.event_file_writer.EventsWriter(str(self.path / "events"))
        except OSError as error:
            raise RunFolderError(
                f"cannot write a log to {self.path}: {error.strerror}; choose another folder"
            ) from error
        weakref.finalize(self, self._writer.close)
        for record in training.history:
            self._write(record)
        self._writer.flush()

    def on_epoch_end(self, training: Training) -> None:
        try:
            self._write(training.history[-1])
            self._writer.flush()
        except OSError as error:
            raise RunFolderError(f"cannot write to {self.path}: {error.strerror}; free some space") from error

    def _write(self, record: Record) -> None:
        proto, values = self._library.proto, [(tag, float(number)) for (_, tag), number in _scalars(record)]
        made = [proto.summary_pb2.Summary.Value(tag=tag, simple_value=number) for tag, number in values]
        summary = proto.summary_pb2.Summary(value=made)
        self._writer.write_event(proto.event_pb2.Event(wall_time=time.time(), step=record["step"], summary=summary))

    def _held(self) -> Iterator[tuple[_Place, np.float32]]:
        """Yield the scalars of all whole events in the folder."""
        for file in sorted(self.path.glob(_FILES)):
            content, start = file.read_bytes(), 0
            while start + _HEAD.size <= len(content):
                begin = start + _HEAD.size
                end = begin + _HEAD.unpack_from(content, start)[0]
                if end > len(content):
                    break
                event = self._library.proto.event_pb2.Event.FromString(content[begin:end])
                yield from (((event.step, each.tag), np.float32(each.simple_value)) for each in event.summary.value)
                start = end + _CHECKSUM


def _scalars(record: Record) -> Iterator[tuple[_Place, np.float32]]:
    """Yield the measures of an epoch as TensorBoard has them, where the first part of a tag is the heading."""
    for name, number in record.items():
        if name not in _NO_MEASURES:
            part, _, measure = name.partition("_")
            tag = f"{measure}/{part}" if part in ("train", "validation") else name
            with np.errstate(over="ignore"):
                yield (record["step"], tag), np.float32(number)
