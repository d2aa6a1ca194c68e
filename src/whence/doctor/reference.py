"""A plain network and other plain models on the same data, which show what can be learned from them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.doctor.cost import seconds_per_step
from whence.doctor.patient import Patient, some_of
from whence.doctor.scoring import Scale
from whence.doctor.treatments import standardising
from whence.nn import CrossEntropy, Huber, mlp
from whence.optim import Adam
from whence.training import fit
from whence.training.baseline import linear_model

_MOST_SAMPLES = 5000
_HIDDEN = (64, 64)
_STEPS, _FEWEST_STEPS, _BATCH_SIZE, _RATE = 1200, 200, 32, 0.005
_SECONDS = 3.0
_MOST_INPUTS = 20_000
_MOST_SYMBOLS = 128


class Reference:
    """What plain models learn of a patient's data.

    Attributes
    ----------
    linear : float
        The score of a linear model on the samples held out; that of the naive prediction where there is none.
    network : float
        The same of a perceptron with two hidden layers of 64 rectifiers, trained by Adam on standardised inputs; for a
        text, of the frequencies of three characters in a row.
    """

    def __init__(self, patient: Patient, scale: Scale) -> None:
        self.linear = self.network = scale.naive
        if patient.streams:
            self.network = -_nats_of_trigrams(patient.train, scale.held_out, patient.preprocessing.symbols or 256)
        elif _suits(patient):
            train = some_of(patient.train, _MOST_SAMPLES)
            outputs = train.targets.shape[1] if patient.classes is None else len(patient.classes)
            preprocessing = _standardised(patient, train)
            net = mlp(train.inputs.shape[1:], _HIDDEN, outputs, seed=1)
            loss_fn = Huber() if patient.classes is None else CrossEntropy()
            affordable = int(_SECONDS / seconds_per_step(net, _BATCH_SIZE, 1))
            with np.errstate(all="ignore"):
                fit(
                    net,
                    loss_fn,
                    Adam(_RATE),
                    train,
                    max_steps=min(_STEPS, max(_FEWEST_STEPS, affordable)),
                    batch_size=min(_BATCH_SIZE, len(train)),
                    preprocessing=preprocessing,
                    schedule="one_cycle",
                    measure_train=False,
                )
                flat = linear_model(train, patient.preprocessing, None if patient.classes is None else outputs)
                self.network = scale.of(net, loss_fn, preprocessing).held_out
                self.linear = scale.of(flat, loss_fn, patient.preprocessing).held_out

    @property
    def best(self) -> float:
        """The best of the scores."""
        return max(score for score in (self.linear, self.network) if np.isfinite(score))


def _suits(patient: Patient) -> bool:
    """Return whether the samples are rows of numbers, not too many each, with one target each."""
    samples, size = patient.train, math.prod(patient.train.inputs.shape[1:])
    numeric = samples.inputs.dtype.kind in "buif" and size <= _MOST_INPUTS and samples.lengths is None
    return numeric and (patient.classes is None or samples.targets.ndim == 1)


def _standardised(patient: Patient, train: Samples) -> Preprocessing:
    """Return the preprocessing that standardises inputs, and numbers to predict by the middle two thirds of them."""
    shift, scale = standardising(train)
    changed: dict[str, Any] = {"shift": shift, "scale": scale}
    if patient.classes is None:
        low, centre, high = np.quantile(train.targets.astype(np.float64), (0.16, 0.5, 0.84), axis=0)
        spread = np.where(high > low, (high - low) / 2, train.targets.std(axis=0))
        changed |= {"target_shift": centre, "target_scale": 1 / np.where(spread > 0, spread, 1.0)}
    return replace(patient.preprocessing, **changed)


def _nats_of_trigrams(train: Samples, others: Samples, symbols: int) -> float:
    """Return the loss of predicting characters by the two before them, mixed with fewer: Jelinek and Mercer (1980)."""
    size = min(symbols, _MOST_SYMBOLS)
    before, last, target = (np.minimum(part, size - 1) for part in _contexts(train))
    one = np.bincount(target, minlength=size) + 1.0
    two = np.zeros((size, size))
    np.add.at(two, (last, target), 1)
    three = np.zeros((size, size, size))
    np.add.at(three, (before, last, target), 1)
    before, last, target = (np.minimum(part, size - 1) for part in _contexts(others))
    found = one[target] / one.sum()
    for counts, total in (
        (two[last, target], two[last].sum(-1)),
        (three[before, last, target], three[before, last].sum(-1)),
    ):
        found = (counts + 5 * found) / (total + 5)
    return float(-np.log(found).mean())


def _contexts(samples: Samples) -> tuple[Array, Array, Array]:
    """Return the characters two places and one place before each target, and the targets."""
    inputs, targets = samples.inputs.astype(np.int64), samples.targets
    return inputs[:, :-1].ravel(), inputs[:, 1:].ravel(), targets[:, 1:].ravel()
