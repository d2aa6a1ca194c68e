"""Logs of trainings, as files that other programs read: CSV, JSON lines, and TensorBoard's event files."""

from whence.interop.logs.choice import log_to
from whence.interop.logs.log import Log
from whence.interop.logs.tensorboard import TensorBoardLog
from whence.interop.logs.text import CSVLog, JSONLinesLog

__all__ = ["CSVLog", "JSONLinesLog", "Log", "TensorBoardLog", "log_to"]
__dir__ = __all__.copy
