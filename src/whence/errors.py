"""The errors that whence raises: each message is one sentence with what was found, what was expected and what to do."""

from signal import SIGINT, Signals
from typing import Any


class WhenceError(Exception):
    """Base class of all errors that whence raises."""


class ArgumentError(WhenceError, ValueError):
    """A setting, option or argument has a value that is not allowed."""


class TooLargeError(ArgumentError):
    """The result would be too large; the message says what would fit."""


class UnknownNameError(ArgumentError):
    """There is nothing of the given name; the message suggests the nearest one."""


class ShapeError(WhenceError, ValueError):
    """Shapes of arrays or layers do not match; the message names the axes."""


class DataError(WhenceError, ValueError):
    """A file or array of data is damaged, inconsistent or unusable."""


class DataWarning(UserWarning):
    """New data are not quite like those that a network was trained on; the message counts the rows."""


class FormulaError(WhenceError, ValueError):
    """An index formula is malformed or lacks an array that it reads."""


class ModelFileError(WhenceError, ValueError):
    """A model file or checkpoint is damaged, has a newer version, or does not match its architecture."""


class RunFolderError(WhenceError, OSError):
    """A run's folder exists already, cannot be written or is incomplete."""


class StorageError(WhenceError, OSError):
    """The storage of a sweep cannot be used, or its study is of other settings or data."""


class NonFiniteError(WhenceError, ArithmeticError):
    """Training produced NaN or infinity; the message names the layer and the array in which it appeared first.

    Attributes
    ----------
    training : whence.training.Training or None
        The training, with its history and its best epoch.
    """

    training: Any = None


class ReplayError(WhenceError, ArithmeticError):
    """A training that was made again differs from the one that it repeats; the message says since which epoch."""


class MissingMethodError(WhenceError, NotImplementedError):
    """A class of the user's own lacks a method that is needed; the message names both."""


class MissingDependencyError(WhenceError, ImportError):
    """An optional library is not installed; the message names the ``pip install`` line."""


class EndedElsewhere(WhenceError):
    """Another process of the same training failed, and says why.

    Parameters
    ----------
    rank : int
        The number of that process, from 0.
    """

    def __init__(self, rank: int) -> None:
        super().__init__(f"training ended in process {rank + 1}; see its message")
        self.rank = rank


class TrainingInterrupted(KeyboardInterrupt):
    """Training was stopped after a complete step, by Ctrl-C or another signal.

    Parameters
    ----------
    training : whence.training.Training
        The training, with its history and its best epoch.
    signal : signal.Signals
        The signal: SIGINT for Ctrl-C, SIGTERM or SIGHUP.
    """

    def __init__(self, training: Any, signal: Signals = SIGINT) -> None:
        super().__init__(f"training was interrupted after step {training.step}")
        self.training = training
        self.signal = signal


class TrainingAborted(KeyboardInterrupt):
    """Training was stopped within a step or a save, by a second signal while it was ending after the first.

    Parameters
    ----------
    signal : signal.Signals
        The second signal.
    """

    def __init__(self, signal: Signals) -> None:
        super().__init__("training was stopped at once")
        self.signal = signal


def missing_method(owner: object, method: str) -> MissingMethodError:
    """Return the error for a method that the class of an object should have."""
    return MissingMethodError(f"{type(owner).__name__} has no method {method}; write it as CONTRIBUTING.md describes")
