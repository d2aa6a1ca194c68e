"""Windows of consecutive rows, each of which is one sample."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.errors import DataError
from whence.wording import counted


def windows(rows: Array, window: int, name: str) -> Array:
    """Return all windows of consecutive rows.

    Parameters
    ----------
    rows : array, shape (R, F)
        Time steps.
    window : int
        Rows in a window, T.
    name : str
        The name of the rows for messages.

    Returns
    -------
    array, shape (R − T + 1, T, F)
        A read-only view.

    Raises
    ------
    DataError
        If there are fewer rows than a window has.
    """
    check_length(len(rows), window, name)
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(rows, window, axis=0), -1, 1)


def windows_and_targets(rows: Array, targets: Array, window: int, name: str) -> tuple[Array, Array]:
    """Return all windows that are followed by a row, and the targets of those rows."""
    return windows(rows[:-1], window, f"{name} before its last row"), targets[window:]


def check_length(rows: int, window: int, name: str) -> None:
    """Raise `DataError` if there are fewer rows than a window has."""
    if rows < window:
        raise DataError(
            f"{name} has {counted(rows, 'row')}, fewer than a window of {window}; give more rows, or a smaller window"
        )
