"""What may happen around the training loop: progress, checkpoints, early stopping, and a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whence.errors import ArgumentError

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.data import Batch
    from whence.nn.sequential import Tape
    from whence.training.loop import Training


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """What a batch gave, before the optimizer moves θ.

    Parameters
    ----------
    batch : Batch
        The batch: ``x``, ``y``, ``weights``, ``lengths``, and ``rows``, which samples they were.
    logits : (B, ...) array
        What the network gave.
    tape : list
        What the forward pass kept, from `whence.nn.Sequential.forward`.
    loss : float
        The loss.
    gradient : (P,) array
        ∂loss/∂θ; not to be written to.
    """

    batch: Batch
    logits: Array
    tape: Tape
    loss: float
    gradient: Array


class Callback:
    """Something that watches a training; override what you need.

    Every method is given the `whence.training.Training`, may read all of it, and may set its ``stop`` to end the
    training after the current epoch.
    """

    def on_start(self, training: Training) -> None:
        """Do something before the first batch."""

    def on_gradient(self, training: Training, passed: BackwardPass) -> Array | None:
        """Do something between the backward pass and the step; return a gradient to step with another one.

        It has the shape and the dtype of ``passed.gradient``. The next callback is given it in its place.
        """
        return None

    def on_batch_end(self, training: Training) -> None:
        """Do something after a step; ``training.batch_loss`` is the loss of its batch."""

    def on_epoch_end(self, training: Training) -> None:
        """Do something after an epoch was measured; its record is ``training.history[-1]``."""

    def on_interrupt(self, training: Training) -> None:
        """Do something after the batch in which Ctrl-C was pressed."""

    def on_end(self, training: Training) -> None:
        """Do something after the last epoch, before the best weights are put back into the network."""


class EarlyStopping(Callback):
    """Stops training when the validation has not improved for some epochs.

    Parameters
    ----------
    patience : int
        For how many epochs; at least 1.

    Raises
    ------
    ArgumentError
        If ``patience`` is not positive, or when training starts without validation samples.
    """

    def __init__(self, patience: int) -> None:
        if patience < 1:
            raise ArgumentError(f"patience is {patience}; it must be at least 1 epoch")
        self.patience = patience

    def on_start(self, training: Training) -> None:
        """Refuse a training without validation samples."""
        if training.validation is None:
            raise ArgumentError("early stopping needs validation samples; give some or hold some out")

    def on_epoch_end(self, training: Training) -> None:
        """Stop if the best epoch is too long ago."""
        training.stop |= training.epoch - training.best_epoch >= self.patience
