"""The network for a data set: from an architecture or a multilayer perceptron, with the outputs the loss needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from whence.arrays import Shape
from whence.cli.options.table import Settings
from whence.data import Dataset
from whence.errors import ArgumentError, ShapeError, WhenceError
from whence.nn import Loss, Sequential, mlp
from whence.nn.architecture import network
from whence.nn.axes import ANY_LENGTH, shape_text
from whence.nn.layer import TimeDependence


def make_network(settings: Settings, dataset: Dataset, loss_fn: Loss) -> Sequential:
    """Return the network that the settings describe.

    Raises
    ------
    ArgumentError
        If as-sequence is set for data other than images, or a network for text can see the next characters.
    ShapeError
        If the architecture's outputs do not have the shape that the loss needs.
    """
    classes = None if dataset.classes is None else len(dataset.classes)
    outputs = loss_fn.output_shape(dataset.train.targets.shape[1:], classes)
    if settings.arch is not None:
        return _network_of(settings, settings.arch, dataset, outputs)
    if settings.as_sequence:
        raise ArgumentError(
            'as-sequence is for networks that read sequences; describe one, such as --arch "lstm 64, last, linear"'
        )
    return multilayer_perceptron(settings, dataset.input_shape, settings.hidden_layer_sizes, math.prod(outputs))


def multilayer_perceptron(settings: Settings, input_shape: Shape, hidden: Sequence[int], outputs: int) -> Sequential:
    """Return a multilayer perceptron of the given sizes with the settings for all else."""
    return mlp(
        input_shape,
        hidden,
        outputs,
        activation=settings.activation,
        dropout=settings.dropout,
        batch_norm=settings.batch_norm,
        weight_init=settings.init,
        bias_init=settings.bias_init,
        output_activation=settings.output_activation,
        dtype=settings.dtype,
        seed=settings.seed,
    )


def _network_of(settings: Settings, arch: str | Sequence[str], dataset: Dataset, outputs: Shape) -> Sequential:
    notation = [arch] if isinstance(arch, str) else list(arch)
    shape, streams = dataset.input_shape, dataset.preprocessing.streams
    if settings.as_sequence:
        if len(shape) != 3:
            raise ArgumentError(f"as-sequence reads images row by row, but {dataset.name} has no images; leave it out")
        notation = [_rows(shape), *notation]
    make = partial(
        network, outputs=outputs[-1], symbols=dataset.preprocessing.symbols, dtype=settings.dtype, seed=settings.seed
    )
    try:
        net = make(notation, (ANY_LENGTH, *shape[1:]) if streams else shape)
    except ShapeError as error:
        if len(shape) == 3 and _fits(make, [_rows(shape), *notation], shape):
            raise ShapeError(f"{error}; to read every image as a sequence of its rows, add --as-sequence") from error
        raise
    wanted = (ANY_LENGTH, *outputs[1:]) if streams else outputs
    if net.output_shape != wanted:
        raise ShapeError(
            f"the network's outputs have the shape {shape_text(net.output_shape)}, but {dataset.name} needs "
            f"{shape_text(wanted)}; let the architecture end in {_ending(net.output_shape, wanted)}"
        )
    if streams and net.time_dependence is TimeDependence.ANY:
        raise ArgumentError(
            "the network's output for a character may depend on later characters, which it has to predict; remove "
            "bidirectional layers, and set time_dependence in user-defined layers"
        )
    return net


def _rows(shape: Shape) -> str:
    """Return the layer that turns an image into the sequence of its rows."""
    return f"reshape {shape[0]}x{shape[1] * shape[2]}"


def _fits(make: Callable[..., Sequential], notation: list[str], shape: Shape) -> bool:
    """Return whether an architecture accepts inputs of a shape."""
    try:
        make(notation, shape)
    except WhenceError:
        return False
    return True


def _ending(found: Shape, wanted: Shape) -> str:
    """Return the last layers that would give outputs of the wanted shape."""
    if len(found) == len(wanted):
        return f"linear {wanted[-1]}"
    if len(wanted) > 1:
        return "layers that keep the time axis, and linear"
    return "last, linear" if len(found) == 2 else "flatten, linear"
