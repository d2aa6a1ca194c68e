"""Convolutions, pooling and upsampling: the file's channels come second, and whence's last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import WhenceError
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import (
    Expression,
    Padded,
    Signal,
    Stage,
    Unsayable,
    Value,
    channels_first,
    whole,
)
from whence.nn import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Flatten, GlobalAvgPool2d, MaxPool2d, Upsample
from whence.nn.convolution.sliding_window import slide

_IMAGES = 4
"""The axes of images, with that of the samples."""
_MARGIN = {"Conv": 0.0, "AveragePool": 0.0, "MaxPool": -math.inf}
"""The number in the margins of an operator's own padding."""


@reads("Conv")
def _conv(reading: Reading, node: Node, x: Value, weight: Value, bias: Value = None) -> Signal:
    kernel, bias = _kernel(weight, bias)
    stage, pads = _images(reading, node, x)
    axes = len(stage.shape) - 1
    if kernel.ndim != axes + 2 or axes not in (1, 2):
        raise Unsayable(f"has windows over {kernel.ndim - 2} axes of {axes}, where whence has 1 or 2")
    sizes, strides, dilations = kernel.shape[2:], _sizes(node, "strides", axes), _sizes(node, "dilations", axes)
    layer = (Conv1d if axes == 1 else Conv2d)(
        stage.shape[-1],
        len(kernel),
        _short(sizes),
        stride=_short(strides),
        padding=_padding(node, pads, stage.shape[:-1], sizes, strides, dilations),
        dilation=_short(dilations),
        groups=node.attributes.get("group", 1),
        bias=bias is not None,
    )
    return channels_first(_followed(stage, layer, np.moveaxis(kernel, (0, 1), (-1, -2)), bias))


@reads("ConvTranspose")
def _transposed(reading: Reading, node: Node, x: Value, weight: Value, bias: Value = None) -> Signal:
    require(node, group=1, auto_pad="NOTSET", output_shape=[])
    kernel, bias = _kernel(weight, bias)
    stage, pads = _images(reading, node, x)
    if kernel.ndim != 4 or len(stage.shape) != 3 or set(_sizes(node, "dilations", 2)) != {1}:
        raise Unsayable("is not over images with windows without gaps")
    before, after = pads[:2], pads[2:]
    # what is cut off less at the end than at the beginning, whence adds at the end
    more = [
        added + first - last
        for added, first, last in zip(_sizes(node, "output_padding", 2, 0), before, after, strict=True)
    ]
    layer = ConvTranspose2d(
        stage.shape[-1],
        kernel.shape[1],
        _short(kernel.shape[2:]),
        stride=_short(_sizes(node, "strides", 2)),
        padding=_short(before),
        output_padding=_short(more),
        bias=bias is not None,
    )
    return channels_first(_followed(stage, layer, np.moveaxis(kernel, (0, 1), (-2, -1)), bias))


@reads("MaxPool", "AveragePool")
def _pool(reading: Reading, node: Node, x: Value) -> Signal:
    stage, pads = _images(reading, node, x)
    axes = len(stage.shape) - 1
    sizes, strides = _sizes(node, "kernel_shape", axes), _sizes(node, "strides", axes)
    if set(_sizes(node, "dilations", axes)) != {1}:
        raise Unsayable("has windows with gaps, which no pooling of whence has")
    padding = _padding(node, pads, stage.shape[:-1], sizes, strides, [1] * axes)
    windows = slide(stage.shape[:-1], tuple(sizes), tuple(strides), padding)
    if node.attributes.get("ceil_mode") and any(window.room % window.stride for window in windows):
        raise Unsayable("has ceil_mode, by which windows stand over the rim; whence leaves such windows out")
    padded = any(window.before or window.after for window in windows)
    if node.operator == "AveragePool" and padded and not isinstance(x, Padded):
        require(node, count_include_pad=1)
        if not node.attributes.get("count_include_pad"):
            raise Unsayable("leaves the padding out of its means (count_include_pad = 0), where whence counts it")
    if axes == 1:  # a sequence is an image of one column
        stage = reading.arranged(Signal(stage, stage.places()[np.newaxis]), stage.places()[:, np.newaxis])
        sizes, strides = [*sizes, 1], [*strides, 1]
        padding = (padding, 0) if isinstance(padding, int) else padding
    kind = MaxPool2d if node.operator == "MaxPool" else AvgPool2d
    pooled = stage.then(kind(_short(sizes), stride=None if sizes == strides else _short(strides), padding=padding))
    images = channels_first(pooled)
    return images.moved(images.places.squeeze(3), 0) if axes == 1 else images


