"""Read an ONNX file as a network, which is there only if it was proved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError, MissingDependencyError
from whence.interop.differences import is_rounding, largest_difference
from whence.interop.onnx.reading import operators  # noqa: F401 (enters the readers)
from whence.interop.onnx.reading.file import OnnxFile
from whence.interop.onnx.reading.graph import ReadGraph
from whence.interop.onnx.reading.network import ReadNetwork, network_of
from whence.interop.onnx.receipt import TOLERANCE, Runs, onnxruntime
from whence.nn import Embedding, Loss
from whence.nn.axes import ANY_LENGTH
from whence.nn.chain import largest_output
from whence.nn.losses import losses
from whence.training import Model
from whence.visible import on_one_line

_SAMPLES = 5
_STEPS = 4, 9
_LONGEST_SAID = 200
_MOST_NUMBERS = 2**26
"""The most numbers of one value in a run."""


@dataclass(frozen=True)
class ReadOnnx:
    """A network that was read from an ONNX file.

    Parameters
    ----------
    model : Model
        The network with its loss, its preprocessing and the names of its classes.
    input_shape : tuple of int or None
        The shape of the file's input, None for an open length.
    notes : tuple of str
        What the network differs in from the file.
    runs : Runs
        How it was held against what onnxruntime makes of the file.
    """

    model: Model
    input_shape: tuple[int | None, ...]
    notes: tuple[str, ...]
    runs: Runs


@checks_arguments
def read_onnx(
    path: str | os.PathLike[str],
    *,
    loss: Loss | str | None = None,
    classes: Sequence[str] | None = None,
    until: str | None = None,
) -> ReadOnnx:
    """Read an ONNX file as a network of whence's layers, and prove it by running the file in onnxruntime.

    Nets with channels first become whence's with channels last: images are (N, H, W, C), sequences (N, T, features).

    Parameters
    ----------
    path : path
        The file.
    loss : Loss or str, optional
        The loss. By default cross-entropy after a softmax, and where there are several outputs and nothing tells
        otherwise; binary cross-entropy after a sigmoid; otherwise the mean squared error. A last softmax or sigmoid
        that the loss has in itself is left out of the network.
    classes : sequence of str, optional
        The names of the classes, by default those in the file, or numbers.
    until : str, optional
        The name of the value that is the network's output; what comes after it is left out. By default the first
        output of the graph that whence can say.

    Returns
    -------
    ReadOnnx
        The model, what it differs in from the file, and how it was proved.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged or no ONNX file.
    ArgumentError
        If whence has no layers for a node; the message tells all such nodes. Or if the outputs differ from those of
        onnxruntime by more than rounding.
    MissingDependencyError
        If onnx or onnxruntime is not installed.
    """
    graph = ReadGraph(OnnxFile(path), until)
    read = network_of(graph, loss=None if loss is None else losses.read(loss), classes=classes)
    return ReadOnnx(read.model, graph.input.shape, tuple(graph.reading.notes), _proved(graph, read))


def _proved(graph: ReadGraph, read: ReadNetwork) -> Runs:
    """Hold the network against what onnxruntime makes of the file, on made-up inputs."""
    net, path = read.model.net, graph.file.path
    count = graph.input.shape[graph.batch] or _SAMPLES
    if count * largest_output(net.layers, max(_STEPS)) > _MOST_NUMBERS:
        raise ArgumentError(
            f"{path} fixes the number of samples at {count:,}, which is too large to run it; export it with an open "
            "number, or a small one"
        )
    rng, lengths = np.random.default_rng(0), _STEPS if ANY_LENGTH in net.input_shape else _STEPS[:1]
    difference = largest = 0.0
    with _running(path):
        name, evaluate = onnxruntime(graph.part(read.output))
        for steps in lengths:
            x = _made_up(rng, read.model, count, steps)
            found = evaluate({graph.input.name: _as_in_file(graph, read, x)})
            outputs = net(read.model.preprocessing(x, net.input_dtype))
            expected = _as_output(read, outputs if read.after is None else read.after.forward(outputs)[0])
            difference = max(difference, largest_difference(found, expected))
            largest = max(largest, float(np.abs(expected).max(initial=0)))
    if not is_rounding(difference, largest, TOLERANCE):
        raise ArgumentError(
            f"in {name} the outputs of {path} differ from those of the network that whence made of it by up to "
            f"{difference:.2g}, and the largest is {largest:.2g}, so that it is more than rounding; it is not "
            "imported, and please report it"
        )
    return Runs(name, count * len(lengths), (count,), len(lengths), difference, largest)


@contextmanager
def _running(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong in the block, where networks of strangers are run, into one sentence."""
    try:
        yield
    except MissingDependencyError:
        raise
    except Exception as error:  # of onnxruntime's own classes, or none
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:_LONGEST_SAID]
        raise ArgumentError(
            f"{path} cannot be run, so that nothing proves what whence makes of it: {on_one_line(said)}; export it "
            "again"
        ) from error


def _made_up(rng: np.random.Generator, model: Model, count: int, steps: int) -> Array:
    """Return random raw inputs."""
    shape = (count, *(steps if length == ANY_LENGTH else length for length in model.net.input_shape))
    first = model.net.layers[0]
    if isinstance(first, Embedding):
        return rng.integers(0, first.num_embeddings, shape)
    prepared = rng.normal(size=shape)
    return prepared / model.preprocessing.scale + model.preprocessing.shift


def _as_in_file(graph: ReadGraph, read: ReadNetwork, x: Array) -> Array:
    """Return inputs of the network as the file takes them."""
    flat = x.reshape(len(x), -1)
    order = read.order
    if ANY_LENGTH in read.model.net.input_shape:  # of time steps, whose order is the same
        order = np.arange(flat.shape[1])
    given = np.empty_like(flat)
    given[:, order] = flat
    own = [n for axis, n in enumerate(graph.input.shape) if axis != graph.batch]
    shape = tuple(x.shape[1] if n is None else n for n in own)
    return np.moveaxis(given.reshape(len(x), *shape), 0, graph.batch).astype(graph.input.dtype)


def _as_output(read: ReadNetwork, outputs: Array) -> Array:
    """Return outputs of the network as the file gives them."""
    if ANY_LENGTH in read.model.net.output_shape:
        places = np.arange(outputs[0].size).reshape(outputs.shape[1:])
        if read.places.shape[read.batch] == 1:
            places = np.expand_dims(places, read.batch)
    else:
        places = read.places
    given = np.moveaxis(outputs.reshape(len(outputs), -1)[:, places], 0, read.batch)  # the samples before their axis
    shape = list(places.shape)
    shape[read.batch] *= len(outputs)
    return given.reshape(shape)
