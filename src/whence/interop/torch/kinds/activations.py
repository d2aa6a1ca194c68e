"""Activations and dropout in PyTorch."""

from __future__ import annotations

from whence.interop.torch.placed_layer import LAST, PlacedLayer, stands_for
from whence.nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    Dropout,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    Layer,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)

_ARGUMENTS: dict[type[Layer], tuple[str, ...]] = {
    Dropout: ("p",),
    CELU: ("alpha",),
    ELU: ("alpha",),
    GELU: ("approximate",),
    Hardtanh: ("min_val", "max_val"),
    LeakyReLU: ("negative_slope",),
    Softplus: ("beta",),
}
"""The settings that PyTorch's module has too."""


_WITH_MODULES = (
    CELU,
    ELU,
    GELU,
    SELU,
    Dropout,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)


@stands_for(*_WITH_MODULES)
class PlacedElementwise(PlacedLayer[Layer]):
    """A function of each value."""

    keeps_order = True

    def module(self) -> str:
        kind = type(self.layer)
        settings = (f"{name}={getattr(self.layer, name)!r}" for name in _ARGUMENTS.get(kind, ()))
        return f"nn.{kind.__name__}({', '.join(settings)})"


@stands_for(Hardsigmoid)
class PlacedHardsigmoid(PlacedLayer[Hardsigmoid]):
    """The hard sigmoid, whose slope PyTorch's module does not choose."""

    keeps_order = True

    def module(self) -> str:
        return "nn.Hardsigmoid()" if self._usual() else super().module()

    def call(self, module: str, x: str) -> str:
        return super().call(module, x) if self._usual() else f"({self.layer.alpha!r} * {x} + 0.5).clamp(0, 1)"

    def _usual(self) -> bool:
        return self.layer.alpha == 1 / 6


@stands_for(Softmax)
class PlacedSoftmax(PlacedLayer[Softmax]):
    """Softmax, over the axis of channels."""

    keeps_order = True

    def module(self) -> str:
        return f"nn.Softmax(dim={-1 if self.channels_in == LAST else 1})"
