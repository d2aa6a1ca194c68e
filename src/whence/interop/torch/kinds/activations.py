"""Activations and dropout in PyTorch."""

from __future__ import annotations

from typing import Any

from whence.interop.torch.placed_layer import LAST, PlacedLayer, stands_for
from whence.nn import (
    ELU,
    GELU,
    Dropout,
    Identity,
    Layer,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)

_ARGUMENTS: dict[type[Layer], str] = {
    Dropout: "p",
    ELU: "alpha",
    GELU: "approximate",
    LeakyReLU: "negative_slope",
    Softplus: "beta",
}
"""The setting that PyTorch's module has too."""


@stands_for(Dropout, ELU, GELU, Identity, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh)
class PlacedElementwise(PlacedLayer[Layer]):
    """A function of each value."""

    keeps_order = True

    def module(self) -> str:
        kind = type(self.layer)
        name = _ARGUMENTS.get(kind)
        setting: Any = "" if name is None else f"{name}={getattr(self.layer, name)!r}"
        return f"nn.{kind.__name__}({setting})"


@stands_for(Softmax)
class PlacedSoftmax(PlacedLayer[Softmax]):
    """Softmax, over the axis of channels."""

    keeps_order = True

    def module(self) -> str:
        return f"nn.Softmax(dim={-1 if self.channels_in == LAST else 1})"
