"""Dead units: those whose output is the same for every sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.nn import Sequential
from whence.nn.naming import name_layers

_SAMPLES = 256


@dataclass(frozen=True)
class DeadUnits:
    """The share of dead units of A layers in F frames.

    Parameters
    ----------
    layers : tuple of str
        The outputs of activations and of recurrent layers: ``a1``.
    units : int64 array, shape (A,)
        Their numbers of units; of a convolution's, of channels.
    share : float64 array, shape (F, A)
        The share of the units whose output, at every position, is the same for the first 256 training samples, so that
        nothing can be learned through them.
    """

    layers: tuple[str, ...]
    units: Array
    share: Array


class DeadUnitsRecorder:
    """Takes frames of the shares of dead units."""

    def __init__(self, net: Sequential, samples: Samples, preprocessing: Preprocessing | None) -> None:
        self._net = net
        probed = samples.take(samples.counted[:_SAMPLES])
        self._x = preprocessing(probed.inputs, net.input_dtype) if preprocessing else probed.inputs
        self._lengths = probed.lengths
        self._watched = hidden_outputs(net)
        self._units: dict[int, int] = {}
        self._taken: list[list[float]] = []

    def take(self) -> None:
        """Take a frame."""
        shares: list[float] = []

        def look(position: int, output: Array) -> None:
            if position in self._watched:
                by_unit = output.reshape(-1, output.shape[-1])
                self._units[position] = by_unit.shape[1]
                shares.append(float((by_unit.max(axis=0) == by_unit.min(axis=0)).mean()))

        if self._watched:
            self._net.forward(self._x, training=False, lengths=self._lengths, watch=look)
        self._taken.append(shares)

    def dead_units(self) -> DeadUnits:
        """Return all frames."""
        units = np.array([self._units[position] for position in self._watched], np.int64)
        return DeadUnits(tuple(self._watched.values()), units, np.array(self._taken, np.float64))


def hidden_outputs(net: Sequential) -> dict[int, str]:
    """Return the names of the outputs of activations and recurrent layers by position; not that of the network."""
    named = name_layers(net.layers)
    hidden = enumerate(net.layers[:-1])
    return {position: named[position].output for position, layer in hidden if layer.activation or layer.recurrent}