@reads("GlobalAveragePool")
def _global(reading: Reading, node: Node, x: Value) -> Signal:
    signal = reading.signal(x)
    return _over_all_places(reading, signal, [*range(2, signal.places.ndim)], keep=True)


@reads("ReduceMean")
def _reduce_mean(reading: Reading, node: Node, x: Value, axes: Value = None) -> Signal | Expression:
    ndim = (x.leaf if isinstance(x, Expression) else reading.signal(x)).places.ndim
    chosen, keep = _reduced(node, axes, ndim), bool(node.attributes.get("keepdims", 1))
    if keep and (chosen == [ndim - 1] or (chosen == [1] and ndim == _IMAGES)):
        return reading.mean_across(str(node), x, chosen[0])
    return _over_all_places(reading, reading.signal(x), chosen, keep=keep)


@reads("ReduceMax")
def _reduce_max(reading: Reading, node: Node, x: Value, axes: Value = None) -> Signal:
    signal = reading.signal(x)
    chosen, keep = _reduced(node, axes, signal.places.ndim), bool(node.attributes.get("keepdims", 1))
    return _over_all_places(reading, signal, chosen, keep=keep, largest=True)


@reads("Resize", "Upsample")
def _resize(reading: Reading, node: Node, x: Value, *more: Value) -> Signal:
    signal = reading.signal(x)
    mode = node.attributes.get("coordinate_transformation_mode", "half_pixel")
    nearest = node.attributes.get("nearest_mode", "round_prefer_floor")
    require(node, mode="nearest")
    known = node.operator == "Upsample" or (mode, nearest) in (
        ("asymmetric", "floor"), ("half_pixel", "round_prefer_floor"), ("half_pixel", "round_prefer_ceil"),
    )  # fmt: skip
    given = [each for each in more if isinstance(each, np.ndarray) and each.size]
    old = np.array(signal.shape(reading.samples))
    numbers = np.asarray(node.attributes.get("scales", given[-1] if given else []), np.float64)
    scales = numbers / old if len(more) > 2 and numbers.size == old.size else numbers
    if not known or scales.shape != (4,) or not signal.images or (scales != scales.round()).any() or min(scales) < 1:
        raise Unsayable("enlarges in another way than by repeating rows and columns of images")
    channels = 1 if scales[1] == 1 else 3
    rows, columns = whole(np.delete(scales[1:], channels - 1))
    if scales[channels] != 1 or scales[0] != 1:
        raise Unsayable("enlarges more than rows and columns")
    sample = np.moveaxis(signal.sample, channels - 1, -1)
    stage = reading.arranged(signal, sample).then(Upsample(_short([rows, columns])))
    return Signal(stage, np.moveaxis(stage.places(), -1, channels - 1)[np.newaxis])


def _reduced(node: Node, axes: Value, ndim: int) -> list[int]:
    """Return the axes that a node takes away."""
    given = node.attributes.get("axes") if axes is None else axes
    if not isinstance(given, np.ndarray | list):
        raise Unsayable("is taken over all axes")
    return sorted(axis % ndim for axis in whole(given))


