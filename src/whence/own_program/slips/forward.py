"""Slips in the forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np

from whence.arrays import Array
from whence.own_program.reference import Reference
from whence.own_program.slips.over_time import recurrences
from whence.own_program.slips.registry import Change, slips

FUNCTIONS = MappingProxyType[str, Callable[[Array], Array]](
    {
        "Sigmoid": lambda z: 0.5 * np.tanh(0.5 * z) + 0.5,
        "Tanh": np.tanh,
        "ReLU": lambda z: np.maximum(z, 0),
        "LeakyReLU": lambda z: np.where(z > 0, z, 0.01 * z),
    }
)
"""Activations that may be taken for one another, by their classes."""


@slips.register("bias-forgotten")
def bias_forgotten(step: Reference) -> Iterator[Change]:
    """The bias is not added."""
    for layer in step.dense:
        if layer.bias is not None and step.arrays[layer.bias].any():
            yield layer.sum, step.arrays[layer.sum] - step.arrays[layer.bias]
    for over_time in recurrences(step):
        if over_time.bias and step.arrays[over_time.bias].any():
            yield over_time.state, over_time.states(bias=False)


@slips.register("bias-subtracted")
def bias_subtracted(step: Reference) -> Iterator[Change]:
    """The bias is subtracted instead of added."""
    for layer in step.dense:
        if layer.bias is not None:
            yield layer.sum, step.arrays[layer.sum] - 2 * step.arrays[layer.bias]


@slips.register("activation-forgotten")
def activation_forgotten(step: Reference) -> Iterator[Change]:
    """The activation is left out: the output is the weighted sum itself."""
    for layer in step.dense:
        if layer.activation:
            yield layer.output, step.arrays[layer.sum]
    if "p" in step.arrays:
        yield "p", step.arrays[step.dense[-1].sum]


@slips.register("activation-twice")
def activation_twice(step: Reference) -> Iterator[Change]:
    """The activation is applied to its own result."""
    for layer in step.dense:
        if layer.activation:
            yield layer.output, step.changed({layer.sum: step.arrays[layer.output]}, until=layer.output)[layer.output]
    if "p" in step.arrays:
        last = step.dense[-1].sum
        yield "p", step.changed({last: step.arrays["p"]}, until="p")["p"]


@slips.register("softmax-without-axis")
def softmax_without_axis(step: Reference) -> Iterator[Change]:
    """The softmax divides by the sum over the whole batch instead of that over the classes of each sample."""
    for name, powers in _powers(step):
        yield name, powers / powers.sum()
    for name, own in _own_powers(step):
        yield name, own / own.sum()


@slips.register("softmax-wrong-axis")
def softmax_wrong_axis(step: Reference) -> Iterator[Change]:
    """The softmax divides by the sum over the samples instead of that over the classes."""
    for name, powers in (*_powers(step), *_own_powers(step)):
        yield name, powers / powers.sum(axis=0)


@slips.register("softmax-not-normalised")
def softmax_not_normalised(step: Reference) -> Iterator[Change]:
    """The softmax does not divide by the sum."""
    yield from (*_powers(step), *_own_powers(step))


@slips.register("softmax-maximum-wrong-axis")
def maximum_per_class(step: Reference) -> Iterator[Change]:
    """The softmax subtracts the largest number of each class instead of that of each sample, which does not cancel."""
    for name, scores in _scores(step):
        powers = np.exp(scores - scores.max(axis=0))
        yield name, powers / np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)


def _scores(step: Reference) -> Iterator[tuple[str, Array]]:
    """Yield what a softmax is taken of, by the name of its result."""
    last = step.dense[-1] if step.dense else None
    if last is None or step.arrays[last.sum].ndim != 2 or step.arrays[last.sum].shape[1] == 1:
        return
    if "p" in step.arrays and "S" in step.arrays:
        yield "p", step.arrays[last.sum]
    elif last.activation == "Softmax":
        yield last.output, step.arrays[last.sum]


def _powers(step: Reference) -> Iterator[tuple[str, Array]]:
    """Yield the powers, with the largest score of each sample subtracted from its scores."""
    for name, scores in _scores(step):
        yield name, np.exp(scores - scores.max(axis=1, keepdims=True))


def _own_powers(step: Reference) -> Iterator[tuple[str, Array]]:
    """Yield the powers of the scores as they are."""
    for name, scores in _scores(step):
        yield name, np.exp(scores - scores.max())


@slips.register("wrong-activation")
def wrong_activation(step: Reference) -> Iterator[Change]:
    """Another activation is applied than that of the architecture."""
    for layer in step.dense:
        for kind, function in FUNCTIONS.items():
            if layer.activation and kind != layer.activation:
                yield layer.output, function(step.arrays[layer.sum])
    if "p" in step.arrays:
        for function in FUNCTIONS.values():
            yield "p", function(step.arrays[step.dense[-1].sum])


@slips.register("wrong-layer-input")
def wrong_layer_input(step: Reference) -> Iterator[Change]:
    """A layer reads the output of another layer than the one before it, or the sum before its activation."""
    for layer in step.dense:
        own = step.arrays[layer.input]
        for name in ("x", *(name for other in step.dense for name in (other.sum, other.output))):
            array = step.arrays[name]
            if name != layer.input and array.shape == own.shape and name not in (layer.sum, layer.output):
                yield layer.sum, step.value(layer.sum, {layer.input: array})
