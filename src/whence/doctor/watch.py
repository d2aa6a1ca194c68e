"""A watch over a training while it runs, which ends what is hopeless."""

from __future__ import annotations

import math

import numpy as np

from whence.doctor.facts.layers import LOOKED_AT, Passage
from whence.doctor.patient import Patient
from whence.doctor.scoring import naive_loss, scored
from whence.errors import ArgumentError
from whence.training import Callback, Training

_SHARE = 0.02
"""The largest share of a training's passes through the network that are made to look at it."""
_LEAST_FALL = 1e-3


class Watch(Callback):
    """Ends a training that is hopeless, at the end of an epoch.

    It is hopeless where the gradients of all weights are exactly zero for the samples looked at; or where the loss was
    never below that of the best prediction without inputs, and has not fallen for a fifth of the training. At most one
    pass through the network in fifty is made to look.

    Attributes
    ----------
    finding : str
        Why the training was ended; empty if it was not.

    Raises
    ------
    ArgumentError
        When training starts with batches of unknown samples.
    """

    def __init__(self) -> None:
        self.finding = ""

    def on_start(self, training: Training) -> None:
        if training.train is None:
            raise ArgumentError(
                "a watch needs samples, but fit was given batches; give samples, or leave out the watch"
            )
        self.finding = ""
        self._patient = Patient(
            training={
                "net": training.net,
                "loss_fn": training.loss_fn,
                "optimizer": training.optimizer,
                "train": training.train,
                "preprocessing": training.preprocessing,
            },
            net=training.net,
        )
        self._naive = naive_loss(self._patient, scored(self._patient, training.train))
        self._every = math.ceil(LOOKED_AT / _SHARE / len(training.train))

    def on_epoch_end(self, training: Training) -> None:
        if training.epoch % self._every == 0:
            self.finding = self._still(training) or self._worse_than_nothing(training)
            training.stop |= bool(self.finding)

    def _still(self, training: Training) -> str:
        """Return a sentence if no step can change a weight any more."""
        passage = Passage(self._patient, training.net)
        if passage.gradient[training.net.decays].any():
            return ""
        dead = next((units for units in passage.activations() if units.dead.all()), None)
        where = "" if dead is None else f", and all units of {dead.name} are 0 for every sample"
        return f"the gradients of all weights are exactly zero after epoch {training.epoch}{where}"

    def _worse_than_nothing(self, training: Training) -> str:
        """Return a sentence if the loss was never below that of a prediction without inputs, and does not fall."""
        losses = np.array([record["train_loss"] for record in training.history])
        recent = math.ceil(training.epochs / 5)
        if len(losses) < 2 * recent or losses.min() < (1 - _LEAST_FALL) * self._naive:
            return ""
        if losses[-recent:].min() < (1 - _LEAST_FALL) * losses[:-recent].min():
            return ""
        return (
            f"the loss is {losses[-1]:.4g} after epoch {training.epoch}, has not fallen for {recent} epochs, and was "
            f"never below {self._naive:.4g}, that of a prediction without inputs"
        )