def _over_all_places(reading: Reading, signal: Signal, axes: list[int], *, keep: bool, largest: bool = False) -> Signal:
    """Return the means, or the largest values, of each channel over all its places."""
    kept = [axis for axis in range(signal.places.ndim) if axis not in axes and axis != signal.batch]
    if len(kept) != 1 or signal.batch in axes or len(axes) not in (1, 2) or not signal.images:
        raise Unsayable("is taken over other axes than all rows and columns of images, or all time steps")
    sample = signal.places.transpose([signal.batch, *axes, *kept])[0]
    stage = reading.arranged(signal, sample if len(axes) == 2 else sample[:, np.newaxis])
    if largest:
        stage = stage.then(MaxPool2d(_short(stage.shape[:2]))).then(Flatten())
    else:
        stage = stage.then(GlobalAvgPool2d())
    places = stage.places()[np.newaxis]
    return Signal(stage, np.expand_dims(places, tuple(axes)) if keep else places)


def _kernel(weight: Value, bias: Value) -> tuple[Array, Array | None]:
    if not isinstance(weight, np.ndarray) or not (bias is None or isinstance(bias, np.ndarray)):
        raise Unsayable("has weights that are computed from the input")
    return weight, bias


def _images(reading: Reading, node: Node, x: Value) -> tuple[Stage, list[int]]:
    """Return images or sequences with channels last, and the margins that a node of its own pads them with."""
    pads: list[int] = []
    if isinstance(x, Padded):
        if x.value != _MARGIN.get(node.operator):
            raise Unsayable(f"takes what was padded with {x.value:g}")
        own, axes = x.pads, len(x.pads) // 2
        if any(own[:2]) or any(own[axes : axes + 2]) or any(node.attributes.get("pads", [])):
            raise Unsayable("takes what was padded along samples or channels, or pads it again")
        pads = [*own[2:axes], *own[axes + 2 :]]
    signal = reading.signal(x.signal if isinstance(x, Padded) else x)
    if not signal.images or signal.places.ndim not in (3, 4):
        raise Unsayable(f"takes values of {signal.places.ndim} axes, of which the first is that of the samples")
    sample = np.moveaxis(signal.sample, 0, -1)
    pads = pads or whole(node.attributes.get("pads") or [0] * (2 * (sample.ndim - 1)))
    return reading.arranged(signal, sample), pads


def _padding(
    node: Node, pads: list[int], lengths: Shape, sizes: Sequence[int], strides: Sequence[int], gaps: Sequence[int]
) -> Literal["valid", "same"] | int | tuple[int, ...]:
    """Return padding as whence states it: the same at both ends of an axis, or ``"same"``.

    Raises
    ------
    Unsayable
        If it is neither.
    """
    axes = len(lengths)
    mode = node.attributes.get("auto_pad", "NOTSET")
    if mode == "VALID":
        return "valid"
    same = slide(lengths, tuple(sizes), tuple(strides), "same", tuple(gaps))
    before, after = [window.before for window in same], [window.after for window in same]
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        pads = [*before, *after] if mode == "SAME_UPPER" else [*after, *before]
    if len(pads) != 2 * axes or min(pads) < 0:
        raise Unsayable(f"has pads = {pads}")
    if pads[:axes] == pads[axes:]:
        return _short(pads[:axes]) if any(pads) else "valid"
    if pads == [*before, *after]:
        return "same"
    raise Unsayable(
        f"pads {pads[:axes]} before and {pads[axes:]} after, where whence pads both ends alike, or as padding='same'"
    )


def _followed(stage: Stage, layer: Conv1d | Conv2d | ConvTranspose2d, weight: Array, bias: Array | None) -> Stage:
    try:
        return stage.then(layer, {"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    except WhenceError as error:
        raise Unsayable(f"does not fit: {error}") from error


def _sizes(node: Node, name: str, axes: int, otherwise: int = 1) -> list[int]:
    found = whole(node.attributes.get(name) or [otherwise] * axes)
    if len(found) != axes:
        raise Unsayable(f"has {name} = {found} for {axes} axes")
    return found


def _short(sizes: Sequence[int]) -> int | tuple[int, ...]:
    """Return sizes of all axes as one if they are the same."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)
