"""The network of what was read, with its loss, its preprocessing and the names of its classes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arrays import Array, Shape
from whence.data import Preprocessing
from whence.errors import ArgumentError, ModelFileError, WhenceError
from whence.interop.onnx.reading.graph import ANY_LENGTH_READ, ReadGraph
from whence.interop.onnx.reading.values import Head, Input, Signal, Stage, Unsayable
from whence.nn import (
    BinaryCrossEntropy,
    CrossEntropy,
    Identity,
    Layer,
    Loss,
    MeanSquaredError,
    Sequential,
    Sigmoid,
    Softmax,
)
from whence.nn.axes import ANY_LENGTH
from whence.training import Model

_ACTIVATED: list[tuple[type[Layer], type[Loss]]] = [(Softmax, CrossEntropy), (Sigmoid, BinaryCrossEntropy)]
"""The last layers that losses have in themselves."""


@dataclass(frozen=True)
class ReadNetwork:
    """A network that was read, and how it corresponds to the file.

    Parameters
    ----------
    model : Model
        The network, its loss and its preprocessing.
    output : str
        The name of the file's value that corresponds to the network's output.
    after : Layer or None
        The last layer of the file's value, which the network leaves to its loss.
    order : array, shape (size,)
        The place in a sample of the file's input of each value of a sample of the network's.
    places : array
        The place in a sample of the network's output of each value in the file's; with an axis of the batch.
    batch : int
        That axis.
    """

    model: Model
    output: str
    after: Layer | None
    order: Array
    places: Array
    batch: int


def network_of(graph: ReadGraph, *, loss: Loss | None, classes: Sequence[str] | None) -> ReadNetwork:
    """Return the network of a graph.

    Parameters
    ----------
    graph : ReadGraph
        The graph.
    loss : Loss or None
        The loss; by default that which the end of the network suggests.
    classes : sequence of str or None
        The names of the classes; by default those in the file, or numbers.

    Raises
    ------
    ArgumentError
        If the layers do not make a network, or the classes do not fit.
    """
    name, signal, head = graph.output()
    try:
        stage = _arranged(graph, signal)
        chain = _chain(stage)
        places = signal.places if stage is signal.stage else signal.like(stage).places
    except Unsayable as error:
        raise ArgumentError(
            f"{graph.file.path} ends in a value which {error}; choose an earlier one as its output"
        ) from error
    loss = loss or _suggested_loss(chain[-1], head)
    after = None
    if any(isinstance(chain[-1].layer, last) and isinstance(loss, its) for last, its in _ACTIVATED):
        after = chain.pop().layer
        graph.reading.notes.append(f"the last {after} is left out, since the loss {type(loss).__name__} has it")
    start = chain[0]
    assert isinstance(start, Input)
    try:
        net = _sequential(graph, chain)
    except WhenceError as error:
        raise ArgumentError(f"{graph.file.path} makes no network of whence: {error}") from error
    names = _classes(graph, loss, net.output_shape, classes or (head.classes if head else None))
    model = Model(net, loss, _preprocessing(start), names, graph.file.path.name)
    return ReadNetwork(model, name, after, start.order, places, signal.batch)


def _arranged(graph: ReadGraph, signal: Signal) -> Stage:
    """Return the stage of the outputs, as they are in the file if a layer makes that, or else with channels last."""
    sample = signal.sample
    whole = np.array_equal(np.sort(sample.reshape(-1)), np.arange(signal.stage.size))
    merged = signal.places.shape[signal.batch] > 1
    channels_first = sample.ndim > 1 and np.array_equal(np.moveaxis(sample, 0, -1), signal.stage.places())
    if whole and (merged or channels_first):
        return signal.stage
    try:
        return graph.reading.arranged(signal, sample)
    except Unsayable:
        if not whole:
            raise
    return signal.stage


def _chain(stage: Stage) -> list[Stage]:
    """Return the stages from the input on, first to last."""
    chain = [stage]
    while chain[0].before is not None:
        chain.insert(0, chain[0].before)
    if any(each.backward for each in chain):
        raise Unsayable("has a recurrent layer that runs only back in time, where whence has those in both directions")
    return chain


def _sequential(graph: ReadGraph, chain: Sequence[Stage]) -> Sequential:
    opened = [n for axis, n in enumerate(graph.input.shape) if axis != graph.batch]
    shape = chain[0].shape
    if None in opened:
        shape = tuple(ANY_LENGTH if n == ANY_LENGTH_READ else n for n in shape)
    layers = [each.layer for each in chain if each.layer is not None] or [Identity()]
    dtype = np.float64 if graph.input.dtype == np.float64 else np.float32
    net = Sequential(*layers, input_shape=shape, dtype=dtype)
    arrays = {f"{i}.{name}": array for i, each in enumerate(chain[1:]) for name, array in each.arrays.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise ModelFileError(f"the array {name} has numbers that are not finite")
    net.load_state_dict(arrays)
    return net


def _suggested_loss(last: Stage, head: Head | None) -> Loss:
    """Return a loss for the end of a network: that of its last layer, or cross-entropy for several outputs."""
    flat = len(last.shape) in (1, 2)
    if isinstance(last.layer, Sigmoid):
        return BinaryCrossEntropy() if flat else MeanSquaredError()
    classifies = isinstance(last.layer, Softmax) or (head is not None and head.loss == "cross_entropy")
    return CrossEntropy() if classifies or (flat and last.shape[-1] > 1) else MeanSquaredError()


def _classes(graph: ReadGraph, loss: Loss, outputs: Shape, given: Sequence[str] | None) -> tuple[str, ...] | None:
    if not loss.classifies:
        return None
    if isinstance(loss, BinaryCrossEntropy) and outputs[-1:] != (1,) and not given:
        return None  # each output is about a class of its own, of which a sample may have several
    count = 2 if outputs[-1:] == (1,) else (outputs or (2,))[-1]
    names = tuple(given) if given else _in_metadata(graph.file.metadata)
    if names is None or (not given and len(names) != count):
        return tuple(map(str, range(count)))
    if len(names) != count or len(set(names)) != count:
        raise ArgumentError(
            f"there are {len(set(names))} names of classes, but the network tells {count} apart; give {count}"
        )
    return names


def _in_metadata(metadata: dict[str, str]) -> tuple[str, ...] | None:
    try:
        found: Any = json.loads(metadata.get("classes", "null"))
    except (ValueError, RecursionError):
        return None
    return tuple(found) if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def _preprocessing(start: Input) -> Preprocessing:
    return Preprocessing(shift=_short(start.shift, start.shape), scale=_short(start.scale, start.shape))


def _short(numbers: Array, shape: Shape) -> float | Array:
    """Return one number if all are the same, or else one for each channel.

    Raises
    ------
    ArgumentError
        If they differ within a channel.
    """
    if (numbers == numbers[0]).all():
        return float(numbers[0])
    channels = numbers.reshape(-1, shape[-1])
    first: Array = channels[0]
    if (channels != first).any():
        raise ArgumentError(
            "the inputs are shifted or scaled by other numbers at each place; do that before the network"
        )
    return first
