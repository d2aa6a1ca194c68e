"""Normalisations by operators of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import Input, Signal, Unsayable, Value, short
from whence.nn import BatchNorm, GroupNorm, InstanceNorm, LayerNorm


@reads("BatchNormalization")
def _batch_norm(reading: Reading, node: Node, x: Value, *parameters: Value) -> Signal:
    require(node, training_mode=0)
    signal = reading.signal(x)
    if not signal.images or signal.places.ndim < 2:
        raise Unsayable("takes values whose first axis is not that of the samples")
    momentum = short(1 - node.attributes.get("momentum", 0.9))
    last = signal.moved(np.moveaxis(signal.places, 1, -1), 0)
    names = ("weight", "bias", "running_mean", "running_var")
    layer = BatchNorm(short(node.attributes.get("epsilon", 1e-5)), momentum)
    normalised = reading.normalised(last, layer, dict(zip(names, map(_numbers, parameters), strict=True)))
    return normalised.moved(np.moveaxis(normalised.places, -1, 1), 0)


@reads("LayerNormalization")
def _layer_norm(reading: Reading, node: Node, x: Value, weight: Value, bias: Value = None) -> Signal:
    signal = reading.signal(x)
    axis = node.attributes.get("axis", -1) % signal.places.ndim
    if axis != signal.places.ndim - 1 or axis == signal.batch:
        raise Unsayable("normalises over several axes, where LayerNorm has the last")
    scale = _numbers(weight)
    arrays = {"weight": scale, "bias": np.zeros_like(scale) if bias is None else _numbers(bias)}
    return reading.normalised(signal, LayerNorm(short(node.attributes.get("epsilon", 1e-5))), arrays)


@reads("InstanceNormalization")
def _instance_norm(reading: Reading, node: Node, x: Value, weight: Value, bias: Value) -> Signal:
    """Return a norm of each channel, or of each group where a reshape has made channels of groups."""
    signal = reading.signal(x)
    return _in_groups(reading, node, signal, signal.places.shape[1], _numbers(weight), _numbers(bias))


@reads("GroupNormalization")
def _group_norm(reading: Reading, node: Node, x: Value, weight: Value, bias: Value) -> Signal:
    return _in_groups(reading, node, reading.signal(x), node.attributes["num_groups"], _numbers(weight), _numbers(bias))


def _in_groups(reading: Reading, node: Node, signal: Signal, groups: int, weight: Array, bias: Array) -> Signal:
    if not signal.images or signal.places.size % groups:
        raise Unsayable("takes values whose first axis is not that of the samples")
    stage = signal.stage
    if isinstance(stage, Input) and len(stage.shape) > 1 and (np.diff(signal.places.reshape(-1)) == 1).all():
        turned = reading.with_channels_last(signal, stage)  # nothing has moved the channels to the first axis
        signal = turned if _neighbours(turned, groups) else signal
    if not _neighbours(signal, groups):
        raise Unsayable("normalises groups that are not neighbouring channels at all places")
    channels = signal.stage.shape[-1]
    eps = short(node.attributes.get("epsilon", 1e-5))
    layer = InstanceNorm(eps) if groups == channels else GroupNorm(groups, eps)
    arrays = {name: _of_channels(array, channels) for name, array in (("weight", weight), ("bias", bias))}
    return replace(signal, stage=signal.stage.then(layer, arrays))


def _neighbours(signal: Signal, groups: int) -> bool:
    """Return whether the first axis of a signal's sample splits the channels of its stage into groups of neighbours."""
    stage = signal.stage
    if signal.places.size != stage.size or stage.shape[-1] % groups:
        return False
    by_group = np.moveaxis(stage.places().reshape(-1, groups, stage.shape[-1] // groups), 1, 0).reshape(groups, -1)
    return np.array_equal(np.sort(signal.places.reshape(groups, -1)), by_group)


def _of_channels(numbers: Array, channels: int) -> Array:
    """Return a number for each channel, where there may be one for each group."""
    if not numbers.size or channels % numbers.size:
        raise Unsayable(f"has {numbers.size} parameters for {channels} channels")
    return numbers.repeat(channels // numbers.size)


def _numbers(value: Value) -> Array:
    if not isinstance(value, np.ndarray) or value.ndim != 1:
        raise Unsayable("has parameters that are not one constant for each channel")
    return value
