"""Layers as a user may write them, that look at other time steps: some carry what they need, and one does not."""

import numpy as np

from whence.nn import Layer, TimeDependence
from whence.nn.context import INFERENCE


class CausalAttention(Layer):
    """Attention without parameters: each time step looks at itself and at those before, whose keys are carried."""

    time_dependence = TimeDependence.STATE

    def forward(self, x, context=INFERENCE):
        keys = x if context.state is None else np.concatenate([context.state["keys"], x], axis=1)  # (N, S, F)
        steps = np.arange(keys.shape[1])
        scores = x @ keys.swapaxes(1, 2)  # (N, T, S)
        scores[:, steps > steps[-x.shape[1] :, np.newaxis]] = -np.inf
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True) @ keys, {"keys": keys}

    def state_after(self, cache):
        return {"keys": cache["keys"]}


class CausalMean(Layer):
    """The mean of each time step and the two before it, zero before the first; nothing is carried."""

    time_dependence = TimeDependence.PAST

    def forward(self, x, context=INFERENCE):
        padded = np.pad(x, ((0, 0), (2, 0), (0, 0)))
        return (padded[:, 2:] + padded[:, 1:-1] + padded[:, :-2]) / 3, {}


class Decay(Layer):
    """``y[t] = x[t] + y[t − 1] / 2``, where y is carried."""

    time_dependence = TimeDependence.STATE

    def forward(self, x, context=INFERENCE):
        y, before = x.copy(), 0 if context.state is None else context.state["y"]
        for t in range(x.shape[1]):
            y[:, t] += before / 2
            before = y[:, t]
        return y, {"y": y}

    def state_after(self, cache):
        return {"y": cache["y"][:, -1]}

    def backward(self, delta, cache, gradient, *, need_input=True):
        dx = delta.copy()
        for t in reversed(range(dx.shape[1] - 1)):
            dx[:, t] += dx[:, t + 1] / 2
        return dx
