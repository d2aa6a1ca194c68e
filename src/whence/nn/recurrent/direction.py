"""One layer of a recurrent stack in one direction of time: what its arrays are called, and their order."""

from __future__ import annotations

from dataclasses import dataclass

from whence.arrays import Array

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Direction:
    """One layer of a recurrent stack in one direction of time.

    Parameters
    ----------
    layer : int
        The layer's place in the stack.
    reverse : bool
        Whether it goes from the last time step to the first.
    alone : bool
        Whether there is no other in its stack, so that its arrays need no mark.
    """

    layer: int
    reverse: bool
    alone: bool

    @property
    def suffix(self) -> str:
        """What the names of its parameters end in: ``_l0``, ``_l1_reverse``."""
        return f"_l{self.layer}{'_reverse' if self.reverse else ''}"

    @property
    def mark(self) -> str:
        """What the names of its arrays in formulas end in: ``₀→``, ``₁←``, or nothing where it is alone."""
        return "" if self.alone else f"{subscript(self.layer)}{'←' if self.reverse else '→'}"

    def time_first(self, array: Array) -> Array:
        """Return a view of (N, T, …) as (T, N, …), with the time steps in the order in which they are met."""
        return array.swapaxes(0, 1)[:: -1 if self.reverse else 1]

    def batch_first(self, array: Array) -> Array:
        """Return a view of what `time_first` gave, or of an array like it, as (N, T, …) in the order of time."""
        return array[:: -1 if self.reverse else 1].swapaxes(0, 1)


def subscript(layer: int) -> str:
    """Return a layer's number as it stands below a letter: ``₁``."""
    return str(layer).translate(_LOWERED)


def weighted_sums(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Return x W + b for all time steps in one product.

    Parameters
    ----------
    x : array, shape (T, N, F)
        The input.
    weight : array, shape (F, G)
        W.
    bias : array, shape (G,), optional
        b.

    Returns
    -------
    array, shape (T, N, G)
    """
    z: Array = x.reshape(-1, x.shape[2]) @ weight  # (T·N, G)
    if bias is not None:
        z += bias
    return z.reshape(*x.shape[:2], -1)
