"""How a program lays out its arrays, where it may differ from whence: rows or columns, (in, out) or (out, in)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array, Shape


@dataclass(frozen=True)
class Layout:
    """A program's conventions for all its arrays.

    Parameters
    ----------
    columns : bool
        Whether samples are the columns of tables, as in z = W x + b.
    out_in : bool
        Whether weights are (out, in) instead of (in, out).
    channels_first : bool
        Whether images are (N, C, H, W), and weights of convolutions (out, in, H, W).
    """

    columns: bool
    out_in: bool
    channels_first: bool

    def as_here(self, array: Array, shape: Shape, *, weights: bool) -> Array | None:
        """Return an array of the program in the layout of whence.

        Parameters
        ----------
        array : array
            The program's array.
        shape : tuple of int
            Its shape here.
        weights : bool
            Whether it is a parameter, or has the shape of one.

        Returns
        -------
        array or None
            None if its shape is another one, axes of length 1 aside.
        """
        turned = self._turned(array, weights)
        return turned.reshape(shape) if _long(turned.shape) == _long(shape) else None

    def samples(self, array: Array, shape: Shape) -> Array | None:
        """Return inputs of the program as a batch of samples of ``shape``, flat or not, or None if they are none."""
        turned = self._turned(array, False)
        if turned.size == math.prod(shape):
            return turned.reshape(1, *shape)
        if turned.ndim < 2 or turned[0].size != math.prod(shape):
            return None
        one_axis = 1 in (len(_long(turned.shape[1:])), len(_long(shape)))
        return turned.reshape(-1, *shape) if one_axis or _long(turned.shape[1:]) == _long(shape) else None

    def place(self, array: Array, shape: Shape, index: tuple[int, ...], *, weights: bool) -> tuple[int, ...]:
        """Return the place in the program's array of an entry of the array that `as_here` returns."""
        places = np.arange(array.size).reshape(array.shape)
        here = self.as_here(places, shape, weights=weights)
        flat = places.flat[0] if here is None else here[index]
        return tuple(map(int, np.unravel_index(flat, array.shape)))

    def _turned(self, array: Array, weights: bool) -> Array:
        if array.ndim == 2:
            return array.T if (self.out_in if weights else self.columns) else array
        if array.ndim == 4 and self.channels_first:
            return array.transpose(2, 3, 1, 0) if weights else array.transpose(0, 2, 3, 1)
        return array


def _long(shape: Shape) -> Shape:
    return tuple(length for length in shape if length != 1)
