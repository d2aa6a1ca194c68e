"""What a network's outputs mean, as ONNX nodes: probabilities of classes, or numbers in the unit of the targets."""

from __future__ import annotations

import numpy as np

from whence.arrays import DTypeLike
from whence.errors import ArgumentError
from whence.interop.onnx.graph import Graph
from whence.interop.onnx.network import batch_shape
from whence.nn import (
    L1,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanSquaredError,
    SumOfSquaredErrors,
)
from whence.training import Model

_OUTPUTS_AS_THEY_ARE = (L1, Huber, MeanSquaredError, SumOfSquaredErrors)


def add_predictions(graph: Graph, model: Model, outputs: str, reference: str | None) -> None:
    """Let the graph's output be ``probabilities`` of the classes, float32, or ``predictions``, as in training data.

    Parameters
    ----------
    graph : Graph
        The graph.
    model : Model
        The network with its loss, classes and preprocessing.
    outputs : str
        The name of the network's outputs.
    reference : str or None
        The name of what the targets of a time series are relative to.

    Raises
    ------
    ArgumentError
        If the loss is one of the user's own.
    """
    with graph.within("predictions"):
        shape = model.net.output_shape
        predicted = _predictions(graph, model.loss_fn, outputs, shape[-1])
        of_one_logit = isinstance(model.loss_fn, BinaryCrossEntropy) and shape[-1] == 1
        shape = (*shape[:-1], 2) if of_one_logit else shape
        if model.classes is not None:
            if not (of_one_logit or isinstance(model.loss_fn, CrossEntropy)):
                predicted = _shares(graph, predicted, shape[-1])
            graph.add_output(predicted, "probabilities", np.float32, batch_shape(shape))
            return
        preprocessing = model.preprocessing
        dtype: DTypeLike = np.float32
        if isinstance(preprocessing.target_shift, np.ndarray):
            dtype = np.float64
            scale = graph.constant("target_scale", preprocessing.target_scale, dtype)
            shift = graph.constant("target_shift", preprocessing.target_shift, dtype)
            predicted = graph.add("Add", graph.add("Div", graph.cast(predicted, dtype), scale), shift)
            predicted = predicted if reference is None else graph.add("Add", predicted, reference)
        graph.add_output(predicted, "predictions", dtype, batch_shape(shape))


def _predictions(graph: Graph, loss_fn: Loss, outputs: str, count: int) -> str:
    """Return what `Loss.predictions` does."""
    if type(loss_fn) in _OUTPUTS_AS_THEY_ARE:
        return outputs
    if type(loss_fn) is CrossEntropy:
        return graph.add("Softmax", outputs, axis=-1)
    if type(loss_fn) is BinaryCrossEntropy:
        p = graph.add("Sigmoid", outputs)
        return graph.add("Concat", graph.add("Sub", 1.0, p), p, axis=-1) if count == 1 else p
    raise ArgumentError(
        f"{loss_fn!r} is a loss of your own, which says in Python what outputs mean; export the network alone, without "
        "--with-preprocessing"
    )


def _shares(graph: Graph, predicted: str, count: int) -> str:
    """Return outputs as shares of their sum, raised before by the lowest if that is negative."""
    lowest = graph.add("Min", graph.add("ReduceMin", predicted, axes=[-1]), 0.0)
    raised = graph.add("Sub", predicted, lowest)
    total = graph.add("ReduceSum", raised, np.array([-1]))
    some = graph.add("Greater", total, 0.0)
    shares = graph.add("Div", raised, graph.add("Where", some, total, 1.0))
    return graph.add("Where", some, shares, 1.0 / count)
