"""What the samples are like: the scale of their inputs, and which of them are neighbours."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.doctor.patient import Patient, some_of

_MOST_SAMPLES, _NEIGHBOURS = 1200, 10
_MOST_INPUTS, _MOST_COMPARED = 20_000, 100_000


class DataFacts:
    """Facts about the data of a patient.

    Parameters
    ----------
    patient : Patient
        The training.

    Attributes
    ----------
    inputs : (N, F) float64 array
        Prepared inputs of at most 1,200 training samples, as the network gets them.
    raw : (N, F) float64 array
        The same as they were given.
    targets : array
        Their targets.
    numeric : bool
        Whether inputs are numbers, and few enough to look at; otherwise the arrays are empty.
    """

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        inputs = patient.train.inputs
        size = int(np.prod(inputs.shape[1:]))
        self.numeric = not patient.streams and inputs.dtype.kind in "buif" and size <= _MOST_INPUTS
        self.train = some_of(patient.train, _MOST_SAMPLES)
        self.targets = self.train.targets
        self.raw = self._flat(self.train)
        self.inputs = self._prepared(self.train)

    @cached_property
    def held_out(self) -> Samples | None:
        """At most 1,200 samples that are not for training."""
        return None if self.patient.held_out is None else some_of(self.patient.held_out, _MOST_SAMPLES)

    @cached_property
    def held_out_inputs(self) -> Array:
        """Their prepared inputs, (N, F)."""
        return np.empty((0, self.inputs.shape[1])) if self.held_out is None else self._prepared(self.held_out)

    @cached_property
    def deviation(self) -> Array:
        """The standard deviation of each prepared input, (F,)."""
        return np.asarray(self.inputs.std(axis=0))

    @property
    def constant(self) -> Array:
        """Which inputs never vary, (F,)."""
        return np.asarray(np.ptp(self.raw, axis=0) == 0)

    @property
    def size(self) -> float:
        """The root mean square of the prepared inputs that vary: near 1 if they are scaled."""
        varying = ~self.constant
        return float(np.sqrt(np.mean(self.inputs[:, varying] ** 2))) if varying.any() else 0.0

    @cached_property
    def standardised(self) -> tuple[Array, Array]:
        """Inputs for training and held out, of deviation 1 but for those that hardly vary, for distances."""
        least = 0.1 * np.sqrt((self.deviation**2).mean())
        scale = np.maximum(self.deviation, least if least > 0 else 1.0)
        return self.inputs / scale, self.held_out_inputs / scale

    @cached_property
    def neighbours(self) -> Array:
        """The ten nearest other training samples of each, (N, 10)."""
        return _nearest_others(self.standardised[0])

    @cached_property
    def neighbours_of_held_out(self) -> tuple[Array, Array]:
        """The ten nearest training samples of each held out, (M, 10), and the distance to the nearest, (M,)."""
        distances = _squared_distances(self.standardised[1], self.standardised[0])
        return _nearest(distances), np.sqrt(distances.min(axis=1))

    @cached_property
    def neighbours_among_held_out(self) -> Array:
        """The ten nearest other samples of each held out among these, (M, 10)."""
        return _nearest_others(self.standardised[1])

    @cached_property
    def nearest_distance(self) -> Array:
        """The distance of each training sample to its nearest other, (N,)."""
        x = self.standardised[0]
        distances = _squared_distances(x, x)
        np.fill_diagonal(distances, np.inf)
        return np.asarray(np.sqrt(distances.min(axis=1)))

    @cached_property
    def repeated(self) -> tuple[float, float]:
        """The share of training samples whose inputs occur in training twice, and of held-out ones that occur there."""
        if not self.numeric or self.held_out is None:
            return 0.0, 0.0
        rows = _identities(some_of(self.patient.train, _MOST_COMPARED))
        known = set(rows)
        held_out = _identities(self.held_out)
        return 1 - len(known) / len(rows), sum(each in known for each in held_out) / len(held_out)

    def votes(self, labels: Array, neighbours: Array) -> Array:
        """Return the share of each class among the neighbours of each sample, (M, C)."""
        classes = len(self.patient.classes or ())
        return np.stack([(labels[neighbours] == each).mean(axis=1) for each in range(classes)], axis=1)

    @cached_property
    def column_groups(self) -> list[Array]:
        """Inputs that belong together: each number alone, and the indicators of one category."""
        groups: list[Array] = []
        place, columns = 0, self.raw.shape[1]
        indicator = np.asarray(np.isin(self.raw, (0.0, 1.0)).all(axis=0))
        while place < columns:
            end = place + 1
            if indicator[place]:
                sums = self.raw[:, place].copy()
                while end < columns and indicator[end] and not (sums == 1).all():
                    sums += self.raw[:, end]
                    end += 1
                if not (sums == 1).all():
                    end = place + 1
            groups.append(np.arange(place, end))
            place = end
        return groups

    def name_of(self, columns: Array) -> str:
        """Return the name of one or several inputs."""
        names = self.patient.preprocessing.input_names(self.raw.shape[1])
        first = names[columns[0]] if len(names) == self.raw.shape[1] else f"{columns[0] + 1}"
        return str(first).partition("=")[0]

    def _flat(self, samples: Samples) -> Array:
        if not self.numeric:
            return np.empty((len(samples), 0))
        return samples.inputs.reshape(len(samples), -1).astype(np.float64)

    def _prepared(self, samples: Samples) -> Array:
        if not self.numeric:
            return np.empty((len(samples), 0))
        return self.patient.preprocessing(samples.inputs, np.float64).reshape(len(samples), -1)


def _identities(samples: Samples) -> list[int]:
    """Return a number for each sample that is the same for the same inputs."""
    return [hash(row.tobytes()) for row in np.ascontiguousarray(samples.inputs)]


def _squared_distances(a: Array, b: Array) -> Array:
    """Return the squared distance of each row of one array to each of another."""
    return np.asarray(np.maximum((a**2).sum(1)[:, np.newaxis] + (b**2).sum(1) - 2 * a @ b.T, 0))


def _nearest_others(x: Array) -> Array:
    distances = _squared_distances(x, x)
    np.fill_diagonal(distances, np.inf)
    return _nearest(distances)


def _nearest(distances: Array) -> Array:
    count = min(_NEIGHBOURS, distances.shape[1] - 1)
    return np.argpartition(distances, count - 1, axis=1)[:, :count]
