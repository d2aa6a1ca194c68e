"""What a forward pass is told besides its input: whether it is training, what it goes on from, and where inputs end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from whence.arrays import Array
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


INFERENCE = Context()
