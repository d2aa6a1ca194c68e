"""Slips in the derivatives with respect to outputs and sums of layers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.errors import FormulaError
from whence.own_program.reference import Dense, Reference
from whence.own_program.slips.over_time import recurrences
from whence.own_program.slips.registry import Change, slips

_PIECEWISE_LINEAR = ("ReLU", "LeakyReLU")


@slips.register("update-before-delta")
def update_before_delta(step: Reference) -> Iterator[Change]:
    """The error goes back through weights that are updated already."""
    for layer in step.dense[1:]:
        yield f"d{layer.input}", step.value(f"d{layer.input}", {layer.weight: step.arrays[f"{layer.weight}_new"]})


@slips.register("derivative-missing")
def derivative_missing(step: Reference) -> Iterator[Change]:
    """The derivative of the activation is left out."""
    for layer in _activated(step):
        yield f"d{layer.sum}", step.arrays[f"d{layer.output}"]
    for over_time in recurrences(step):
        yield over_time.delta, over_time.deltas(slope=np.ones_like)


@slips.register("derivative-twice")
def derivative_twice(step: Reference) -> Iterator[Change]:
    """The derivative of the activation is multiplied by twice; that of the loss may have it already."""
    for layer in _activated(step):
        if layer.slope in step.arrays:
            yield layer.slope, step.arrays[layer.slope] ** 2
    if "p" in step.arrays:
        p = step.arrays["p"]
        yield step.first_delta, step.arrays[step.first_delta] * p * (1 - p)


@slips.register("derivative-not-squared")
def derivative_not_squared(step: Reference) -> Iterator[Change]:
    """The derivative of tanh is 1 − a instead of 1 − a²."""
    for layer in _activated(step):
        if layer.activation == "Tanh":
            yield layer.slope, 1 - step.arrays[layer.output]
    for over_time in recurrences(step):
        yield over_time.delta, over_time.deltas(slope=lambda h: 1 - h)


@slips.register("mask-from-wrong-array")
def mask_from_wrong_array(step: Reference) -> Iterator[Change]:
    """Where the rectifier passes the error on is told from another array than the sum that it rectified."""
    for layer in _activated(step):
        if layer.activation in _PIECEWISE_LINEAR:
            yield from _slopes_elsewhere(step, layer)


@slips.register("derivative-of-wrong-argument")
def derivative_of_wrong_argument(step: Reference) -> Iterator[Change]:
    """The derivative of the activation is taken at another place: at the activation instead of the sum, or reversed."""
    for layer in _activated(step):
        if layer.activation not in _PIECEWISE_LINEAR:
            yield from _slopes_elsewhere(step, layer)


def _slopes_elsewhere(step: Reference, layer: Dense) -> Iterator[Change]:
    """Yield the derivative of an activation at every other array of the shape of its argument."""
    if layer.slope not in step.formulas:
        return
    z, a = step.arrays[layer.sum], step.arrays[layer.output]
    others = [
        array
        for name, array in step.arrays.items()
        if array.shape == z.shape and name not in (layer.sum, layer.slope) and array.dtype.kind == "f"
    ]
    for argument in others:
        activated = step.changed({layer.sum: argument}, until=layer.output).get(layer.output)
        if activated is not None:
            yield layer.slope, step.value(layer.slope, {layer.sum: argument, layer.output: activated})
    for activated in (z, *(array for array in others if array is not a)):
        yield layer.slope, step.value(layer.slope, {layer.sum: activated, layer.output: activated})


@slips.register("derivative-of-another-function")
def derivative_of_another_function(step: Reference) -> Iterator[Change]:
    """The derivative is that of another activation, or a part of the right one."""
    for layer in _activated(step):
        z, a = step.arrays[layer.sum], step.arrays[layer.output]
        others = (a * (1 - a), 1 - a**2, (z > 0) * 1.0, a, 1 - a, np.where(z > 0, 1.0, 0.01), a**2, 1 + a**2)
        for slope in others:
            yield layer.slope, slope
            yield f"d{layer.sum}", step.arrays[f"d{layer.output}"] * slope


@slips.register("wrong-transposition")
def wrong_transposition(step: Reference) -> Iterator[Change]:
    """A square matrix is transposed where it should not be, or not where it should."""
    for layer in step.dense:
        turned = step.arrays[layer.weight].T
        if turned.shape == step.arrays[layer.weight].shape:
            for name in (layer.sum, f"d{layer.input}"):
                if name in step.formulas:
                    yield name, step.value(name, {layer.weight: turned})
        yield f"d{layer.weight}", step.arrays[f"d{layer.weight}"].T
    for over_time in recurrences(step):
        turned = step.arrays[over_time.recurrent].T
        yield over_time.state, over_time.states(recurrent=turned)
        yield over_time.delta, over_time.deltas(recurrent=turned)
    for layer in step.dense:  # one that is not square, read in another order
        flipped = step.arrays[layer.weight].T.reshape(step.arrays[layer.weight].shape)
        for name in (layer.sum, f"d{layer.input}"):
            if name in step.formulas:
                yield name, step.value(name, {layer.weight: flipped})


@slips.register("wrong-layer-weights")
def wrong_layer_weights(step: Reference) -> Iterator[Change]:
    """A layer is computed with the weights or biases of another one, or the error goes back through these."""
    for layer in step.dense:
        for other in step.dense:
            for name, own in ((other.weight, layer.weight), (other.bias, layer.bias)):
                if other is layer or name is None or own is None:
                    continue
                if step.arrays[name].shape == step.arrays[own].shape:
                    for made in (layer.sum, f"d{layer.input}"):
                        if made in step.readers(own):
                            yield made, step.value(made, {own: step.arrays[name]})


@slips.register("wrong-layer-delta")
def wrong_layer_delta(step: Reference) -> Iterator[Change]:
    """An array is computed from the derivative of another layer, or from one before the activation's derivative."""
    deltas = [name for name in step.formulas if name[0] == "d" and name[1:2] in "za" and step.arrays[name].ndim == 2]
    for layer in step.dense:
        own = f"d{layer.sum}"
        for name in (f"d{layer.weight}", f"d{layer.bias}", f"d{layer.input}"):
            for other in deltas:
                if name in step.formulas and other not in (own, name):
                    try:
                        yield name, step.value(name, {own: step.arrays[other]})
                    except FormulaError:
                        continue


@slips.register("loss-instead-of-derivative")
def loss_instead_of_derivative(step: Reference) -> Iterator[Change]:
    """The error goes back from the loss itself instead of its derivative."""
    name = step.first_delta
    ell = step.arrays.get("ℓ")
    if ell is not None and ell.shape == step.arrays[name].shape:
        for array in (ell, ell / step.samples):
            yield name, array


def _activated(step: Reference) -> list[Dense]:
    """Return the layers through whose activations the error goes back by a derivative of each."""
    return [layer for layer in step.dense if layer.activation and f"d{layer.sum}" in step.formulas]
