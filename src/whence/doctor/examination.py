"""The examination of a patient: every fact that rules ask for, measured once, when the first asks."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from whence.doctor.facts.data import DataFacts
from whence.doctor.facts.layers import Passage
from whence.doctor.facts.order import OrderFacts
from whence.doctor.patient import Patient
from whence.doctor.reference import Reference
from whence.doctor.scoring import Scale, Scores, naive_loss
from whence.doctor.trials import Trials

_GOOD = 0.9
_LAGGING = 0.06
"""The share of what can be learned that a healthy training may miss."""


class Examination:
    """What is known of a patient.

    Parameters
    ----------
    patient : Patient
        The training.
    seconds : float
        About how long trials may take together; each of them a part of that, at least 0.8 s.
    prove : bool
        Whether remedies are tried also where the evidence alone is enough.
    """

    def __init__(self, patient: Patient, seconds: float, *, prove: bool = False) -> None:
        self.patient, self.seconds, self.prove = patient, seconds, prove

    @cached_property
    def scale(self) -> Scale:
        """By which scores are measured."""
        return Scale(self.patient)

    @cached_property
    def trials(self) -> Trials:
        """Short trainings with treatments."""
        return Trials(self.patient, self.scale, seconds_each=max(0.8, self.seconds / 7.5), seconds_all=self.seconds)

    @cached_property
    def reference(self) -> Reference:
        """What plain models learn of the data."""
        return Reference(self.patient, self.scale)

    @cached_property
    def scores(self) -> Scores:
        """The scores of the trained network."""
        if not self.patient.finished and not self.patient.history:
            return Scores(math.nan, math.nan, math.nan, math.nan)
        return self.scale.of(self.patient.net, self.patient.loss_fn, self.patient.preprocessing)

    @property
    def diverged(self) -> bool:
        """Whether the training ended in numbers that are not finite."""
        return not self.patient.finished and not self.trials.control().finite

    @property
    def reach(self) -> float:
        """The score that can be reached, less that of a prediction without inputs."""
        return max(self.reference.best, self.own) - self.scale.naive

    @property
    def own(self) -> float:
        """The score of the trained network on samples held out; that of a prediction without inputs if it has none."""
        return self.scores.held_out if math.isfinite(self.scores.held_out) and not self.diverged else self.scale.naive

    @cached_property
    def naive_loss(self) -> float:
        """The loss of the best prediction without inputs."""
        return naive_loss(self.patient, self.scale.train)

    @cached_property
    def lag(self) -> float:
        """The share of what can be learned that the training missed, from 0 to 1 and above."""
        missed = self.reference.best - self.own
        return 0.0 if missed <= self.scale.noise else missed / self.reach

    @property
    def lags(self) -> bool:
        """Whether the training learned clearly less than plain models do, or ended in numbers that are not finite."""
        return self.diverged or self.lag > _LAGGING

    @property
    def underfits(self) -> bool:
        """Whether it lags also on the samples that it was trained on."""
        if self.diverged or not math.isfinite(self.scores.train):
            return True
        return self.lags and (self.reference.best - self.scores.train) > 0.5 * (self.reference.best - self.own)

    @property
    def may_underfit(self) -> bool:
        """Whether it lags, or reads sequences, which plain models hardly know, and misses much of its samples."""
        if self.underfits:
            return True
        return self.reads_sequences and self.scale.measure != "loss" and self.scores.train < _GOOD

    @property
    def reads_sequences(self) -> bool:
        """Whether the network has recurrent layers."""
        return any(layer.recurrent for layer in self.patient.net.layers)

    @cached_property
    def moved(self) -> float:
        """How far the training moved the parameters, in lengths of their first values."""
        before, after = self.patient.initial_net.theta, self.patient.net.theta
        return float(np.linalg.norm(after - before) / max(float(np.linalg.norm(before)), 1e-12))

    @cached_property
    def before(self) -> Passage:
        """What passes through the network at its start."""
        return Passage(self.patient, self.patient.initial_net)

    @cached_property
    def after(self) -> Passage:
        """What passes through the network at its end."""
        return Passage(self.patient, self.patient.net)

    @cached_property
    def data(self) -> DataFacts:
        """Facts about the samples."""
        return DataFacts(self.patient)

    @cached_property
    def order(self) -> OrderFacts:
        """Facts about their order."""
        return OrderFacts(self.patient, self.trials)
