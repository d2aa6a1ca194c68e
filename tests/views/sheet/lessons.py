"""Training steps whose spreadsheets are recomputed, each as it is and with some numbers changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from traced_networks import untraced_step
from whence.data import load
from whence.nn import (
    BatchNorm,
    CrossEntropy,
    Dropout,
    LeakyReLU,
    Linear,
    ReLU,
    Sequential,
    Sigmoid,
    SumOfSquaredErrors,
    Tanh,
)
from whence.nn.naming import name_layers
from whence.optim import SGD, Adam
from whence.trace import Trace, trace

Edits = dict[tuple[int, str, tuple[int, ...]], float]


@dataclass(frozen=True)
class Lesson:
    """A training, and what to change in it.

    Parameters
    ----------
    run : callable
        Given edits, trains with those numbers in place of its own, and returns the traces.
    edits : dict
        New numbers by the number of the step, counted from 0, the array and the index; ``"η"`` for the learning rate.
    """

    run: Callable[[Edits], list[Trace]]
    edits: Edits


def steps(net, loss, optimizer, batches, edits: Edits) -> list[Trace]:
    """Train on batches with edited numbers."""
    traces = []
    for number, (x, y) in enumerate(batches):
        arrays = {"x": x.copy(), "y": y.copy()}
        for names, layer in zip(name_layers(net.layers), net.layers, strict=True):
            arrays |= {name: getattr(layer, attribute) for attribute, name in names.parameters.items()}
        for (step, name, index), value in edits.items():
            if step == number and name == "η":
                optimizer.learning_rate = value
            elif step == number:
                arrays[name][index] = value
        traces.append(trace(net, loss, optimizer, arrays["x"], arrays["y"]))
        untraced_step(net, loss, optimizer, arrays["x"], arrays["y"])
    return traces


def r2(edits: Edits) -> list[Trace]:
    x = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
    y = np.array([[1.0], [1], [0]])
    draw = {"weight_init": "uniform(0, 1)", "bias_init": "uniform(0, 1)"}
    net = Sequential(Linear(4, 3, **draw), Sigmoid(), Linear(3, 1, **draw), Sigmoid(), dtype=np.float64)
    return steps(net, SumOfSquaredErrors(), SGD(0.1), [(x, y)], edits)


def classifier(edits: Edits) -> list[Trace]:
    rng = np.random.default_rng(1)
    net = Sequential(Linear(5, 7), Tanh(), Linear(7, 6), LeakyReLU(0.2), Linear(6, 4), dtype=np.float64)
    batch = rng.normal(size=(6, 5)), rng.integers(0, 4, 6)
    return steps(net, CrossEntropy(), SGD(0.5, momentum=0.9), [batch], edits)


def adam(edits: Edits) -> list[Trace]:
    rng = np.random.default_rng(2)
    net = Sequential(Linear(4, 5), ReLU(), Linear(5, 3), dtype=np.float64)
    batches = [(rng.normal(size=(5, 4)), rng.integers(0, 3, 5)) for _ in range(3)]
    return steps(net, CrossEntropy(), Adam(0.05, weight_decay=0.02, clip_norm=0.3), batches, edits)


def normalised(edits: Edits) -> list[Trace]:
    rng = np.random.default_rng(3)
    net = Sequential(Linear(4, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float64, seed=3)
    batches = [(rng.normal(size=(6, 4)), rng.integers(0, 3, 6)) for _ in range(3)]
    return steps(net, CrossEntropy(label_smoothing=0.1), SGD(0.3), batches, edits)


def digit_reader(edits: Edits) -> list[Trace]:
    samples = load("digits").train
    x, y = samples.inputs[:4].reshape(4, 64) / 16.0, samples.targets[:4].astype(int)
    net = Sequential(Linear(64, 32), ReLU(), Linear(32, 10), dtype=np.float64)
    return steps(net, CrossEntropy(), SGD(0.1), [(x, y)], edits)


LESSONS = {
    "r2": Lesson(
        r2,
        {
            (0, "W1", (2, 1)): -0.7,
            (0, "b2", (0,)): 0.4,
            (0, "x", (1, 3)): 0.25,
            (0, "y", (2, 0)): 1.0,
            (0, "η", ()): 2.5,
        },
    ),
    "classifier": Lesson(
        classifier, {(0, "W2", (3, 5)): 1.5, (0, "x", (5, 0)): -2.0, (0, "y", (4,)): 0, (0, "η", ()): 0.05}
    ),
    "adam": Lesson(
        adam,
        {
            (0, "W1", (0, 4)): 0.9,
            (0, "b1", (1,)): -0.3,
            (1, "x", (2, 2)): 3.0,
            (2, "y", (0,)): 2,
            (0, "η", ()): 0.2,
        },
    ),
    "normalised": Lesson(
        normalised, {(0, "W1", (1, 2)): 2.0, (0, "γ2", (3,)): 0.5, (1, "x", (0, 0)): 4.0, (0, "y", (1,)): 1}
    ),
    "digits": Lesson(
        digit_reader, {(0, "W1", (20, 7)): 0.8, (0, "x", (3, 20)): 1.0, (0, "y", (2,)): 9, (0, "η", ()): 0.7}
    ),
}
