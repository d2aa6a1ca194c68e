"""How closely numbers of a program must agree with others, which depends on the precision that it computes in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array

_TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-7}
"""The largest difference relative to the largest number of an array, by the bytes of one."""
_ROUNDINGS = 16


@dataclass(frozen=True)
class Precision:
    """The precision of a program: the lowest of its arrays.

    Parameters
    ----------
    bytes : int
        The bytes of one number.
    """

    bytes: int = 8

    @classmethod
    def of(cls, arrays: Iterable[Array]) -> Precision:
        """Return the precision of a program with these arrays."""
        sizes = [array.dtype.itemsize for array in arrays if array.dtype.kind == "f"]
        return cls(min([8, *sizes]))

    @property
    def epsilon(self) -> float:
        """The rounding of a number near 1."""
        return float(np.finfo(f"f{self.bytes}").eps)

    def equal(self, own: Array, here: Array, *, beside: Array | float = 0.0) -> bool:
        """Return whether two arrays are the same but for rounding.

        Parameters
        ----------
        own, here : array
            The arrays.
        beside : array or float
            Numbers as large as those that they are differences of, whose rounding they have.
        """
        if own.shape != here.shape:
            return False
        return bool(self.near(own, here, beside=beside).all())

    def near(self, own: Array, here: Array, *, beside: Array | float = 0.0) -> Array:
        """Return in which cells two arrays are the same but for rounding."""
        with np.errstate(all="ignore"):
            scale = np.abs(here[np.isfinite(here)]).max(initial=0.0)
            rounding = _ROUNDINGS * self.epsilon * float(np.abs(np.asarray(beside)).max(initial=0.0))
            allowed = _TOLERANCE[self.bytes] * scale + rounding
            return np.asarray((np.abs(own - here) <= allowed) | (own == here) | (np.isnan(own) & np.isnan(here)))

    def same_update(self, own: Array, here: Array, before: Array) -> bool:
        """Return whether two arrays are the same update of one: as near as their steps from it must be."""
        return own.shape == here.shape and self.equal(own - before, here - before, beside=before)
