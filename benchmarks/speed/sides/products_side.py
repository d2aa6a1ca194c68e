"""The floor: the matrix products of a training step alone, each into an array that is there already."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.speed.rows import Row
from benchmarks.speed.sides import Side, Unsuitable
from whence.nn import Conv2d, Linear
from whence.nn.chain import leaf_layers
from whence.nn.recurrent.base import Recurrent

Shapes = list[tuple[int, int, int]]


def prepare(row: Row, threads: int) -> Side:
    """Return steps that multiply matrices of the shapes that the network's own products have."""
    threadpool_limits(threads)
    rng = np.random.default_rng(0)
    products = []
    for rows, inner, columns in _products(row):
        left, right = rng.random((rows, inner), np.float32), rng.random((inner, columns), np.float32)
        products.append((left, right, np.empty((rows, columns), np.float32)))

    def step(batch: int) -> float:
        for left, right, out in products:
            np.matmul(left, right, out=out)
        return 0.0

    return Side(step)


def _products(row: Row) -> Shapes:
    """Return the shapes (rows, inner, columns) of all products of a step."""
    shapes: Shapes = []
    weighted = [layer for layer in leaf_layers(row.network().layers) if layer.parameter_shapes()]
    for place, layer in enumerate(weighted):
        shapes += _of_layer(layer, row, need_input=row.trains and place > 0)
    return shapes


def _of_layer(layer: Any, row: Row, *, need_input: bool) -> Shapes:
    if isinstance(layer, Recurrent):
        return _over_time(layer, row, need_input=need_input)
    if isinstance(layer, Conv2d):
        if layer.groups > 1:
            raise Unsuitable("a convolution by channel has no matrix product")
        inner, columns = math.prod(layer.weight.shape[:3]), layer.out_channels
    elif isinstance(layer, Linear):
        inner, columns = layer.in_features, layer.out_features
    else:
        return []
    rows = row.batch * math.prod(layer.output_shape[:-1])
    return _three(rows, inner, columns, need_input=need_input) if row.trains else [(rows, inner, columns)]


def _three(rows: int, inner: int, columns: int, *, need_input: bool) -> Shapes:
    """Return the product of the forward pass, that of the weights' gradient, and that of the delta."""
    return [(rows, inner, columns), (inner, rows, columns), *([(rows, columns, inner)] if need_input else [])]


def _over_time(layer: Recurrent, row: Row, *, need_input: bool) -> Shapes:
    steps, gates = row.shape[0], layer.gates * layer.hidden_size
    shapes = _three(row.batch * steps, layer.input_size, gates, need_input=need_input)
    shapes += [(row.batch, layer.hidden_size, gates), (row.batch, gates, layer.hidden_size)] * steps
    shapes.append((layer.hidden_size, row.batch * steps, gates))
    return shapes * (2 if layer.bidirectional else 1)
