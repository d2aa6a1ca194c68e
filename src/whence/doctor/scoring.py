"""Scores by which trainings of the same data are compared: more is better, whatever their losses are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.data import Preprocessing, Samples
from whence.doctor.patient import Patient, some_of
from whence.nn import Loss, Sequential
from whence.training.baseline import naive_baselines
from whence.training.metrics import evaluate

_MOST_SAMPLES, _MOST_SEQUENCES = 2000, 64
_LEAST_R2 = -1.0


@dataclass(frozen=True)
class Scores:
    """The score of a network on training samples and on others, and its losses.

    Parameters
    ----------
    train, held_out : float
        Accuracy, R² (at least −1), or the negative loss of a text in nats; that of the training samples stands for both
        where there are no others.
    train_loss, held_out_loss : float
        The losses.
    """

    train: float
    held_out: float
    train_loss: float
    held_out_loss: float


class Scale:
    """The scale of scores for the data of a patient.

    Parameters
    ----------
    patient : Patient
        The training.

    Attributes
    ----------
    measure : str
        ``"accuracy"``, ``"r2"`` or ``"loss"``.
    train, held_out : Samples
        At most 2,000 samples of each part.
    naive : float
        The score of the best prediction without inputs.
    """

    def __init__(self, patient: Patient) -> None:
        self.train = scored(patient, patient.train)
        self.has_others = patient.held_out is not None
        self.held_out = self.train if patient.held_out is None else scored(patient, patient.held_out)
        if patient.streams:
            self.measure = "loss"
        else:
            self.measure = "r2" if patient.classes is None else "accuracy"
        found = naive_baselines(patient.train, self.held_out, patient.preprocessing, patient.classes)
        self.naive = max(self._score(part) for part in found.values())

    def of(self, net: Sequential, loss_fn: Loss, preprocessing: Preprocessing) -> Scores:
        """Return the scores of a network."""
        if not np.isfinite(net.theta).all():
            return Scores(math.nan, math.nan, math.nan, math.nan)
        with np.errstate(all="ignore"):
            train = evaluate(net, loss_fn, self.train, preprocessing)
            others = evaluate(net, loss_fn, self.held_out, preprocessing) if self.has_others else train
        return Scores(self._score(train), self._score(others), train["loss"], others["loss"])

    def _score(self, measures: Mapping[str, float]) -> float:
        value = -measures["loss"] if self.measure == "loss" else measures[self.measure]
        return max(value, _LEAST_R2) if self.measure == "r2" and math.isfinite(value) else value

    @property
    def noise(self) -> float:
        """By how much a score may differ by chance: two standard errors of an accuracy near one half, at least 0.02."""
        return max(0.02, 1.0 / math.sqrt(len(self.held_out))) if self.measure == "accuracy" else 0.05


def scored(patient: Patient, samples: Samples) -> Samples:
    """Return at most 2,000 of the samples, or 64 parts of a text."""
    return some_of(samples, _MOST_SEQUENCES if patient.streams else _MOST_SAMPLES)


def naive_loss(patient: Patient, samples: Samples) -> float:
    """Return the loss of the best outputs that are the same for all samples: means, medians or class shares."""
    targets = patient.preprocessing.targets(samples.targets, samples.inputs, np.float64)
    width = patient.net.output_shape[-1]
    if targets.dtype.kind == "i" and patient.loss_fn.classifies:
        shares = (np.bincount(targets.ravel(), minlength=max(width, 2)) + 1e-9) / targets.size
        starts = [np.log(shares) if width > 1 else np.log(shares[1:] / shares[:1])]
    elif targets.dtype.kind == "i":
        shares = np.bincount(targets.ravel(), minlength=max(width, 2)) / targets.size
        starts = [shares if width > 1 else shares[1:]]
    else:
        starts = [targets.mean(axis=0), np.median(targets, axis=0)]
        if patient.loss_fn.classifies:
            shares = np.clip(targets.mean(axis=0), 1e-9, 1 - 1e-9)
            starts = [np.log(shares / (1 - shares)) if width == 1 else np.log(shares)]
    shape = (len(targets), *(targets.shape[1:] if targets.dtype.kind == "i" else targets.shape[1:-1]), width)
    with np.errstate(all="ignore"):
        return min(float(patient.loss_fn(np.broadcast_to(start, shape).copy(), targets)[0]) for start in starts)
