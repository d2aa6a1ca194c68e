"""The preprocessing of data as ONNX nodes: from pictures, columns of tables, texts or arrays to a network's inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array, DTypeLike
from whence.data import Preprocessing
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.differencing import Differencing
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.interop.cells import cells_of
from whence.interop.onnx.columns import add_columns
from whence.interop.onnx.graph import Graph
from whence.interop.onnx.network import batch_shape
from whence.training import Model

Feed = Callable[[Array], dict[str, Array]]


@dataclass(frozen=True)
class Prepared:
    """The part of a graph that prepares inputs.

    Parameters
    ----------
    x : str
        The name of the prepared inputs, float32 or int64.
    feed : callable
        From raw inputs (N, …), as in `whence.data.Samples`, to the graph's inputs by name.
    reference : str or None
        The name of what the targets of a time series are relative to, (N, H · K), float64.
    """

    x: str
    feed: Feed
    reference: str | None = None


def add_preprocessing(graph: Graph, model: Model) -> Prepared:
    """Add a model's inputs and their preprocessing to a graph.

    Images are ``image``, uint8; columns of tables are described in `whence.interop.onnx.columns`; indices, such as
    those of characters, are ``x``, int64, and all else is ``x``, float64.

    """
    with graph.within("preprocessing"):
        preprocessing, shape = model.preprocessing, batch_shape(model.net.input_shape)
        match preprocessing:
            case SeriesPreprocessing():
                return _prepared_series(graph, preprocessing)
            case TablePreprocessing():
                rows = graph.add("Squeeze", add_columns(graph, preprocessing.columns, 1), np.array([1]))  # (N, F)

                def feed(raw: Array) -> dict[str, Array]:
                    return cells_of(preprocessing.columns.columns, raw[:, np.newaxis])

                return Prepared(_scaled(graph, preprocessing, rows, np.float64), feed)
            case ImagePreprocessing():
                image = graph.add_input("image", np.uint8, shape)
                x = _scaled(graph, preprocessing, graph.cast(image, np.float32), np.float32)
                return Prepared(x, lambda raw: {"image": raw.astype(np.uint8)})
        if model.net.layers[0].takes_indices:
            return Prepared(graph.add_input("x", np.int64, shape), lambda raw: {"x": raw.astype(np.int64)})
        x = graph.add_input("x", np.float64, shape)
        return Prepared(_scaled(graph, preprocessing, x, np.float64), lambda raw: {"x": raw.astype(np.float64)})


def _prepared_series(graph: Graph, preprocessing: SeriesPreprocessing) -> Prepared:
    windows = add_columns(graph, preprocessing.columns, preprocessing.window)  # (N, T, F)
    relative, reference = windows, None
    if preprocessing.differencing is not None:
        relative = _relative(graph, preprocessing.differencing, windows, len(preprocessing.columns.inputs))
        reference = _reference(graph, preprocessing.differencing, windows, preprocessing)

    def feed(raw: Array) -> dict[str, Array]:
        return cells_of(preprocessing.columns.columns, raw)

    return Prepared(_scaled(graph, preprocessing, relative, np.float64), feed, reference)


def _scaled(graph: Graph, preprocessing: Preprocessing, raw: str, dtype: DTypeLike) -> str:
    """Return (raw − shift) · scale as float32, computed in another dtype."""
    shift, scale = (graph.constant(name, getattr(preprocessing, name), dtype) for name in ("shift", "scale"))
    return graph.cast(graph.add("Mul", graph.add("Sub", raw, shift), scale), np.float32)


def _relative(graph: Graph, differencing: Differencing, windows: str, count: int) -> str:
    """Return windows with some inputs relative to their last rows, as `Differencing.relative` does."""
    some = np.zeros(count)
    some[list(differencing.inputs)] = 1
    last = graph.add("Gather", windows, np.array([-1]), axis=1)  # (N, 1, F)
    return graph.add("Sub", windows, graph.add("Mul", last, graph.constant("relative", some, np.float64)))


def _reference(graph: Graph, differencing: Differencing, windows: str, series: SeriesPreprocessing) -> str:
    """Return what `Differencing.reference` does, by reading the places of the numbers in windows of their numbers."""
    shape = (series.window, len(series.columns.inputs))
    places = differencing.reference(np.arange(np.prod(shape)).reshape(1, *shape), series.horizon)[0]  # (H · K,)
    flat = graph.add("Reshape", windows, np.array([0, -1]))
    return graph.add("Gather", flat, places.astype(np.int64), axis=1)
