"""Curves of a training: the loss, and the norms of gradients, updates and parameters, over windows of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.nn.naming import name_parameters
from whence.training import BackwardPass, Training

_MOST_POINTS = 400


@dataclass(frozen=True)
class Curves:
    """Means over T windows of consecutive steps.

    Parameters
    ----------
    steps : int64 array, shape (T,)
        The last step of each window.
    loss : float64 array, shape (T,)
        The losses of the batches.
    layers : tuple of str
        L layers, by the names of their parameters: ``W1, b1``.
    gradient, update, weights : float64 array, shape (T, L)
        Euclidean norms: of the gradient, before clipping; of the change in a step; and of the parameters after it.
    """

    steps: Array
    loss: Array
    layers: tuple[str, ...]
    gradient: Array
    update: Array
    weights: Array


class CurveRecorder:
    """Records the curves of a training that makes a number of steps."""

    def __init__(self, training: Training, steps: int) -> None:
        net = training.net
        names = name_parameters(net.layers, net.slots)
        layers = list(dict.fromkeys(slot.layer for slot in net.slots))
        own = [[slot for slot in net.slots if slot.layer == layer] for layer in layers]
        self._layers = tuple(", ".join(names[slot.path] for slot in slots) for slots in own)
        self._starts = [slots[0].start for slots in own]
        self._window = math.ceil(steps / _MOST_POINTS)
        self._sum = np.zeros((3, len(own)))
        self._loss, self._seen = 0.0, 0
        self._before = net.theta.copy()
        self._points: list[tuple[int, float, Array]] = []

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Add the gradient's norms."""
        self._sum[0] += self._norms(backward.gradient)
        np.copyto(self._before, training.net.theta)

    def after_step(self, training: Training) -> None:
        """Add the loss and the norms of update and parameters, and close a full window."""
        theta = training.net.theta
        self._sum[1] += self._norms(theta - self._before)
        self._sum[2] += self._norms(theta)
        self._loss += training.batch_loss
        self._seen += 1
        if self._seen == self._window:
            self._close(training.step)

    def curves(self, step: int) -> Curves:
        """Return the curves up to a step, which is the last."""
        if self._seen:
            self._close(step)
        steps, losses, norms = zip(*self._points, strict=True)
        gradient, update, weights = np.stack(norms, axis=1)  # (3, T, L)
        return Curves(np.array(steps), np.array(losses), self._layers, gradient, update, weights)

    def _close(self, step: int) -> None:
        self._points.append((step, self._loss / self._seen, self._sum / self._seen))
        self._sum = np.zeros_like(self._sum)
        self._loss, self._seen = 0.0, 0

    def _norms(self, flat: Array) -> Array:
        """Return the Euclidean norm of each layer's part of a vector like θ."""
        if not self._starts:
            return np.empty(0)
        return np.sqrt(np.add.reduceat(np.square(flat, dtype=np.float64), self._starts))
