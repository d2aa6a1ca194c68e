"""Which log a path asks for."""

from __future__ import annotations

import os
from pathlib import Path

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.files import require_place
from whence.interop.logs.log import Log
from whence.interop.logs.tensorboard import TensorBoardLog
from whence.interop.logs.text import CSVLog, JSONLinesLog

_BY_ENDING: dict[str, type[Log]] = {".csv": CSVLog, ".jsonl": JSONLinesLog, ".ndjson": JSONLinesLog}


@checks_arguments
def log_to(path: str | os.PathLike[str], *, replace: bool = False) -> Log:
    """Return the callback that logs a training to a path, by its ending.

    Parameters
    ----------
    path : path
        A file ``.csv``, a file ``.jsonl``, or a folder for TensorBoard.
    replace : bool
        As for `Log`.

    Raises
    ------
    ArgumentError
        If the path has another ending.
    MissingDependencyError
        If it is a folder, and tensorboardX is not installed.
    RunFolderError
        If it is a file in a folder that does not exist.
    """
    ending = Path(path).suffix.lower()
    if ending in _BY_ENDING:
        require_place(Path(path))
        return _BY_ENDING[ending](path, replace=replace)
    if not ending or Path(path).is_dir():
        return TensorBoardLog(path, replace=replace)
    raise ArgumentError(
        f"{path} ends in {ending}, which is no kind of log; give a file that ends in .csv or .jsonl, or a folder for "
        "TensorBoard"
    )
