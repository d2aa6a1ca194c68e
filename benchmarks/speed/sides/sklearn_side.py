"""scikit-learn: ``MLPClassifier``, one batch at a time by ``partial_fit``."""

from __future__ import annotations

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer
from threadpoolctl import threadpool_limits

from benchmarks.speed.rows import BATCHES, Row
from benchmarks.speed.sides import Side, Unsuitable
from whence.nn import Linear, ReLU, Sigmoid, Tanh

_ACTIVATIONS = {ReLU: "relu", Sigmoid: "logistic", Tanh: "tanh"}


def prepare(row: Row, threads: int) -> Side:
    """Return the steps of scikit-learn, which has multilayer perceptrons of one activation only."""
    net, batches = row.network(), row.batches()
    linear, activations = net.layers[::2], {type(layer) for layer in net.layers[1::2]}
    if not (
        all(type(layer) is Linear for layer in linear) and len(activations) == 1 and activations <= set(_ACTIVATIONS)
    ):
        raise Unsuitable("MLPClassifier has no such layers")
    threadpool_limits(threads)
    model = MLPClassifier(
        [layer.out_features for layer in linear[:-1]],
        activation=_ACTIVATIONS[activations.pop()],
        solver=row.optimizer,
        learning_rate_init=row.learning_rate,
        alpha=0,
        batch_size=row.batch,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    classes = np.arange(row.outputs)
    model.partial_fit(*batches[0], classes=classes)
    for layer, weight, bias in zip(linear, model.coefs_, model.intercepts_, strict=True):
        weight[...], bias[...] = layer.weight, layer.bias
    if row.optimizer == "adam":
        model._optimizer = AdamOptimizer(model.coefs_ + model.intercepts_, row.learning_rate)
    if not row.trains:
        return Side(lambda batch: model.predict_proba(batches[0][0])[0, 0])

    def step(batch: int) -> float:
        return float(model.partial_fit(*batches[batch % BATCHES]).loss_)

    def loss() -> float:
        x, y = batches[0]
        return float(-np.log(model.predict_proba(x)[np.arange(len(y)), y]).mean())

    return Side(step, loss)
