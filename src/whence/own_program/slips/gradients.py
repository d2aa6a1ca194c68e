"""Slips in the gradients of weights and biases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("bias-mean-instead-of-sum")
def bias_mean_instead_of_sum(step: Reference) -> Iterator[Change]:
    """The gradient of the bias is the mean over the samples instead of the sum, of images also over their places."""
    for layer in step.dense:
        if layer.bias is not None:
            delta = step.arrays[f"d{layer.sum}"]
            for count in (step.samples, delta.size // delta.shape[-1]):
                yield f"d{layer.bias}", step.arrays[f"d{layer.bias}"] / count


@slips.register("bias-sum-wrong-axis")
def bias_sum_wrong_axis(step: Reference) -> Iterator[Change]:
    """The gradient of the bias is the sum over the units instead of that over the samples, or over both."""
    for layer in step.dense:
        delta = step.arrays[f"d{layer.sum}"]
        if layer.bias is not None:
            yield f"d{layer.bias}", delta.sum(axis=-1)
            yield f"d{layer.bias}", np.asarray(delta.sum())
            yield f"d{layer.bias}", np.full_like(step.arrays[layer.bias], delta.sum())
            yield f"d{layer.bias}", delta.mean(axis=-1)


@slips.register("bias-not-summed")
def bias_not_summed(step: Reference) -> Iterator[Change]:
    """The gradient of the bias is not summed over the samples."""
    for layer in step.dense:
        if layer.bias is not None:
            yield f"d{layer.bias}", step.arrays[f"d{layer.sum}"]


@slips.register("wrong-layer-activation")
def wrong_layer_activation(step: Reference) -> Iterator[Change]:
    """The gradient of the weights is computed from the output of another layer than they read."""
    for layer in step.dense:
        for name in ("x", *(other.output for other in step.dense)):
            if name != layer.input and step.arrays[name].shape == step.arrays[layer.input].shape:
                yield f"d{layer.weight}", step.value(f"d{layer.weight}", {layer.input: step.arrays[name]})


@slips.register("sum-instead-of-activation")
def sum_instead_of_activation(step: Reference) -> Iterator[Change]:
    """The gradient of the weights is computed from the sum before the activation that they read."""
    sums = {layer.output: layer.sum for layer in step.dense if layer.activation}
    for layer in step.dense:
        if layer.input in sums:
            changed = {layer.input: step.arrays[sums[layer.input]]}
            yield f"d{layer.weight}", step.value(f"d{layer.weight}", changed)


@slips.register("gradient-of-one-sample")
def gradient_of_one_sample(step: Reference) -> Iterator[Change]:
    """The gradient is that of one sample, the last or the first: it is overwritten instead of added up."""
    for layer in step.dense:
        for name in (f"d{layer.weight}", f"d{layer.bias}"):
            for row in (-1, 0):
                if name in step.formulas:
                    delta = np.zeros_like(step.arrays[f"d{layer.sum}"])
                    delta[row] = step.arrays[f"d{layer.sum}"][row]
                    alone = step.value(name, {f"d{layer.sum}": delta})
                    yield name, alone
                    yield name, alone * step.samples
