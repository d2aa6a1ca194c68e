"""A trained network as an ONNX model, alone or with its preprocessing, and what is fed to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.graph import Graph
from whence.interop.onnx.network import add_network, batch_shape
from whence.interop.onnx.predictions import add_predictions
from whence.interop.onnx.preprocessing import add_preprocessing
from whence.training import Model
from whence.training.outputs import outputs_for


@dataclass(frozen=True, eq=False)
class OnnxModel:
    """A trained network as an ONNX model.

    Parameters
    ----------
    proto : onnx.ModelProto
        The ONNX model.
    feed : callable
        From raw inputs (N, …), as in `whence.data.Samples`, to the model's inputs by name.
    expected : callable
        From raw inputs to what whence itself makes of them.
    """

    proto: Any
    feed: Callable[[Array], dict[str, Array]]
    expected: Callable[[Array], Array]


def onnx_model(model: Model, *, with_preprocessing: bool) -> OnnxModel:
    """Return a trained network as an ONNX model.

    Parameters
    ----------
    model : Model
        The network.
    with_preprocessing : bool
        Whether it takes raw inputs and returns probabilities or numbers in their own unit, as `Model.predict` does;
        otherwise it is the network alone.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own, or the preprocessing or the loss has no ONNX operators.
    MissingDependencyError
        If onnx is not installed.
    """
    return _whole(model) if with_preprocessing else _network_alone(model)


def _network_alone(model: Model) -> OnnxModel:
    net, graph = model.net, Graph()
    dtype = np.int64 if net.layers[0].takes_indices else np.float32
    x = graph.add_input("x", dtype, batch_shape(net.input_shape))
    graph.add_output(add_network(graph, net, x), "output", np.float32, batch_shape(net.output_shape))

    def feed(raw: Array) -> dict[str, Array]:
        return {"x": model.preprocessing(raw, net.input_dtype).astype(dtype)}

    return OnnxModel(_finished(graph, model), feed, lambda raw: outputs_for(net, raw, model.preprocessing))


def _whole(model: Model) -> OnnxModel:
    graph = Graph()
    prepared = add_preprocessing(graph, model)
    outputs = add_network(graph, model.net, prepared.x)
    add_predictions(graph, model, outputs, prepared.reference)

    def expected(raw: Array) -> Array:
        outputs = outputs_for(model.net, raw, model.preprocessing)
        if model.classes is None:
            return model.preprocessing.restored(model.loss_fn.predictions(outputs), raw)
        return model.loss_fn.probabilities(outputs)

    return OnnxModel(_finished(graph, model), prepared.feed, expected)


def _finished(graph: Graph, model: Model) -> Any:
    """Return the ONNX model, with the names of classes, targets and characters in its metadata, as JSON."""
    characters = model.preprocessing.describe()["characters"]
    names = {"classes": model.classes, "targets": model.preprocessing.target_names, "characters": characters}
    described = {kind: json.dumps(list(found), ensure_ascii=False) for kind, found in names.items() if found}
    return graph.model({"data": model.data, **described})
