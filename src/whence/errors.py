"""The errors that whence raises: each one sentence with what was found, what was expected and what to do."""

from typing import Any


class WhenceError(Exception):
    """Base of every error that whence raises on purpose."""


class ArgumentError(WhenceError, ValueError):
    """A setting, option or argument is outside what it may be."""


class TooLargeError(ArgumentError):
    """More was asked for than fits; the message says what would."""


class UnknownNameError(ArgumentError):
    """A name is not among those that exist; the message offers the nearest one."""


class ShapeError(WhenceError, ValueError):
    """Sizes of arrays or layers do not fit together; the message names the axes."""


class DataError(WhenceError, ValueError):
    """A file or array of data is damaged, inconsistent or unusable."""


class FormulaError(WhenceError, ValueError):
    """An index formula is malformed or lacks an array that it reads."""


class ModelFileError(WhenceError, ValueError):
    """A model file or checkpoint is not one, is of a newer version, or does not match its architecture."""


class RunFolderError(WhenceError, OSError):
    """A run's folder exists already, cannot be written or is incomplete."""


class NonFiniteError(WhenceError, ArithmeticError):
    """Training met NaN or infinity; the message names the layer and the array in which it appeared first.

    Attributes
    ----------
    training : whence.training.Training or None
        The training, with its history and its best epoch.
    """

    training: Any = None


class MissingDependencyError(WhenceError, ImportError):
    """An optional library is not installed; the message names the ``pip install`` line."""


class TrainingInterrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C after a whole step.

    Parameters
    ----------
    training : whence.training.Training
        The training, with its history and its best epoch.
    """

    def __init__(self, training: Any) -> None:
        super().__init__(f"training was interrupted after step {training.step}")
        self.training = training
