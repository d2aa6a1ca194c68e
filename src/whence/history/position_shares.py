"""What was added to cells of a parameter at each of the positions where its layer uses it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.history.passage import Passage, go_on


class PositionShares:
    """Shares of P positions, of a sequence or an image, in C cells, from step to step.

    Parameters
    ----------
    places : int array, shape (C,)
        Which of the cells of a `Passage` these are.
    """

    def __init__(self, places: Array) -> None:
        self._places = places
        self._kept: list[Array] = []
        self._shares: Array | None = None

    def keep(self, added: Array) -> None:
        """Keep what a step's gradient has at each position: float64, (P, C)."""
        self._kept.append(added)

    def pass_on(self, made: Passage, states: int) -> None:
        """Pass what is kept of consecutive steps on to the first so many states of what they make."""
        if not self._kept:
            return
        kept, self._kept = self._kept, []
        onward, effects = (self._of_own(each) for each in (made.onward, made.effects))
        if self._shares is None:
            self._shares = np.zeros((len(effects), *kept[0].shape))
        go_on(self._shares, onward[:states])
        for added, effect in zip(kept, effects.swapaxes(0, 1), strict=True):
            self._shares += added * effect[:, np.newaxis]

    def of(self, place: int, shape: Sequence[int]) -> Array:
        """Return what was added to one of the C cells, in the shape of the positions."""
        assert self._shares is not None
        return self._shares[0, :, place].reshape(shape).copy()

    def _of_own(self, factors: Array) -> Array:
        """Return the factors, (…, C) or (…, 1), of the own cells."""
        return factors if factors.shape[-1] == 1 else factors.take(self._places, axis=-1)
