"""Naive predictions and a linear model, beside whose measures those of a network stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.nn import CrossEntropy, Linear, MeanSquaredError, Sequential, mlp
from whence.optim import Adam
from whence.training.fitting import fit
from whence.training.metrics import evaluate, regression_errors

LINEAR_MODEL = "linear model"

_MOST_ROWS, _MOST_INPUTS = 2_000, 4_096
_STEPS, _BATCH_SIZE, _LEARNING_RATE = 400, 64, 0.01
_RIDGE = 1.0
_LEAST_DEVIATION = 0.1  # of that of all inputs together: one that hardly varied may be far off in other samples

Baselines: TypeAlias = dict[str, Mapping[str, float]]


def naive_baselines(
    train: Samples, test: Samples, preprocessing: Preprocessing, classes: Sequence[str] | None
) -> Baselines:
    """Return the measures of predictions that do not look at the inputs, or only at the last value of a series.

    Parameters
    ----------
    train, test : Samples
        The samples to learn from and to measure on.
    preprocessing : Preprocessing
        The map from raw inputs to a network's inputs.
    classes : sequence of str or None
        The names of the classes; None for a regression.

    Returns
    -------
    dict of str to mapping of str to float
        For classes the accuracy of "always CLASS", the most frequent one; for text, the measures of "character
        frequencies"; for numbers ``mae``, ``rmse`` and ``r2`` of "always the mean", and "the value before" of a series.
    """
    if classes is not None:
        counts = np.bincount(train.targets.ravel(), _weights_in(train), minlength=len(classes))
        most = int(counts.argmax())
        accuracy = float(np.average(test.targets.ravel() == most, weights=_weights_in(test)))
        if not preprocessing.streams:
            return {f"always {classes[most]}": {"accuracy": accuracy}}
        shares = (counts + 1) / (counts + 1).sum()
        nats = -float(np.log(shares[test.targets]).mean())
        measures = {"loss": nats, "bits": nats / math.log(2), "perplexity": math.exp(nats), "accuracy": accuracy}
        return {"character frequencies": measures}
    mean = np.average(train.targets, axis=0, weights=train.weights)
    predictions = {"always the mean": np.broadcast_to(mean, test.targets.shape)}
    if (before := preprocessing.values_before(test.inputs)) is not None:
        predictions["the value before"] = before
    return {name: regression_errors(guess, test.targets, test.weights) for name, guess in predictions.items()}


def baselines(train: Samples, test: Samples, preprocessing: Preprocessing, classes: Sequence[str] | None) -> Baselines:
    """Return the measures of `naive_baselines`, and of a `linear_model` if the samples suit one, unlike padded ones."""
    found = naive_baselines(train, test, preprocessing, classes)
    inputs = math.prod(train.inputs.shape[1:])
    numeric = preprocessing.symbols is None and train.inputs.dtype.kind in "buif" and inputs <= _MOST_INPUTS
    padded = train.lengths is not None or test.lengths is not None
    if numeric and not padded and (classes is None or train.targets.ndim == 1):
        net = linear_model(train, preprocessing, None if classes is None else len(classes))
        loss_fn = MeanSquaredError() if classes is None else CrossEntropy()
        found[LINEAR_MODEL] = {
            name: value for name, value in evaluate(net, loss_fn, test, preprocessing).items() if name != "loss"
        }
    return found


def linear_model(train: Samples, preprocessing: Preprocessing, classes: int | None) -> Sequential:
    """Return a network of one linear layer, made from at most 2,000 samples in a bounded time.

    Parameters
    ----------
    train : Samples
        The samples, with class indices (N,) or numbers (N, K) as targets.
    preprocessing : Preprocessing
        The map from raw inputs to the network's inputs.
    classes : int or None
        The number of classes, C; None for numbers.

    Returns
    -------
    Sequential
        For classes, the softmax of its outputs is trained by 400 steps of Adam; for numbers it is the ridge regression
        ``W = (XᵀX + λI)⁻¹ Xᵀ Y`` with λ = 1, of centred inputs that are divided by their standard deviations (Hoerl and
        Kennard, 1970).
    """
    rows = np.random.default_rng(0).permutation(train.counted)[:_MOST_ROWS]
    chosen = train.take(rows)
    x = preprocessing(chosen.inputs, np.float64).reshape(len(rows), -1)  # (N, F)
    weights = np.ones(len(rows)) if chosen.weights is None else chosen.weights.astype(np.float64)
    mean = np.average(x, axis=0, weights=weights)
    deviation = x.std(axis=0)
    scale = np.maximum(deviation, _LEAST_DEVIATION * np.sqrt((deviation**2).mean()))
    x = (x - mean) / np.where(scale > 0, scale, 1.0)
    targets = preprocessing.targets(chosen.targets, chosen.inputs, np.float64)
    outputs = targets.shape[1] if classes is None else classes
    net = mlp(train.inputs.shape[1:], [], outputs, dtype=np.float64)
    layer = net.layers[-1]
    assert isinstance(layer, Linear)
    if classes is None:
        layer.weight[...], layer.bias[...] = _ridge(x, targets, weights)
    else:
        flat = mlp((x.shape[1],), [], outputs, weight_init="zeros", dtype=np.float64)
        samples = Samples(x, targets, chosen.weights)
        size = min(_BATCH_SIZE, len(x))
        fit(
            flat, "cross_entropy", Adam(_LEARNING_RATE), samples, max_steps=_STEPS, batch_size=size, measure_train=False
        )
        net.theta[...] = flat.theta
    layer.weight /= np.where(scale > 0, scale, 1.0)[:, np.newaxis]
    layer.bias -= mean @ layer.weight
    return net


def _ridge(x: Array, y: Array, weights: Array) -> tuple[Array, Array]:
    """Return weights (F, K) and biases (K,) of a weighted ridge regression, by the smaller of its two systems."""
    bias = np.average(y, axis=0, weights=weights)
    root = np.sqrt(weights / weights.mean())[:, np.newaxis]
    x, y = root * x, root * (y - bias)
    if len(x) < x.shape[1]:
        return x.T @ np.linalg.solve(x @ x.T + _RIDGE * np.eye(len(x)), y), bias
    return np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ y), bias


def _weights_in(samples: Samples) -> Array | None:
    """Return a weight for each target, if the samples have weights."""
    if samples.weights is None:
        return None
    return np.repeat(samples.weights, samples.targets.size // len(samples))
