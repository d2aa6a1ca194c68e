"""Convolutions, pooling and upsampling in PyTorch, where channels come second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from whence.arrays import Array
from whence.interop.torch.kinds.sums import no_bias
from whence.interop.torch.placed_layer import SECOND, PlacedLayer, stands_for
from whence.nn import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, GlobalAvgPool2d, Layer, MaxPool2d, Upsample
from whence.nn.convolution.sliding_window import Window

L = TypeVar("L", bound=Layer)


class _OverImages(PlacedLayer[L]):
    """What slides over images or sequences; where it pads unevenly, the images are padded before."""

    outside: ClassVar[str] = ""

    def wanted_channels(self) -> str:
        return SECOND

    def windows(self) -> Sequence[Window]:
        """Return the windows along the axes."""
        raise NotImplementedError

    def call(self, module: str, x: str) -> str:
        if self._pads_evenly():
            return f"{module}({x})"
        pads = [end for window in reversed(self.windows()) for end in (window.before, window.after)]
        return f"{module}(nn.functional.pad({x}, {tuple(pads)}{self.outside}))"

    def padding(self) -> str:
        """Return the argument for the padding, if the module pads."""
        before = tuple(window.before for window in self.windows())
        return f", padding={_short(before)}" if any(before) and self._pads_evenly() else ""

    def _pads_evenly(self) -> bool:
        return all(window.before == window.after for window in self.windows())


class _OverImagesWithWeight(_OverImages[L]):
    """A convolution.

    Attributes
    ----------
    axes : tuple of int
        The axes of whence's weight in the order that they have in PyTorch.
    """

    axes: ClassVar[tuple[int, ...]]

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        return {**arrays, "weight": arrays["weight"].transpose(self.axes)}

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        back = sorted(range(len(self.axes)), key=self.axes.__getitem__)
        return {**tensors, "weight": tensors["weight"].transpose(back)}


@stands_for(Conv2d)
class PlacedConv2d(_OverImagesWithWeight[Conv2d | Conv1d]):
    """A convolution: weight (out, in / groups, kh, kw)."""

    axes: ClassVar[tuple[int, ...]] = (3, 2, 0, 1)

    def windows(self) -> Sequence[Window]:
        return self.layer.windows(self.layer.input_shape)

    def module(self) -> str:
        layer = self.layer
        more = [f", {name}={each}" for name in ("stride", "dilation", "groups") if (each := getattr(layer, name)) != 1]
        return (
            f"nn.{type(layer).__name__}({layer.in_channels}, {layer.out_channels}, {layer.kernel_size}"
            f"{self.padding()}{''.join(more)}{no_bias(layer.has_bias)})"
        )


@stands_for(Conv1d)
class PlacedConv1d(PlacedConv2d):
    """A convolution over time: weight (out, in / groups, k)."""

    axes = (2, 1, 0)


@stands_for(ConvTranspose2d)
class PlacedConvTranspose2d(_OverImagesWithWeight[ConvTranspose2d]):
    """A transposed convolution: weight (in, out, kh, kw)."""

    axes = (2, 3, 0, 1)

    def windows(self) -> Sequence[Window]:
        return self.layer.windows(self.layer.input_shape)

    def module(self) -> str:
        layer = self.layer
        more = f", stride={layer.stride}" if layer.stride != 1 else ""
        more += f", output_padding={layer.output_padding}" if layer.output_padding else ""
        return (
            f"nn.ConvTranspose2d({layer.in_channels}, {layer.out_channels}, {layer.kernel_size}"
            f"{self.padding()}{more}{no_bias(layer.has_bias)})"
        )


@stands_for(MaxPool2d)
class PlacedMaxPool2d(_OverImages[MaxPool2d | AvgPool2d]):
    """The largest value of a window; padding never is the largest."""

    outside = ', value=float("-inf")'

    def windows(self) -> Sequence[Window]:
        return self.layer.windows(self.layer.input_shape)

    def module(self) -> str:
        layer = self.layer
        stride = "" if layer.stride in (None, layer.kernel_size) else f", stride={layer.stride}"
        return f"nn.{type(layer).__name__}({layer.kernel_size}{stride}{self.padding()})"


@stands_for(AvgPool2d)
class PlacedAvgPool2d(PlacedMaxPool2d):
    """The mean of a window, in which padding counts as zeros."""

    outside = ""


@stands_for(GlobalAvgPool2d)
class PlacedGlobalAvgPool2d(PlacedLayer[GlobalAvgPool2d]):
    """The mean of each channel."""

    def wanted_channels(self) -> str:
        return SECOND

    def module(self) -> str:
        return "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"


@stands_for(Upsample)
class PlacedUpsample(PlacedLayer[Upsample]):
    """The nearest pixel."""

    def wanted_channels(self) -> str:
        return SECOND

    def module(self) -> str:
        return f"nn.Upsample(scale_factor={self.layer.scale})"


def _short(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """Return one number if all are equal."""
    return sizes[0] if len(set(sizes)) == 1 else sizes
