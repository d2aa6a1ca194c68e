"""Callbacks of the training loop, and early stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from whence.arguments import PositiveInt, checks_arguments
from whence.errors import ArgumentError

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.data import Batch
    from whence.nn.sequential import Tape
    from whence.training.loop import Training

Record = dict[str, Any]
"""What was measured of an epoch."""


class Passing:
    """What passes between the layers of a network in one step.

    Attributes
    ----------
    values : dict of int to array
        The input of the layer at each position, and at the number of layers the output of the network.
    deltas : dict of int to array
        ∂loss/∂(each of these), as far down as the gradient needs it.
    """

    def __init__(self, x: Array) -> None:
        self.values: dict[int, Array] = {0: x}
        self.deltas: dict[int, Array] = {}

    def forward(self, position: int, output: Array) -> None:
        """Keep the output of the layer at a position."""
        self.values[position + 1] = output

    def backward(self, position: int, delta: Array) -> None:
        """Keep the delta at the input of the layer at a position."""
        self.deltas[position] = delta


class BackwardPass(NamedTuple):
    """The forward and backward pass of a batch, before the optimizer updates θ.

    Parameters
    ----------
    batch : Batch
        The batch: ``x``, ``y``, ``weights``, ``lengths`` and ``rows``, the indices of its samples.
    logits : (B, ...) array
        The network's outputs.
    tape : list
        The caches of the forward pass, from `whence.nn.Sequential.forward`.
    loss : float
        The loss.
    gradient : (P,) array
        ∂loss/∂θ; not to be written to.
    passing : Passing or None
        What passed between the layers, if a callback ``watches``.
    """

    batch: Batch
    logits: Array
    tape: Tape
    loss: float
    gradient: Array
    passing: Passing | None = None


class Callback:
    """Base class of callbacks; override the methods you need.

    Every method receives the `whence.training.Training` and may set its ``stop`` to end the training after the current
    epoch.

    Attributes
    ----------
    watches : bool
        Whether `on_gradient` needs what passes between the layers.
    leader_only : bool
        Whether of several processes only the first calls it, since it writes or prints.
    """

    watches: ClassVar[bool] = False
    leader_only: ClassVar[bool] = False

    def on_start(self, training: Training) -> None:
        """Called before the first batch."""

    def on_gradient(self, training: Training, backward: BackwardPass) -> Array | None:
        """Called before the optimizer's step; may return a gradient to replace ``backward.gradient``.

        It must have the same shape and dtype. The next callback receives the replaced one.
        """
        return None

    def on_batch_end(self, training: Training) -> None:
        """Called after a step; ``training.batch_loss`` is the loss of its batch."""

    def on_epoch_end(self, training: Training) -> None:
        """Called after an epoch was measured; its record is ``training.history[-1]``."""

    def on_interrupt(self, training: Training) -> None:
        """Called after the batch in which Ctrl-C was pressed, or SIGTERM or SIGHUP came."""

    def on_end(self, training: Training) -> None:
        """Called after the last epoch, before the best weights are restored."""


class EarlyStopping(Callback):
    """Stops training when no epoch has been the best one for ``patience`` epochs.

    Parameters
    ----------
    patience : int
        Number of epochs; at least 1.

    Raises
    ------
    ArgumentError
        If ``patience`` is not positive, or when training starts without validation samples.
    """

    @checks_arguments
    def __init__(self, patience: PositiveInt) -> None:
        self.patience = patience

    def on_start(self, training: Training) -> None:
        if training.validation is None:
            raise ArgumentError("early stopping needs validation samples; give some or hold some out")

    def on_epoch_end(self, training: Training) -> None:
        training.stop |= training.epoch - training.best_epoch >= self.patience
