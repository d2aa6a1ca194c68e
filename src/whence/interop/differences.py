"""How far what another program computes is from what whence computes."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array


def largest_difference(found: Array, expected: Array) -> float:
    """Return the largest difference, which is infinite where shapes differ or a number is not finite."""
    if found.shape != expected.shape or not (np.isfinite(found).all() and np.isfinite(expected).all()):
        return np.inf
    return float(np.abs(found - expected).max(initial=0))
