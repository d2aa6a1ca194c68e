"""The passes of a training's network over batches, which several processes can share."""

from __future__ import annotations

from typing import Any

from whence.arrays import Array
from whence.data import Batch, Preprocessing
from whence.nn import Sequential
from whence.nn.context import State
from whence.nn.sequential import Watch
from whence.training.outputs import outputs_for


class Passes:
    """The passes of a network over whole batches.

    Parameters
    ----------
    net : Sequential
        The network.
    """

    def __init__(self, net: Sequential) -> None:
        self.net = net

    def forward(
        self,
        batch: Batch,
        *,
        state: State | None = None,
        training: bool = True,
        watch: Watch | None = None,
        whole: bool = False,
    ) -> tuple[Array, Any]:
        """Return the outputs for a batch, and the tape that the other passes need, as `Sequential.forward`.

        ``whole`` says that the tape and what is watched must be those of the whole batch.
        """
        return self.net.forward(batch.x, training=training, state=state, lengths=batch.lengths, watch=watch)

    def backward(self, delta: Array, tape: Any, *, watch: Watch | None = None) -> Array:
        """Return ∂L/∂θ, as `Sequential.backward`."""
        return self.net.backward(delta, tape, watch=watch)

    def state_after(self, tape: Any) -> State:
        """Return what the network carries to the next batch, as `Sequential.state_after`."""
        return self.net.state_after(tape)

    def outputs(self, inputs: Array, preprocessing: Preprocessing | None, lengths: Array | None) -> Array:
        """Return the outputs for raw inputs, as `whence.training.outputs_for`."""
        return outputs_for(self.net, inputs, preprocessing, lengths)

    def rows(self, samples: int) -> slice:
        """Return the rows of a batch of so many samples that `forward` takes as its inputs: all."""
        return slice(None)
