"""Layers that arrange values: reshapes, and the last time step."""

from __future__ import annotations

from whence.interop.torch.placed_layer import LAST, SECOND, PlacedLayer, stands_for
from whence.nn import Flatten, Last, Reshape


@stands_for(Flatten)
class PlacedFlatten(PlacedLayer[Flatten]):
    """Flattening, in the order of the axes that there are."""

    def module(self) -> str:
        return "nn.Flatten()"


@stands_for(Reshape)
class PlacedReshape(PlacedLayer[Reshape]):
    """Reshaping; images that are made of features in PyTorch's order have their channels second."""

    def __init__(self, layer: Reshape, path: str, channels: str) -> None:
        super().__init__(layer, path, channels)
        self.channels_out = LAST

    def wanted_channels(self) -> str:
        return LAST

    def module(self) -> str:
        return f"nn.Unflatten(1, {self._shape()})" if len(self.layer.input_shape) == 1 else super().module()

    def call(self, module: str, x: str) -> str:
        if len(self.layer.input_shape) == 1:
            return super().call(module, x)
        return f"{x}.reshape({', '.join(map(str, (-1, *self._shape())))})"

    def _shape(self) -> tuple[int, ...]:
        *places, channels = self.layer.output_shape
        return (channels, *places) if self.channels_out == SECOND else self.layer.output_shape


@stands_for(Last)
class PlacedLast(PlacedLayer[Last]):
    """The last time step; sequences of one batch have the same length."""

    def wanted_channels(self) -> str:
        return LAST

    def call(self, module: str, x: str) -> str:
        return f"{x}[:, -1]"
