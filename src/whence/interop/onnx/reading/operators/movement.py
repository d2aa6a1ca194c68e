"""Operators that only move values: they are done to the places of the values, and cost a layer where one is needed."""

from __future__ import annotations

import math

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.folding import from_input_or_attribute, reshaped_to, slices
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import Padded, Signal, Unsayable, Value, whole


@reads("Identity", "Dropout", "Cast", "CastLike")
def _same(reading: Reading, node: Node, x: Value, *more: Value) -> Value:
    if node.operator == "Dropout":
        reading.notes.append(f"{node} is left out, since it does nothing in inference")
    return x


@reads("Shape")
def _shape(reading: Reading, node: Node, x: Value) -> Array:
    shape = np.array(reading.signal(x).shape(reading.samples))
    return shape[node.attributes.get("start", 0) : node.attributes.get("end")]


@reads("Transpose")
def _transpose(reading: Reading, node: Node, x: Value) -> Signal | Padded:
    signal = x.signal if isinstance(x, Padded) else reading.signal(x)
    axes = node.attributes.get("perm") or [*reversed(range(signal.places.ndim))]
    if sorted(axes) != [*range(signal.places.ndim)]:
        raise Unsayable(f"has perm = {axes} for a value of {signal.places.ndim} axes")
    moved = signal.moved(signal.places.transpose(axes), axes.index(signal.batch))
    if not isinstance(x, Padded):
        return moved
    before, after = x.pads[: len(axes)], x.pads[len(axes) :]
    return Padded(moved, (*(before[axis] for axis in axes), *(after[axis] for axis in axes)), x.value)


@reads("Reshape")
def _reshape(reading: Reading, node: Node, x: Value, shape: Value = None) -> Signal:
    target = node.attributes.get("shape") if shape is None else shape
    if not isinstance(target, np.ndarray | list):
        raise Unsayable("has a shape that depends on the input")
    signal = reading.signal(x)
    try:
        return _reshaped(reading, signal, reshaped_to(node, np.asarray(target), signal.shape(reading.samples)))
    except (ValueError, IndexError) as error:
        raise Unsayable(f"does not fit ({error})") from error


@reads("Flatten")
def _flatten(reading: Reading, node: Node, x: Value) -> Signal:
    signal = reading.signal(x)
    shape = signal.shape(reading.samples)
    axis = node.attributes.get("axis", 1)
    return _reshaped(reading, signal, [math.prod(shape[:axis]), math.prod(shape[axis:])])


@reads("Squeeze")
def _squeeze(reading: Reading, node: Node, x: Value, axes: Value = None) -> Signal:
    signal = reading.signal(x)
    chosen = _axes(node, axes, signal.places.ndim)
    if chosen is None:
        chosen = [axis for axis, length in enumerate(signal.shape(reading.samples)) if length == 1]
    if signal.batch in chosen or any(signal.places.shape[axis] != 1 for axis in chosen):
        raise Unsayable("takes away the axis of the samples, or one that is longer than 1")
    return signal.moved(
        signal.places.squeeze(tuple(chosen)), signal.batch - sum(axis < signal.batch for axis in chosen)
    )


@reads("Unsqueeze")
def _unsqueeze(reading: Reading, node: Node, x: Value, axes: Value = None) -> Signal:
    signal = reading.signal(x)
    count = len(from_input_or_attribute(node, "axes", axes if isinstance(axes, np.ndarray) else None) or ())
    chosen = _axes(node, axes, signal.places.ndim + count) or []
    batch = [axis for axis in range(signal.places.ndim + count) if axis not in chosen][signal.batch]
    return signal.moved(np.expand_dims(signal.places, tuple(chosen)), batch)


@reads("Slice")
def _slice(reading: Reading, node: Node, x: Value, *given: Value) -> Signal:
    signal = reading.signal(x)
    if not all(each is None or isinstance(each, np.ndarray) for each in given):
        raise Unsayable("takes a part that depends on the input")
    shape = signal.shape(reading.samples)
    try:
        parts = slices(node, shape, *given)  # type: ignore[arg-type]
    except (ValueError, IndexError) as error:
        raise Unsayable(f"does not fit ({error})") from error
    if len(range(*parts[signal.batch].indices(shape[signal.batch]))) != shape[signal.batch]:
        raise Unsayable("takes a part of the samples")
    parts = tuple(slice(None) if axis == signal.batch else part for axis, part in enumerate(parts))
    return signal.moved(signal.places[parts], signal.batch)


@reads("Expand")
def _expand(reading: Reading, node: Node, x: Value, shape: Value) -> Signal:
    signal = reading.signal(x)
    if not isinstance(shape, np.ndarray):
        raise Unsayable("has a shape that depends on the input")
    full = np.broadcast_shapes(signal.shape(reading.samples), tuple(whole(shape)))
    if len(full) != signal.places.ndim or math.prod(full) > 2**40:
        raise Unsayable("adds axes")
    lengths = tuple(n if axis == signal.batch else full[axis] for axis, n in enumerate(signal.places.shape))
    return signal.moved(np.broadcast_to(signal.places, lengths), signal.batch)


@reads("Pad")
def _pad(reading: Reading, node: Node, x: Value, pads: Value = None, value: Value = None, axes: Value = None) -> Value:
    require(node, mode="constant")
    signal = reading.signal(x)
    margins = from_input_or_attribute(node, "pads", pads if isinstance(pads, np.ndarray) else None) or []
    axes_count = signal.places.ndim
    if isinstance(axes, np.ndarray):
        whole_margins = [0] * (2 * axes_count)
        for place, axis in enumerate(whole(axes)):
            whole_margins[axis % axes_count] = margins[place]
            whole_margins[axes_count + axis % axes_count] = margins[place + len(axes)]
        margins = whole_margins
    if len(margins) != 2 * axes_count or min(margins) < 0:
        raise Unsayable("takes rims away, or does not say how much it pads")
    if not any(margins):
        return signal
    filled = node.attributes.get("value", 0.0) if value is None else value
    return Padded(signal, tuple(margins), float(np.asarray(filled).reshape(())))


def taken(reading: Reading, node: Node, signal: Signal, indices: Array) -> Signal:
    """Return what the node Gather takes of a signal."""
    axis = node.attributes.get("axis", 0) % signal.places.ndim
    if axis == signal.batch:
        raise Unsayable("takes a part of the samples")
    if indices.ndim > 1 or indices.size > signal.places.shape[axis]:
        raise Unsayable("takes values several times")
    try:
        places = signal.places.take(indices, axis=axis)
    except IndexError as error:
        raise Unsayable(f"does not fit ({error})") from error
    return signal.moved(places, signal.batch - (indices.ndim == 0 and axis < signal.batch))


def _axes(node: Node, given: Value, count: int) -> list[int] | None:
    axes = from_input_or_attribute(node, "axes", given if isinstance(given, np.ndarray) else None)
    return None if axes is None else [axis % count for axis in axes]


def _reshaped(reading: Reading, signal: Signal, target: list[int]) -> Signal:
    """Return a signal with another shape, in which the samples are still apart."""
    before = math.prod(signal.places.shape[: signal.batch])
    for axis, length in enumerate(target):
        if math.prod(target[:axis]) == before and length and length % reading.samples == 0:
            shape = [*target[:axis], length // reading.samples, *target[axis + 1 :]]
            return signal.moved(signal.places.reshape(shape), axis)
    raise Unsayable("merges samples with what is in them, or fixes their number")
