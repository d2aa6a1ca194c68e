"""Normalisations in PyTorch."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.interop.torch.placed_layer import LAST, SECOND, L, PlacedLayer, in_first_order, reordered, stands_for
from whence.nn import BatchNorm, GroupNorm, InstanceNorm, LayerNorm

BATCHES_SEEN = "num_batches_tracked"
"""A buffer of PyTorch's batch norm that it uses only where there is no momentum."""


class _Norm(PlacedLayer[L]):
    """A norm, with parameters for each channel."""

    keeps_order = True

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        return {name: reordered(array, self.order_in) for name, array in arrays.items()}

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        return {name: in_first_order(tensor, self.order_in) for name, tensor in tensors.items()}


@stands_for(BatchNorm)
class PlacedBatchNorm(_Norm[BatchNorm]):
    """Batch norm: of one axis, of sequences or of images; samples of more axes are flattened for it."""

    def wanted_channels(self) -> str:
        return SECOND if self._axes in (2, 3) else LAST

    def module(self) -> str:
        layer = self.layer
        kind = "BatchNorm2d" if self._axes == 3 else "BatchNorm1d"
        more = [
            f", {name}={value}"
            for name, value, usual in (("eps", layer.eps, 1e-5), ("momentum", layer.momentum, 0.1))
            if value != usual
        ]
        return f"nn.{kind}({layer.input_shape[-1]}{''.join(more)})"

    def call(self, module: str, x: str) -> str:
        return super().call(module, x) if self._axes <= 3 else f"{module}({x}.flatten(0, -2)).reshape({x}.shape)"

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        return {**super().to_torch(arrays), BATCHES_SEEN: np.zeros((), np.int64)}

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        return super().from_torch({name: tensor for name, tensor in tensors.items() if name != BATCHES_SEEN})

    @property
    def _axes(self) -> int:
        return len(self.layer.input_shape)


@stands_for(LayerNorm)
class PlacedLayerNorm(_Norm[LayerNorm]):
    """Layer norm, over the last axis."""

    def wanted_channels(self) -> str:
        return LAST

    def module(self) -> str:
        eps = "" if self.layer.eps == 1e-5 else f", eps={self.layer.eps}"
        return f"nn.LayerNorm({self.layer.input_shape[-1]}{eps})"


@stands_for(GroupNorm, InstanceNorm)
class PlacedGroupNorm(_Norm[GroupNorm]):
    """Group norm, with channels second; an instance norm has a group for each channel."""

    def wanted_channels(self) -> str:
        return SECOND

    def module(self) -> str:
        channels = self.layer.input_shape[-1]
        eps = "" if self.layer.eps == 1e-5 else f", eps={self.layer.eps}"
        return f"nn.GroupNorm({self.layer.groups(channels)}, {channels}{eps})"
