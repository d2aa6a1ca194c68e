"""Frames of a film as JSON for a page: an array in 256 levels, of which the changes from frame to frame are kept."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError

_LEVELS = 255


@checks_arguments
def pack_frames(frames: Array, *, signed: bool = False) -> dict[str, Any]:
    """Return an array in 256 levels between its least and its greatest value, the same in all frames.

    Level q stands for ``low + q · (high − low) / 255``, which is within half a level of what it stands for. Kept are
    the levels of the first frame, and the differences of every other to the one before, modulo 256: most of them are
    small, so that they compress well.

    Parameters
    ----------
    frames : array, shape (F, ...)
        Numbers in F frames.
    signed : bool
        Whether the levels are symmetric about 0, as colours that diverge from it need.

    Returns
    -------
    dict
        ``{"shape": [F, ...], "low": float, "high": float, "bytes": base64 of zlib's format}``.

    Raises
    ------
    ArgumentError
        If there are no numbers, or one is not finite.
    """
    if not frames.size or not np.isfinite(frames).all():
        raise ArgumentError(f"frames of shape {frames.shape} are empty or not finite; give finite numbers")
    low, high = float(frames.min()), float(frames.max())
    if signed:
        high = max(-low, high)
        low = -high
    if low == high:
        high = low + 1.0
    levels = np.rint((frames - low) * (_LEVELS / (high - low))).astype(np.uint8)
    levels[1:] -= levels[:-1].copy()
    content = zlib.compress(levels.tobytes(), 9)
    return {
        "shape": list(frames.shape),
        "low": low,
        "high": high,
        "bytes": base64.b64encode(content).decode("ascii"),
    }
