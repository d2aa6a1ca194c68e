"""The circumstances of a forward pass: training or inference, the state to continue, the lengths of sequences."""

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
        The source of random numbers in training.
    state : dict of str to array, optional
        What the layer carried from the preceding time steps, from `Layer.state_after`; by default, these time steps
        are the first.
    lengths : int array, shape (N,), optional
        The number of time steps of each sequence, from 1 to T; by default T.
    """

    training: bool = False
    rng: np.random.Generator | None = None
    state: State | None = None
    lengths: Array | None = None

    def within(self, position: int) -> Context:
        """Return the context of the layer at a position, with its part of the state."""
        return self if self.state is None else replace(self, state=select_prefix(position, self.state))

    def steps(self, x: Array) -> Array:
        """Return the number of time steps of each sequence of ``x``, shape (N, T, …): its length, or T.

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
