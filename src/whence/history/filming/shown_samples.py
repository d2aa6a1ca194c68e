"""A few samples in every frame: what the network predicts for them, and their activations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.history.filming.dead_units import hidden_outputs
from whence.nn import Sequential

_MOST_SAMPLES, _MOST_UNITS = 10, 256
_MOST_CHANNELS, _MAP_SIDE = 8, 16


@dataclass(frozen=True)
class ShownSamples:
    """What a network makes of S samples in F frames.

    Parameters
    ----------
    part : str
        The part of the data that they are from: ``"validation"``.
    numbers : int64 array, shape (S,)
        Which of its samples they are, counted from 0.
    inputs : array, shape (S, ...)
        Their raw inputs.
    targets : int64 array, shape (S,), or float64 array, shape (S, K)
        Their targets; of sequences of classes, the last.
    outputs : array, shape (F, S, K)
        The probabilities of the classes, or what is predicted in the unit of the targets; of sequences, at the last
        time step.
    activations : dict of str to array
        The outputs of activations and recurrent layers by name, ``a1``: (F, S, U), of sequences at the last time step;
        of images maps (F, S, H, W, C), with every second, third, … pixel if they are large, and the first channels.
    """

    part: str
    numbers: Array
    inputs: Array
    targets: Array
    outputs: Array
    activations: dict[str, Array]


class ShownSamplesRecorder:
    """Takes frames of a few samples: one of each class, or some from the whole part."""

    def __init__(
        self,
        net: Sequential,
        samples: Samples,
        part: str,
        preprocessing: Preprocessing | None,
        read: Callable[[Array, Array], Array],
    ) -> None:
        self._net, self._part, self._read = net, part, read
        self._numbers = _chosen(samples)
        self._samples = samples.take(self._numbers)
        inputs = self._samples.inputs
        self._x = preprocessing(inputs, net.input_dtype) if preprocessing else inputs
        self._hidden = hidden_outputs(net)
        self._outputs: list[Array] = []
        self._activations: dict[str, list[Array]] = {name: [] for name in self._hidden.values()}

    def take(self) -> None:
        """Take a frame."""
        lengths = self._samples.lengths

        def look(position: int, output: Array) -> None:
            if position in self._hidden:
                self._activations[self._hidden[position]].append(_thinned(_last_step(output, lengths)))

        logits, _ = self._net.forward(self._x, training=False, lengths=lengths, watch=look)
        self._outputs.append(self._read(_last_step(logits, lengths), self._samples.inputs))

    def shown_samples(self) -> ShownSamples:
        """Return all frames."""
        targets = self._samples.targets
        last = targets[:, -1] if targets.ndim > 1 and targets.dtype.kind != "f" else targets
        activations = {name: np.stack(taken) for name, taken in self._activations.items()}
        return ShownSamples(self._part, self._numbers, self._samples.inputs, last, np.stack(self._outputs), activations)


def _chosen(samples: Samples) -> Array:
    """Return the first sample of each class, or samples from the whole part where there are no classes of samples."""
    usable = samples.counted
    if samples.targets.ndim == 1:
        _, first = np.unique(samples.targets[usable], return_index=True)
        return usable[first[:_MOST_SAMPLES]]
    return usable[np.linspace(0, len(usable) - 1, min(_MOST_SAMPLES, len(usable))).astype(np.int64)]


def _last_step(output: Array, lengths: Array | None) -> Array:
    """Return what is at the last time step of sequences (S, T, U), anything else as it is."""
    if output.ndim != 3:
        return output
    last = np.full(len(output), -1) if lengths is None else lengths - 1
    return np.asarray(output[np.arange(len(output)), last])


def _thinned(activation: Array) -> Array:
    """Return the first units, or a coarser map of the first channels."""
    if activation.ndim == 2:
        return activation[:, :_MOST_UNITS].copy()
    stride = -(-max(activation.shape[1:-1]) // _MAP_SIDE)
    return activation[:, ::stride, ::stride, :_MOST_CHANNELS].copy()
