"""Examples of every registered layer, behind a linear one, with every loss and every optimizer in turn."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from nn.examples import EXAMPLES, Example
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
    """Return the traces of a network for every example of every layer."""
    cases = [(f"{name} {number}", example) for name in EXAMPLES for number, example in enumerate(EXAMPLES[name], 1)]
    others = zip(itertools.cycle(LOSSES), itertools.cycle(OPTIMIZERS), strict=False)
    return {
        name: _trained(example, loss, targets, optimizer)
        for (name, example), ((loss, targets), optimizer) in zip(cases, others, strict=False)
        if example.shape or example.tokens
    }


def _trained(
    example: Example, loss: Callable[[int], Loss], targets: Targets, optimizer: Callable[[], Optimizer]
) -> list[Trace]:
    rng = np.random.default_rng(5)
    layers = [example.make()]
    if example.tokens is None:  # without a bias, since a batch norm behind it would make that count for nothing
        layers.insert(0, Linear(example.shape[-1], example.shape[-1], bias=False))
    net = Sequential(*layers, input_shape=example.shape, dtype=np.float64)
    net.theta[...] += 0.3 * rng.normal(size=net.theta.shape)
    shape = (SAMPLES, *net.layers[-1].output_shape)
    return [trace(net, loss(shape[-1]), optimizer(), example.inputs(rng, SAMPLES), targets(rng, shape))]
