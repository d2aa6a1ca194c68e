"""How far what another program computes is from what whence computes."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError

_LEAST = 1e-30
"""Largest numbers below this are not divided by."""


def largest_difference(found: Array, expected: Array) -> float:
    """Return the largest difference, which is infinite where shapes differ or a number is not finite."""
    if found.shape != expected.shape or not (np.isfinite(found).all() and np.isfinite(expected).all()):
        return np.inf
    return float(np.abs(found - expected).max(initial=0))


def is_rounding(difference: float, largest: float, tolerance: float) -> bool:
    """Return whether a difference is at most a share, the tolerance, of the largest number in size."""
    return difference <= tolerance * max(largest, _LEAST)


def require_agreement(tool: str, what: str, difference: float, largest: float, tolerance: float) -> None:
    """Raise `ArgumentError` if what a program computes differs from what whence does by more than rounding.

    Parameters
    ----------
    tool : str
        What ran the program.
    what : str
        What it computed: ``"the model's outputs"``.
    difference : float
        The largest difference.
    largest : float
        The largest of whence's numbers in size.
    tolerance : float
        The largest difference that is taken for rounding, as a share of the largest number.
    """
    if not is_rounding(difference, largest, tolerance):
        raise ArgumentError(
            f"in {tool} {what} differ from whence's by up to {difference:.2g}, and the largest is {largest:.2g}, so "
            "that it is more than rounding; no file was written"
        )
