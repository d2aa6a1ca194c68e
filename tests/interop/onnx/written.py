"""Networks with random parameters, written as ONNX files."""

from __future__ import annotations

import numpy as np

from whence.data import Preprocessing
from whence.interop.onnx.model import onnx_model
from whence.nn import GRU, LSTM, RNN, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, MeanSquaredError
from whence.training import Model


def made(net, seed=0):
    """A model of a network with random parameters and buffers."""
    rng = np.random.default_rng(seed)
    net.theta[...] = rng.normal(size=net.theta.shape)
    for layer in net.layers:
        for buffer in layer.buffers.values():
            buffer[...] = rng.uniform(0.5, 2, buffer.shape)
    return Model(net, MeanSquaredError(), Preprocessing(), None, "made")


def random_layer(rng):
    """A layer of a kind with many settings, with random ones, and the shape of its input."""
    kernel, stride, channels = rng.integers(1, 4, 2).tolist(), rng.integers(1, 4, 2).tolist(), int(rng.integers(1, 4))
    size = [*rng.integers(4, 8, 2).tolist(), channels]
    padding = ["valid", "same", [length // 2 for length in kernel]][rng.integers(3)]
    state = {
        "num_layers": int(rng.integers(1, 3)),
        "bias": bool(rng.integers(2)),
        "bidirectional": bool(rng.integers(2)),
    }
    match rng.integers(8):
        case 0:
            groups = int(rng.choice([1, channels]))
            return Conv2d(channels, 2 * channels, kernel, stride=stride, padding=padding, groups=groups), size
        case 1:
            return Conv1d(channels, 2, kernel[0], stride=stride[0], padding="same", dilation=kernel[1]), size[1:]
        case 2:
            more = [step - 1 for step in stride]
            return ConvTranspose2d(channels, 2, 3, stride=stride, padding=1, output_padding=more), size
        case 3:
            return MaxPool2d(kernel, stride=stride, padding=padding), size
        case 4:
            return AvgPool2d(kernel, stride=stride, padding=padding), size
        case kind:
            return [RNN, GRU, LSTM][kind - 5](channels, int(rng.integers(1, 5)), **state), size[1:]


def written(model, path):
    """Write the network of a model alone."""
    path.write_bytes(onnx_model(model, with_preprocessing=False).proto.SerializeToString())
