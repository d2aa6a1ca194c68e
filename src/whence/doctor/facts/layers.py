"""What passes through a network's layers for some training samples: still, flat and constant units, and gradients."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data import Batches
from whence.doctor.patient import Patient, some_of
from whence.nn import Dropout, Sequential
from whence.nn.activations.base import Elementwise
from whence.nn.chain import leaf_layers
from whence.nn.naming import name_layers

LOOKED_AT, _SEQUENCES = 256, 16
_FLAT = 0.02
"""A slope below this share of the activation's steepest one is flat: tanh beyond 2.6, a sigmoid beyond 5.3."""
_STEEPEST = {"Sigmoid": 0.25}


@dataclass(frozen=True)
class UnitsOf:
    """The units of an activation for some training samples.

    Parameters
    ----------
    place : int
        Its position in the network.
    name : str
        The name of its output: ``"a2"``.
    text : str
        The layer as it is written.
    values : (N, J) array
        The output of every unit; places of an image and time steps count as samples.
    flat : (J,) array
        The share of the samples at which its slope is nearly 0.
    axes : int
        The number of axes of its output besides that of the samples.
    bounded : bool
        Whether its outputs are bounded on both sides, such as those of a sigmoid.
    """

    place: int
    name: str
    text: str
    values: Array
    flat: Array
    axes: int
    bounded: bool

    def cells(self, chosen: Array) -> tuple[str, ...]:
        """Return the first cells of up to three units."""
        before = "0," * self.axes
        return tuple(f"{self.name}[{before}{unit}]" for unit in np.flatnonzero(chosen)[:3])

    @property
    def dead(self) -> Array:
        """Which units give 0 for every sample, (J,)."""
        return np.asarray((self.values == 0).all(axis=0) & (not self.bounded))

    @property
    def saturated(self) -> Array:
        """Which bounded units are flat for nine samples in ten, (J,)."""
        return self.flat > 0.9 if self.bounded else np.zeros(len(self.flat), bool)


class Passage:
    """A pass of some training samples through a network and back.

    Parameters
    ----------
    patient : Patient
        The training.
    net : Sequential
        The network, at its start or its end.
    """

    def __init__(self, patient: Patient, net: Sequential) -> None:
        self.net = copy.deepcopy(net)
        for layer in leaf_layers(self.net.layers):
            if isinstance(layer, Dropout):
                layer.p = 0.0
        samples = some_of(patient.train, _SEQUENCES if patient.streams else LOOKED_AT)
        batches = Batches(
            samples, patient.preprocessing, len(samples), rng=None, dtype=net.dtype, input_dtype=net.input_dtype
        )
        self.batch = batches.take(np.arange(len(samples)))
        self.outputs: dict[int, Array] = {}
        self._names = name_layers(self.net.layers)
        with np.errstate(all="ignore"):
            self.logits, self._tape = self.net.forward(
                self.batch.x, lengths=self.batch.lengths, watch=self.outputs.__setitem__
            )
            self.loss, delta = patient.loss_fn(self.logits, self.batch.y, self.batch.weights, self.batch.lengths)
            self.deltas = {len(net): delta}
            self.gradient = self.net.backward(delta, self._tape, watch=self.deltas.__setitem__)

    @property
    def finite(self) -> bool:
        """Whether all outputs and gradients are finite."""
        return bool(np.isfinite(self.gradient).all() and np.isfinite(self.loss))

    def activations(self, *, hidden: bool = True) -> Iterator[UnitsOf]:
        """Yield the units of each activation, of those before the last layer with weights if ``hidden``."""
        last = max((slot.layer for slot in self.net.slots), default=0)
        for place, layer in enumerate(self.net.layers):
            if layer.activation and (not hidden or place < last):
                values = self.outputs[place].reshape(-1, self.outputs[place].shape[-1])
                low, high = type(layer).output_range
                flat = np.zeros(values.shape[1])
                if isinstance(layer, Elementwise):
                    slope = np.asarray(layer.slope(self._tape[place]), np.float64).reshape(values.shape)
                    flat = (np.abs(slope) < _FLAT * _STEEPEST.get(type(layer).__name__, 1.0)).mean(axis=0)
                bounded = math.isfinite(low) and math.isfinite(high)
                yield UnitsOf(
                    place, self._names[place].output, repr(layer), values, flat, self.outputs[place].ndim - 1, bounded
                )

    def delta_sizes(self) -> list[tuple[int, str, float]]:
        """Return for each layer with weights its place, its output, and the root mean square of the delta there.

        The squares of an image's or a sequence's places are summed, as their gradients are in that of the weights.
        """
        found = []
        for place in dict.fromkeys(slot.layer for slot in self.net.slots if slot.decays):
            delta = self.deltas.get(place + 1)
            if delta is not None:
                places = max(1, int(np.prod(delta.shape[1:-1])))
                size = float(np.sqrt(np.mean(np.square(delta, dtype=np.float64)) * places))
                found.append((place, self._names[place].output, size))
        return found

    def name_of(self, place: int) -> str:
        """Return the name of the output of a layer."""
        return self._names[place].output

    def parameter_name(self, place: int, name: str) -> str:
        """Return the name of a parameter of a layer."""
        return self._names[place].parameters[name]
