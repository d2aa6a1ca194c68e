"""Every registered layer behind a linear one, each with another loss and another optimizer, for two steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from nn.examples import EXAMPLES
from whence.arrays import Array, Shape
from whence.nn import (
    L1,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Linear,
    Loss,
    MeanSquaredError,
    Sequential,
    SumOfSquaredErrors,
)
from whence.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from whence.trace import Trace, trace

SAMPLES = 3
Targets = Callable[[np.random.Generator, Shape], Array]


def numbers(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape)


def fractions(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(size=shape)


def labels(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, shape[-1], shape[:-1])


def distributions(rng: np.random.Generator, shape: Shape) -> Array:
    drawn = rng.uniform(0.1, 1, shape)
    return drawn / drawn.sum(-1, keepdims=True)


LOSSES: list[tuple[Callable[[int], Loss], Targets]] = [
    (lambda classes: MeanSquaredError(), numbers),
    (lambda classes: CrossEntropy(), labels),
    (lambda classes: L1(), numbers),
    (lambda classes: BinaryCrossEntropy(), fractions),
    (lambda classes: CrossEntropy(class_weights=np.linspace(0.5, 2, classes)), labels),
    (lambda classes: Huber(0.5), numbers),
    (lambda classes: BinaryCrossEntropy(2.5), fractions),
    (lambda classes: CrossEntropy(label_smoothing=0.2), distributions),
    (lambda classes: SumOfSquaredErrors(), numbers),
]
OPTIMIZERS: list[Callable[[], Optimizer]] = [
    lambda: SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    lambda: AdamW(0.05, clip_norm=0.5),
    lambda: RMSprop(0.05, momentum=0.5, centered=True),
    lambda: Adagrad(0.1, clip_norm=100.0),
    lambda: Adam(0.05, weight_decay=0.1),
]


def assortment() -> dict[str, list[Trace]]:
    """Return the traces of one network for each name in the registry, of its example with the most axes."""
    made = {}
    for (name, examples), (loss, targets), optimizer in zip(
        EXAMPLES.items(), itertools.cycle(LOSSES), itertools.cycle(OPTIMIZERS), strict=False
    ):
        example = max(examples, key=lambda example: len(example.shape))
        rng = np.random.default_rng(len(made))
        features = example.shape[-1]
        before = Linear(features, features, bias=False)  # a batch norm makes a bias before it count for nothing
        net = Sequential(before, example.make(), input_shape=example.shape, dtype=np.float64)
        net.theta[...] += 0.3 * rng.normal(size=net.theta.shape)
        shape = (SAMPLES, *net.layers[-1].output_shape)
        loss_fn, stepper = loss(shape[-1]), optimizer()
        made[name] = [
            trace(net, loss_fn, stepper, rng.normal(size=(SAMPLES, *example.shape)), targets(rng, shape))
            for _ in range(2)
        ]
    return made
