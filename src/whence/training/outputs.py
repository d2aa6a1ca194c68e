"""The outputs of a network for raw inputs."""

from __future__ import annotations

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Preprocessing
from whence.nn import Sequential
from whence.nn.sequential import MOST_AT_ONCE


@checks_arguments
def outputs_for(
    net: Sequential, inputs: Array, preprocessing: Preprocessing | None, lengths: Array | None = None
) -> Array:
    """Return a network's outputs for raw inputs, preprocessed in chunks so that memory stays bounded.

    Parameters
    ----------
    net : Sequential
        The network.
    inputs : array, shape (N, ...)
        Raw inputs.
    preprocessing : Preprocessing or None
        The map to the network's inputs.
    lengths : int array, shape (N,), optional
        Number of time steps of each input.

    Returns
    -------
    array, shape (N, *net.output_shape)
    """
    outputs: Array = np.empty(0)
    for start in range(0, len(inputs) or 1, MOST_AT_ONCE):
        rows = slice(start, start + MOST_AT_ONCE if start + MOST_AT_ONCE < len(inputs) else None)
        x = preprocessing(inputs[rows], net.input_dtype) if preprocessing else inputs[rows]
        part = net(x, lengths=None if lengths is None else lengths[rows])
        if start == 0:
            outputs = np.empty((len(inputs), *part.shape[1:]), part.dtype)
        outputs[rows] = part
    return outputs
