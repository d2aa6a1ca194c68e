"""Trials: short trainings from the same seed, with and without a treatment, within a bounded amount of work."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.doctor.cost import seconds_per_step
from whence.doctor.finding import Proof
from whence.doctor.patient import Patient
from whence.doctor.scoring import Scale, Scores
from whence.doctor.treatments import Treatment
from whence.errors import NonFiniteError
from whence.nn import Sequential
from whence.training import BackwardPass, Callback, Training, fit

_POINTS = 30
_LATE = 3.0
"""How many times as long as planned a trial may take before it is cut off."""
_LONGER = 4
"""How many times as many steps trials of longer trainings make."""


@dataclass(frozen=True)
class Outcome:
    """What came of a training.

    Parameters
    ----------
    scores : Scores
        The scores of its network; NaN if it ended in numbers that are not finite.
    losses, norms : sequence of float
        The loss of its batches, and the norm of its gradients before they are clipped.
    """

    scores: Scores
    losses: Sequence[float]
    norms: Sequence[float]

    @property
    def finite(self) -> bool:
        """Whether all numbers stayed finite."""
        return math.isfinite(self.scores.train)


class Trials:
    """Trainings of a patient with treatments.

    Parameters
    ----------
    patient : Patient
        The training.
    scale : Scale
        By which outcomes are compared.
    seconds_each, seconds_all : float
        About how long one trial, and all together, may take.
    """

    def __init__(self, patient: Patient, scale: Scale, *, seconds_each: float, seconds_all: float) -> None:
        self.patient, self.scale = patient, scale
        self.seconds_each, self.seconds_all = seconds_each, seconds_all
        self.spent = 0.0
        self._control: Outcome | None = None

    @property
    def exhausted(self) -> bool:
        """Whether no time is left."""
        return self.spent >= self.seconds_all

    def control(self) -> Outcome:
        """Return the outcome of the training as it was, in as many steps as a trial makes."""
        if self._control is None:
            self._control = self.outcome(None)
        return self._control

    def outcome(self, treatment: Treatment | None) -> Outcome:
        """Return the outcome of the training with a treatment, or without one."""
        training = self.patient.new_training()
        if treatment is not None:
            treatment.change(training)
        broken_off = treatment is None and not self.patient.finished
        longer = broken_off or (treatment is not None and treatment.longer)
        least = self.patient.steps + self.patient.steps_per_epoch if broken_off else 0  # its end is to be seen again
        begun = time.process_time()
        found = self._train(training, shares=_LONGER if longer else 1, least=least)
        self.spent += time.process_time() - begun
        return found

    def proof(self, treated: Outcome) -> Proof:
        """Return the proof that lies in an outcome."""
        control = self.control()
        return Proof(
            measure=self.scale.measure,
            without=_finite(control.scores.held_out),
            with_remedy=_finite(treated.scores.held_out),
            losses_without=_averaged(control.losses),
            losses_with=_averaged(treated.losses),
            steps=len(control.losses),
        )

    def _train(self, training: dict[str, Any], *, shares: int, least: int) -> Outcome:
        net, patient = training["net"], self.patient
        size = training.get("batch_size", 32) or len(patient.train.counted)
        affordable = self.affordable_steps(net, size)
        planned = training["max_steps"] if training.get("max_steps") else math.inf
        if training.get("epochs"):
            per_epoch = -(-len(patient.train.counted) // size) if not patient.streams else len(patient.train) // size
            planned = min(planned, training["epochs"] * max(1, per_epoch))
        left = self.seconds_all - self.spent + self.seconds_each
        seen = _Recorder(min(_LATE * shares * self.seconds_each, left))
        training |= {
            "validation": None,
            "measure_train": False,
            "epochs": None,
            "max_steps": int(min(planned, max(affordable * shares, least))),
            "callbacks": [seen],
        }
        try:
            with np.errstate(all="ignore"):
                with suppress(_TimeIsUp):
                    fit(**training)
                scores = self.scale.of(net, training["loss_fn"], training.get("preprocessing") or patient.preprocessing)
        except NonFiniteError:
            scores = Scores(math.nan, math.nan, math.nan, math.nan)
        return Outcome(scores, seen.losses, seen.norms)

    def affordable_steps(self, net: Sequential, batch_size: int) -> int:
        """Return how many steps a trial may make; it depends on the sizes alone, so that results are the same."""
        return max(20, int(self.seconds_each / seconds_per_step(net, batch_size, self._length())))

    def _length(self) -> int:
        return self.patient.train.inputs.shape[1] if self.patient.train.inputs.ndim > 1 else 1


class _TimeIsUp(Exception):
    """A trial took too long."""


class _Recorder(Callback):
    """Keeps the loss of each batch and the norm of its gradient, and cuts off a trial that takes too long."""

    def __init__(self, seconds: float) -> None:
        self.losses: list[float] = []
        self.norms: list[float] = []
        self.end = time.process_time() + seconds

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        if time.process_time() > self.end and self.losses:
            raise _TimeIsUp
        self.losses.append(backward.loss)
        self.norms.append(float(np.linalg.norm(backward.gradient)))


def _finite(score: float) -> float | None:
    return score if math.isfinite(score) else None


def _averaged(losses: Sequence[float]) -> list[float]:
    """Return at most 30 averages of spans of the losses that are finite."""
    losses = [loss for loss in losses if math.isfinite(loss)]
    return [float(np.mean(part)) for part in np.array_split(losses, min(_POINTS, len(losses) or 1)) if len(part)]
