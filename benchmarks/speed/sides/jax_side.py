"""JAX: the same network as one pure function, its training step compiled whole."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.speed.rows import BATCHES, Row
from benchmarks.speed.sides import Side, Unsuitable
from whence import nn
from whence.nn import Layer

Weights = dict[str, jax.Array]


def prepare(row: Row, threads: int) -> Side:
    """Return the steps of JAX; ``threads`` is the number of cores that the process may use."""
    net = row.network()
    weights: Weights = {slot.path: jnp.asarray(slot.view(net.theta)) for slot in net.slots}
    batches = [(jnp.asarray(x), jnp.asarray(y)) for x, y in row.batches()]
    outputs = functools.partial(_through, net.layers, "")
    if not row.trains:
        predict = jax.jit(lambda w, x: outputs(w, x, None)[0, 0])
        return Side(lambda batch: predict(weights, batches[0][0]))

    def loss_of(weights: Weights, x: jax.Array, y: jax.Array, key: jax.Array | None) -> jax.Array:
        logs = jax.nn.log_softmax(outputs(weights, x, key))
        return -jnp.take_along_axis(logs, y[..., None], axis=-1).mean()

    update, memory = (_sgd, ()) if row.optimizer == "sgd" else (_adam, _adam_memory(weights))

    @functools.partial(jax.jit, donate_argnums=(0, 1))
    def train(weights: Weights, memory: Any, x: jax.Array, y: jax.Array, key: jax.Array) -> Any:
        key, mask_key = jax.random.split(key)
        loss, gradient = jax.value_and_grad(loss_of)(weights, x, y, mask_key)
        weights, memory = update(weights, gradient, memory, row.learning_rate)
        return weights, memory, key, loss

    state = {"weights": weights, "memory": memory, "key": jax.random.key(0)}

    def step(batch: int) -> jax.Array:
        x, y = batches[batch % BATCHES]
        state["weights"], state["memory"], state["key"], loss = train(
            state["weights"], state["memory"], x, y, state["key"]
        )
        return loss

    def loss() -> float:
        return float(loss_of(state["weights"], *batches[0], None))

    return Side(step, loss)


def _sgd(weights: Weights, gradient: Weights, memory: Any, rate: float) -> tuple[Weights, Any]:
    return {path: weights[path] - rate * gradient[path] for path in weights}, memory


def _adam_memory(weights: Weights) -> Any:
    zeros = {path: jnp.zeros_like(weight) for path, weight in weights.items()}
    return zeros, {path: jnp.zeros_like(weight) for path, weight in weights.items()}, jnp.zeros((), jnp.float32)


def _adam(weights: Weights, gradient: Weights, memory: Any, rate: float) -> tuple[Weights, Any]:
    first, second, steps = memory
    steps = steps + 1
    first = {path: 0.9 * first[path] + 0.1 * gradient[path] for path in weights}
    second = {path: 0.999 * second[path] + 0.001 * gradient[path] ** 2 for path in weights}
    scale = rate / (1 - 0.9**steps)
    updated = {
        path: weights[path] - scale * first[path] / (jnp.sqrt(second[path] / (1 - 0.999**steps)) + 1e-8)
        for path in weights
    }
    return updated, (first, second, steps)


def _through(layers: Any, prefix: str, weights: Weights, x: jax.Array, key: jax.Array | None) -> jax.Array:
    """Return the output of layers; without a key as in inference, so that dropout and running means are left out."""
    for position, layer in enumerate(layers):
        apply = _APPLY.get(type(layer))
        if apply is None:
            raise Unsuitable(f"{layer!r} is not written in JAX here")
        path = f"{prefix}{position}."
        own = None if key is None else jax.random.fold_in(key, position)
        x = apply(layer, path, weights, x, own)
    return x


def _linear(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    return x @ w[f"{path}weight"] + w[f"{path}bias"]


def _conv(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    padding = layer.padding.upper() if isinstance(layer.padding, str) else [(layer.padding, layer.padding)] * 2
    y = lax.conv_general_dilated(
        x,
        w[f"{path}weight"],
        (1, 1),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=layer.groups,
    )
    return y + w[f"{path}bias"]


def _max_pool(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def _avg_pool(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    return lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4


def _batch_norm(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    if key is None:  # before the first step: running mean 0 and variance 1
        return x / math.sqrt(1 + layer.eps) * w[f"{path}weight"] + w[f"{path}bias"]
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes)
    return (x - mean) * lax.rsqrt(variance + layer.eps) * w[f"{path}weight"] + w[f"{path}bias"]


def _dropout(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
    if key is None:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - layer.p, x.shape), x / (1 - layer.p), 0)


def _recurrent(step: Callable[..., Any], states: int) -> Callable[..., jax.Array]:
    """Return a recurrent layer, in one or both directions, from its step through time."""

    def apply(layer: Any, path: str, w: Weights, x: jax.Array, key: Any) -> jax.Array:
        directions = []
        for suffix in ("l0", "l0_reverse") if layer.bidirectional else ("l0",):
            backward = suffix != "l0"
            summed = jnp.swapaxes(x, 0, 1) @ w[f"{path}weight_ih_{suffix}"] + w[f"{path}bias_{suffix}"]
            of_gates = functools.partial(step, w[f"{path}weight_hh_{suffix}"], w.get(f"{path}bias_hn_{suffix}"))
            zeros = (jnp.zeros((len(x), layer.hidden_size), x.dtype),) * states
            _, h = lax.scan(of_gates, zeros, summed, reverse=backward)
            directions.append(jnp.swapaxes(h, 0, 1))
        return jnp.concatenate(directions, axis=-1)

    return apply


def _lstm_step(U: jax.Array, _: Any, state: Any, summed: jax.Array) -> Any:
    h, c = state
    i, f, g, o = jnp.split(summed + h @ U, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def _gru_step(U: jax.Array, b: jax.Array, state: Any, summed: jax.Array) -> Any:
    (h,) = state
    from_r, from_z, from_g = jnp.split(summed, 3, axis=1)
    to_r, to_z, q = jnp.split(h @ U, 3, axis=1)
    z = jax.nn.sigmoid(from_z + to_z)
    g = jnp.tanh(from_g + jax.nn.sigmoid(from_r + to_r) * (q + b))
    h = (1 - z) * g + z * h
    return (h,), h


_APPLY: dict[type[Layer], Callable[..., jax.Array]] = {
    nn.Linear: _linear,
    nn.Conv2d: _conv,
    nn.MaxPool2d: _max_pool,
    nn.AvgPool2d: _avg_pool,
    nn.GlobalAvgPool2d: lambda layer, path, w, x, key: x.mean((1, 2)),
    nn.BatchNorm: _batch_norm,
    nn.Dropout: _dropout,
    nn.Flatten: lambda layer, path, w, x, key: x.reshape(len(x), -1),
    nn.Last: lambda layer, path, w, x, key: x[:, -1],
    nn.Embedding: lambda layer, path, w, x, key: w[f"{path}weight"][x],
    nn.Residual: lambda layer, path, w, x, key: x + _through(layer.layers, path, w, x, key),
    nn.ReLU: lambda layer, path, w, x, key: jax.nn.relu(x),
    nn.Sigmoid: lambda layer, path, w, x, key: jax.nn.sigmoid(x),
    nn.Tanh: lambda layer, path, w, x, key: jnp.tanh(x),
    nn.LSTM: _recurrent(_lstm_step, states=2),
    nn.GRU: _recurrent(_gru_step, states=1),
}
