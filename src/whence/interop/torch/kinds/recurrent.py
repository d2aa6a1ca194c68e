"""Recurrent layers in PyTorch: the order of the gates is the same, but weights are transposed, and biases are two."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.interop.torch.kinds.sums import no_bias
from whence.interop.torch.placed_layer import LAST, PlacedLayer, stands_for
from whence.nn import GRU, LSTM, RNN
from whence.nn.recurrent import Recurrent


@stands_for(RNN, LSTM)
class PlacedRecurrent(PlacedLayer[Recurrent]):
    """A recurrent layer: weights (G·H, F) and (G·H, H), and a bias for each, of which whence has the sum."""

    def wanted_channels(self) -> str:
        return LAST

    def module(self) -> str:
        layer = self.layer
        more = [
            f"num_layers={layer.num_layers}" if layer.num_layers > 1 else "",
            'nonlinearity="relu"' if getattr(layer, "nonlinearity", "tanh") == "relu" else "",
            "batch_first=True",
            f"dropout={layer.dropout}" if layer.dropout else "",
            "bidirectional=True" if layer.bidirectional else "",
        ]
        sizes = f"{layer.input_size}, {layer.hidden_size}, {', '.join(filter(None, more))}{no_bias(layer.bias)}"
        return f"nn.{type(layer).__name__}({sizes})"

    def call(self, module: str, x: str) -> str:
        return f"{module}({x})[0]"

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for direction in self.layer.directions():
            suffix = direction.suffix
            found |= {f"{name}{suffix}": arrays[f"{name}{suffix}"].T for name in ("weight_ih", "weight_hh")}
            if self.layer.bias:
                of_input, of_state = self.two_biases(arrays, suffix)
                found |= {f"bias_ih{suffix}": of_input, f"bias_hh{suffix}": of_state}
        return found

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for direction in self.layer.directions():
            suffix = direction.suffix
            found |= {f"{name}{suffix}": tensors[f"{name}{suffix}"].T for name in ("weight_ih", "weight_hh")}
            if self.layer.bias:
                found |= self.one_bias(tensors[f"bias_ih{suffix}"], tensors[f"bias_hh{suffix}"], suffix)
        return found

    def two_biases(self, arrays: dict[str, Array], suffix: str) -> tuple[Array, Array]:
        """Return PyTorch's biases of the products with the input and with the state: all is in the first."""
        bias = arrays[f"bias{suffix}"]
        return bias, np.zeros_like(bias)

    def one_bias(self, of_input: Array, of_state: Array, suffix: str) -> dict[str, Array]:
        """Return whence's bias of PyTorch's two."""
        return {f"bias{suffix}": of_input + of_state}


@stands_for(GRU)
class PlacedGRU(PlacedRecurrent):
    """A GRU, where the second bias of the last gate is apart in whence too, since the reset gate multiplies it."""

    def two_biases(self, arrays: dict[str, Array], suffix: str) -> tuple[Array, Array]:
        of_input, of_state = super().two_biases(arrays, suffix)
        of_state[-self.layer.hidden_size :] = arrays[f"bias_hn{suffix}"]
        return of_input, of_state

    def one_bias(self, of_input: Array, of_state: Array, suffix: str) -> dict[str, Array]:
        of_gates, of_last = np.split(of_state, [-self.layer.hidden_size])
        sums = np.concatenate([of_gates, np.zeros_like(of_last)])
        return {f"bias{suffix}": of_input + sums, f"bias_hn{suffix}": of_last}
