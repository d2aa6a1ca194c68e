"""One layer of a recurrent stack in one direction of time: the names of its arrays, and their order."""

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
        The layer's position in the stack.
    reverse : bool
        Whether it runs from the last time step to the first.
    alone : bool
        Whether it is the only one in its stack, so that its arrays need no mark.
    """

    layer: int
    reverse: bool
    alone: bool

    @property
    def suffix(self) -> str:
        """The suffix of its parameters' names: ``_l0``, ``_l1_reverse``."""
        return f"_l{self.layer}{'_reverse' if self.reverse else ''}"

    @property
    def mark(self) -> str:
        """The suffix of its arrays' names in formulas: ``₀→``, ``₁←``, or nothing if it is alone."""
        return "" if self.alone else f"{subscript(self.layer)}{'←' if self.reverse else '→'}"

    def time_first(self, array: Array) -> Array:
        """Return a view of (N, T, …) as (T, N, …), with the time steps in the direction's order."""
        return array.swapaxes(0, 1)[:: -1 if self.reverse else 1]

    def batch_first(self, array: Array) -> Array:
        """Return a view of (T, N, …), in the direction's order, as (N, T, …) in the order of time."""
        return array[:: -1 if self.reverse else 1].swapaxes(0, 1)


def subscript(layer: int) -> str:
    """Return a layer's number as a subscript: ``₁``."""
    return str(layer).translate(_LOWERED)


def weighted_sums(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Return x W + b, shape (T, N, G), for x (T, N, F), W (F, G) and b (G,), by one product for all time steps."""
    z: Array = x.reshape(-1, x.shape[2]) @ weight  # (T·N, G)
    if bias is not None:
        z += bias
    return z.reshape(*x.shape[:2], -1)
