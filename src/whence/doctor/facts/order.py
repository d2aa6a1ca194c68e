"""In which order the samples came: whether they lie sorted in the data, and whether the batches kept that order."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Batches
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.doctor.patient import Patient
from whence.doctor.trials import Trials
from whence.errors import NonFiniteError
from whence.training import fit

_SORTED, _FEWEST = 0.5, 50
_SAME = 1e-6
_MONOTONE, _ALIKE, _BEYOND = 0.99, 0.95, 0.5
_COLUMNS_AT_ONCE = 20  # of the inputs, which are perhaps stored in files
_LONGEST_EPOCH = 3
"""The first epoch is made again if it has no more steps than so many trials."""


class OrderFacts:
    """Facts about the order of a patient's samples."""

    def __init__(self, patient: Patient, trials: Trials) -> None:
        self.patient, self.trials = patient, trials

    @cached_property
    def sortedness(self) -> float:
        """How alike the targets of samples in a row are: 0 in a random order, 1 if they are sorted."""
        targets = self.patient.train.targets[self.patient.train.counted]
        if self.patient.streams or len(targets) < _FEWEST or (targets.dtype.kind == "i" and targets.ndim > 1):
            return 0.0
        if targets.dtype.kind == "i":
            shares = np.bincount(targets) / len(targets)
            by_chance = float((shares**2).sum())
            together = float((targets[1:] == targets[:-1]).mean())
            return (together - by_chance) / max(1 - by_chance, 1e-9)
        return _autocorrelation(targets[:, 0])

    @property
    def is_sorted(self) -> bool:
        """Whether samples in a row are alike."""
        return self.sortedness > _SORTED

    @cached_property
    def kept_in_batches(self) -> bool:
        """Whether the first epoch gives the same loss again in the order of the samples, and shuffled another."""
        if not self.is_sorted or not self.patient.history or self.patient.net.rng is None:
            return False
        if self.patient.steps_per_epoch > _LONGEST_EPOCH * self.trials.affordable_steps(
            self.patient.initial_net, self.patient.batch_size
        ):
            return False
        made = float(self.patient.history[0]["train_loss"])
        return not _same(self._first_loss(in_order=False), made) and _same(self._first_loss(in_order=True), made)

    @cached_property
    def split_in_order(self) -> tuple[str, float, str] | None:
        """What samples were sorted by before they were split, which share of others is beyond it, and a cell."""
        patient = self.patient
        train, others = patient.train, patient.held_out
        if others is None or isinstance(patient.preprocessing, SeriesPreprocessing) or patient.streams:
            return None
        if len(train) < _FEWEST or train.lengths is not None:
            return None
        columns = train.inputs.shape[1] if train.inputs.ndim == 2 else 0
        for start in range(0, min(columns, 200), _COLUMNS_AT_ONCE):
            ours, theirs = (part.inputs[:, start : start + _COLUMNS_AT_ONCE] for part in (train, others))
            for column in range(ours.shape[1]):
                beyond = _beyond(ours[:, column], theirs[:, column])
                if beyond > _BEYOND:
                    return f"input {start + column + 1}", beyond, f"x[0,{start + column}]"
        ours, theirs = (part.targets.reshape(len(part), -1)[:, 0] for part in (train, others))
        beyond = _beyond(ours, theirs)
        return ("the target", beyond, "") if beyond > _BEYOND else None

    def _first_loss(self, *, in_order: bool) -> float:
        """Return the training loss after the first epoch, made again."""
        patient = self.patient
        training: dict[str, Any] = patient.new_training()
        if in_order:
            net = training["net"]
            training["train"] = Batches(
                patient.train,
                patient.preprocessing,
                patient.batch_size,
                rng=None,
                dtype=net.dtype,
                input_dtype=net.input_dtype,
            )
            for name in ("batch_size", "replacement", "streams", "augmentation", "preprocessing"):
                training.pop(name, None)
        training |= {"epochs": 1, "max_steps": None, "validation": None, "schedule": None}
        try:
            return float(fit(**training).history[0]["train_loss"])
        except NonFiniteError:
            return math.nan


def _beyond(values: Array, others: Array) -> float:
    """Return which share of other numbers is beyond the range of some in order; 0 if they are in none."""
    values = values.astype(np.float64)
    steps = np.diff(values)
    if max((steps >= 0).mean(), (steps <= 0).mean()) <= _MONOTONE or _autocorrelation(values) <= _ALIKE:
        return 0.0
    return float(((others < values.min()) | (others > values.max())).mean())


def _same(found: float, made: float) -> bool:
    return abs(found - made) <= _SAME * abs(made)


def _autocorrelation(values: Array) -> float:
    """Return the correlation of each value with the next."""
    if not np.ptp(values):
        return 0.0
    with np.errstate(all="ignore"):
        found = float(np.corrcoef(values[:-1], values[1:])[0, 1])
    return found if math.isfinite(found) else 0.0
