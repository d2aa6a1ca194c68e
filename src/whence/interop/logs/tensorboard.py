"""Logs for TensorBoard."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from whence.arguments import checks_arguments
from whence.files import make_folder
from whence.interop.logs.event_file import read_frames, scalars_frame, version_frame
from whence.interop.logs.log import Log
from whence.training import Training
from whence.training.callbacks import Record

FILE = "events.out.tfevents.whence"
"""The file in the folder; TensorBoard reads those with such names."""
_NO_MEASURES = "epoch", "step", "seconds"


class TensorBoardLog(Log):
    """Writes the measures of every epoch as scalars at its last step, for ``tensorboard --logdir FOLDER``.

    Those of training and validation, ``loss/train`` and ``loss/validation``, stand side by side there. Writing needs
    neither TensorBoard nor TensorFlow.

    Parameters
    ----------
    folder : path
        The folder; it is made if need be. TensorBoard compares folders that are in one folder.
    replace : bool
        As for `Log`.
    """

    @checks_arguments
    def __init__(self, folder: str | os.PathLike[str], *, replace: bool = False) -> None:
        super().__init__(Path(folder) / FILE, replace=replace)

    def on_start(self, training: Training) -> None:
        make_folder(self.path.parent)
        super().on_start(training)

    def encode(self, records: Sequence[Record]) -> bytes:
        return version_frame(time.time()) + b"".join(map(self.encode_next, records))

    def encode_next(self, record: Record) -> bytes:
        measures = {_tag(name): value for name, value in record.items() if name not in _NO_MEASURES}
        return scalars_frame(time.time(), record["step"], measures)

    def decode(self, content: bytes) -> tuple[list[bytes], int]:
        """Return the events of a file but the first, which is its version, without their times."""
        frames = [*read_frames(content)]
        return [event for event, _ in frames[1:]], frames[-1][1] if frames else 0


def _tag(name: str) -> str:
    """Return the name of a measure in TensorBoard, whose first part is the heading: ``loss/train``."""
    part, _, measure = name.partition("_")
    return f"{measure}/{part}" if part in ("train", "validation") else name
