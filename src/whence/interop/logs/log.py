"""What all logs share: what they hold is never that of another training, unless that is to be replaced."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.training import Callback
from whence.training.callbacks import Record


class Log(Callback):
    """Writes the record of every epoch as soon as it was measured; base class of all logs.

    A training that goes on from a checkpoint goes on with its log: epochs after the checkpoint, which are trained once
    more, are taken back first, and those that are missing are added. So the log has every epoch once, in whole entries,
    also after the process was killed.

    Parameters
    ----------
    path : path
        The file, in an existing folder, or the folder.
    replace : bool
        Whether to replace the log of another training; otherwise that is an error when training starts.

    Raises
    ------
    ArgumentError
        When training starts, if it holds anything but the beginning of this training's log.
    RunFolderError
        In training, if it cannot be written.
    """

    leader_only = True

    @checks_arguments
    def __init__(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        self.path, self.replace = Path(path), replace

    def obstacle(self, records: Sequence[Record]) -> str:
        """Return what is there that is no beginning of the log of these records; empty if nothing is."""
        raise NotImplementedError

    def require_free(self, records: Sequence[Record] = ()) -> None:
        """Raise `ArgumentError` if there is anything but the beginning of the log of these records."""
        if not self.replace and (obstacle := self.obstacle(records)):
            raise ArgumentError(f"{self.path} holds {obstacle}; choose another path for the log, or remove it first")
