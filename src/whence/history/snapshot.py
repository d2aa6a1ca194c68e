"""The state of a training between two steps, from which it can go on again and again with the same bits."""

from __future__ import annotations

import copy

from whence.nn import Sequential
from whence.optim import Optimizer
from whence.training import Training

_CHANGES = (
    "net",
    "optimizer",
    "schedule",
    "state",
    "epoch",
    "step",
    "position",
    "epoch_rng_state",
    "best_epoch",
    "loss_sum",
    "weight_seen",
    "clipped",
    "stop",
)
"""What the steps of a training depend on and change, by attribute."""


class Snapshot:
    """A copy of what the next steps of a training depend on.

    Parameters
    ----------
    training : Training
        The training, after a step or at its start.

    Attributes
    ----------
    step : int
        The number of steps made.
    net : Sequential
        The network; not to be written to.
    optimizer : Optimizer
        The optimizer; not to be written to.
    """

    def __init__(self, training: Training) -> None:
        self._kept = copy.deepcopy({name: getattr(training, name) for name in _CHANGES})
        self.step: int = self._kept["step"]
        self.net: Sequential = self._kept["net"]
        self.optimizer: Optimizer = self._kept["optimizer"]

    def restored(self, training: Training) -> Training:
        """Return a training that goes on from here, with the data of the given one and without its callbacks."""
        again = copy.copy(training)
        vars(again).update(copy.deepcopy(self._kept), callbacks=[], history=training.history[: self._kept["epoch"]])
        if again.rng is not None and again.epoch_rng_state is not None:
            again.rng.bit_generator.state = again.epoch_rng_state
        if again.schedule is None:  # nothing else depends on what is measured
            again.validation, again.measured = None, {"train": None}
        return again
