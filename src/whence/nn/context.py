"""What a forward pass is told besides its input: whether it is training, what it goes on from, and where inputs end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, ShapeError
from whence.nn.paths import select_prefix

State: TypeAlias = dict[str, Array]


@dataclass(frozen=True, eq=False)
class Context:
    """The circumstances of a forward pass.

    Parameters
    ----------
    training : bool
        Whether this is a training step: dropout drops, batch norm takes the batch's own statistics.
    rng : numpy.random.Generator, optional
        Where random numbers come from in training, for the layers that draw any.
    state : dict of str to array, optional
        What the layer carried away from the time steps before these, as `Layer.state_after` gave it; left out, these
        are the first ones.
    lengths : int array, shape (N,), optional
        How many time steps each sequence has, from 1 to T; left out, all have T.
    """

    training: bool = False
    rng: np.random.Generator | None = None
    state: State | None = None
    lengths: Array | None = None

    def within(self, position: int) -> Context:
        """Return the context of the layer at a position, to which a part of the state belongs."""
        return self if self.state is None else replace(self, state=select_prefix(position, self.state))

    def steps(self, x: Array) -> Array:
        """Return how many time steps each of the sequences ``x``, (N, T, …), has: its length, or T.

        Raises
        ------
        ShapeError
            If there is not one length for each sequence.
        ArgumentError
            If one is not a whole number from 1 to T.
        """
        if self.lengths is None:
            return np.full(len(x), x.shape[1])
        lengths, longest = np.asarray(self.lengths), x.shape[1]
        if lengths.shape != x.shape[:1]:
            raise ShapeError(
                f"lengths has the shape {lengths.shape}, but there are N = {len(x)} sequences; give one each"
            )
        if lengths.dtype.kind not in "iu":
            raise ArgumentError(f"lengths is {lengths.dtype}; give whole numbers of time steps, such as {longest}")
        wrong = (lengths < 1) | (lengths > longest)
        if wrong.any():
            worst = int(wrong.argmax())
            raise ArgumentError(
                f"the length of sequence {worst} is {lengths[worst]}, but the sequences are padded to T = {longest} "
                f"time steps; lengths must be from 1 to {longest}"
            )
        return lengths


INFERENCE = Context()
