"""Lengths of sequences in a batch that is padded to the longest of them."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, ShapeError


def checked_lengths(lengths: Array, x: Array) -> Array:
    """Return the lengths of the sequences ``x``, (N, T, …), if there is one for each, from 1 to T.

    Raises
    ------
    ShapeError
        If there is not one length for each sequence.
    ArgumentError
        If one is not a whole number from 1 to T.
    """
    lengths, steps = np.asarray(lengths), x.shape[1]
    if lengths.shape != x.shape[:1]:
        raise ShapeError(f"lengths has the shape {lengths.shape}, but there are N = {len(x)} sequences; give one each")
    if lengths.dtype.kind not in "iu":
        raise ArgumentError(f"lengths is {lengths.dtype}; give whole numbers of time steps, such as {steps}")
    wrong = (lengths < 1) | (lengths > steps)
    if wrong.any():
        worst = int(wrong.argmax())
        raise ArgumentError(
            f"the length of sequence {worst} is {lengths[worst]}, but the sequences are padded to T = {steps} time "
            f"steps; lengths must be from 1 to {steps}"
        )
    return lengths


def time_mask(lengths: Array, x: Array) -> Array:
    """Return m, (N, T) in the dtype of ``x``: 1 at every time step of a sequence and 0 after its end."""
    return (np.arange(x.shape[1]) < checked_lengths(lengths, x)[:, np.newaxis]).astype(x.dtype)
