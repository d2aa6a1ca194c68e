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
    require_rows(len(rows), window, 0, name)
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(rows, window, axis=0), -1, 1)


def windows_and_targets(rows: Array, targets: Array, window: int, horizon: int, name: str) -> tuple[Array, Array]:
    """Return all windows that are followed by enough rows, and the targets of these.

    Parameters
    ----------
    rows : array, shape (R, F)
        Time steps.
    targets : array, shape (R,) or (R, K)
        The classes, for which the horizon is 1, or the numbers of each row.
    window, horizon : int
        Rows in a window, T, and rows after it that are predicted, H.
    name : str
        The name of the rows for messages.

    Returns
    -------
    windows : array, shape (N, T, F), N = R − T − H + 1
    targets : array, shape (N,) or (N, H · K)
        Those of the first row after the window, then those of the second, and so on.
    """
    require_rows(len(rows), window, horizon, name)
    following = targets[window:]
    if targets.ndim == 2:
        following = windows(following, horizon, name).reshape(len(following) - horizon + 1, -1)
    return windows(rows[:-horizon], window, name), following


def require_rows(rows: int, window: int, horizon: int, name: str) -> None:
    """Raise `DataError` if there are fewer rows than a window and those after it have."""
    if rows >= window + horizon:
        return
    after = "the row" if horizon == 1 else f"the {horizon} rows"
    than = f"a window of {window}" + (f" and {after} after it" if horizon else "")
    raise DataError(f"{name} has {counted(rows, 'row')}, fewer than {than}; give more rows, or a smaller window")
