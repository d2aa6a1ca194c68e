"""The array in which NaN or infinity appeared first."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.nn import Sequential


def first_not_finite(net: Sequential, x: Array, gradient: Array | None = None) -> str | None:
    """Return the name of the first array of the forward and backward pass that is not finite.

    Parameters
    ----------
    net : Sequential
        The network.
    x : array, shape (N, *input_shape)
        The batch in which the loss was not finite.
    gradient : array, shape (P,), optional
        Its gradient, if it was computed.

    Returns
    -------
    str or None
        Such as ``"the weight of layer 1 (Linear(784, 96))"``; None if all are finite.
    """
    if not np.isfinite(x).all():
        return "the batch itself"
    found: list[str] = []

    def look(position: int, output: Array) -> None:
        layer = net.layers[position]
        if not found and not np.isfinite(output).all():
            found.append(f"the output {layer.output_symbol} of layer {position + 1} ({layer!r})")

    for position, layer in enumerate(net.layers):
        for name, array in {**layer.views, **layer.buffers}.items():
            if not np.isfinite(array).all():
                return f"the {name} of layer {position + 1} ({layer!r})"
    with np.errstate(all="ignore"):
        net.forward(x, training=False, watch=look)
    if gradient is not None:
        for slot in reversed(net.slots):
            if not np.isfinite(slot.view(gradient)).all():
                found.append(f"the gradient of the {slot.name} of layer {slot.layer + 1} ({net.layers[slot.layer]!r})")
    return found[0] if found else None
