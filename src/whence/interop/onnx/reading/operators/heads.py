"""What follows the last layer: a softmax, the most probable class, names of classes."""

from __future__ import annotations

from functools import partial

import numpy as np

from whence.interop.onnx.reading.activations import affine_of
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.registry import reads
from whence.interop.onnx.reading.values import Expression, Head, Signal, Unsayable, Value
from whence.nn import Softmax


@reads("Softmax")
def _softmax(reading: Reading, node: Node, z: Value) -> Signal:
    signal = reading.signal(z)
    last = _classes_last(reading, node, signal)
    stage = reading.arranged(last, last.sample).then(Softmax())
    return Signal(stage, np.moveaxis(last.like(stage).places, -1, _axis(reading, node, signal)), signal.batch)


@reads("LogSoftmax")
def _log_softmax(reading: Reading, node: Node, z: Value) -> Head:
    signal = reading.signal(z)
    _classes_last(reading, node, signal)
    reading.notes.append(f"{node} is left out, since the loss CrossEntropy has it")
    return Head(node.inputs[0], signal, loss="cross_entropy")


@reads("ArgMax", "TopK", "ai.onnx.ml.Binarizer", "ai.onnx.ml.ZipMap")
def _prediction(reading: Reading, node: Node, x: Value, *more: Value) -> Value:
    signal = x.signal if isinstance(x, Head) else reading.signal(x)
    if node.operator == "ArgMax" and not _runs_over_classes(signal, node.attributes.get("axis", 0)):
        raise Unsayable("takes the place of the largest value along another axis than that of the classes")
    names = node.attributes.get("classlabels_strings") or node.attributes.get("classlabels_int64s")
    classes = tuple(map(str, names)) if names else None
    reading.notes.append(f"{node} is left out, since whence itself finds the most probable class")
    if isinstance(x, Head):
        return Head(x.name, x.signal, classes or x.classes, x.loss)
    return Head(node.inputs[0], signal, classes, "cross_entropy" if node.operator == "ArgMax" else "")


@reads("ai.onnx.ml.ArrayFeatureExtractor")
def _named(reading: Reading, node: Node, classes: Value, index: Value) -> Head:
    if not isinstance(classes, np.ndarray) or not isinstance(index, Head):
        raise Unsayable("takes features")
    names = [each.decode() if isinstance(each, bytes) else str(each) for each in classes.reshape(-1).tolist()]
    return Head(index.name, index.signal, tuple(names), index.loss)


def both_probabilities(reading: Reading, node: Node, parts: tuple[Value, ...]) -> Head | None:
    """Return p if two values are 1 − p and p; otherwise None."""
    match parts:
        case (Expression(function=function, operands=(1.0, p)), other) if other is p and isinstance(
            p, Expression | Signal
        ):
            if affine_of(partial(function, 1.0)) == (-1.0, 1.0):
                return Head(node.inputs[1], reading.signal(p))
    return None


def _runs_over_classes(signal: Signal, axis: int) -> bool:
    """Return whether an axis of a value is that of the outputs of its layer, in their order."""
    whole = signal.places.shape[axis] == signal.stage.shape[-1] and axis % signal.places.ndim != signal.batch
    return whole and bool((np.diff(signal.places, axis=axis) == 1).all())


def _axis(reading: Reading, node: Node, signal: Signal) -> int:
    return int(node.attributes.get("axis", -1 if reading.opset >= 13 else 1) % signal.places.ndim)


def _classes_last(reading: Reading, node: Node, signal: Signal) -> Signal:
    axis = _axis(reading, node, signal)
    if axis == signal.batch or (reading.opset < 13 and axis != signal.places.ndim - 1):
        raise Unsayable("is not taken over one axis of the outputs")
    places = np.moveaxis(signal.places, axis, -1)
    return Signal(signal.stage, places, signal.batch - (axis < signal.batch))
