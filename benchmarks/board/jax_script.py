"""JAX: the network, optimizer and schedule of whence's recipe, compiled: an epoch as one loop, or a step."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.board.mnist import images_and_labels, level_and_seed, recipe_of, tell

_CONVOLUTIONAL = ((5, 5, 1, 16), (5, 5, 16, 32), (512, 128), (128, 10))
"""The shapes of the weights of mnist-99.toml."""

Parameters = list[tuple[jax.Array, jax.Array]]
"""Weights and biases of each layer."""


def _drawn(rng: np.random.Generator, *shapes: tuple[int, ...]) -> Parameters:
    """Return He's weights of these shapes, whose last axis is the outputs, and biases of zero."""
    return [
        (jnp.asarray(rng.normal(0, math.sqrt(2 / math.prod(shape[:-1])), shape), jnp.float32), jnp.zeros(shape[-1]))
        for shape in shapes
    ]


def _logits(parameters: Parameters, x: jax.Array) -> jax.Array:
    x = x / jnp.float32(255)
    if parameters[0][0].ndim == 4:
        x = x.reshape(-1, 28, 28, 1)
    *hidden, (last_weight, last_bias) = parameters
    for weight, bias in hidden:
        if weight.ndim == 4:
            x = _pooled(jax.nn.relu(_convolved(x, weight) + bias))
        else:
            x = jax.nn.relu(x.reshape(len(x), -1) @ weight + bias)
    return x @ last_weight + last_bias


def _convolved(x: jax.Array, weight: jax.Array) -> jax.Array:
    return lax.conv_general_dilated(x, weight, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def _pooled(x: jax.Array) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def _loss(parameters: Any, x: jax.Array, y: jax.Array) -> jax.Array:
    return -jax.nn.log_softmax(_logits(parameters, x))[jnp.arange(len(y)), y].mean()


def _rates(rate: float, steps: int) -> np.ndarray:
    """Return the rates of one cycle, those of PyTorch's ``OneCycleLR``."""
    top, last, step = 0.3 * steps - 1, steps - 1, np.arange(steps)
    up = 0.04 + (1 - 0.04) * (1 - np.cos(np.pi * step / top)) / 2
    down = 4e-6 + (1 - 4e-6) * (1 - np.cos(np.pi * (last - step) / (last - top))) / 2
    return (rate * np.where(step < top, up, down)).astype(np.float32)


def _in_a_loop(step: Any) -> Any:
    """Return what makes many steps in one compiled loop."""
    return jax.jit(lambda state, given: lax.scan(step, state, given)[0], donate_argnums=0)


def _one_by_one(step: Any) -> Any:
    """Return what makes many steps, each compiled: within a loop, convolutions take six times as long on a CPU."""
    compiled = jax.jit(lambda state, given: step(state, given)[0], donate_argnums=0)

    def run(state: Any, given: Any) -> Any:
        for one in zip(*given, strict=True):
            state = compiled(state, one)
        return state

    return run


def main() -> None:
    """Train, and print the accuracy on the test images."""
    level, seed = level_and_seed()
    recipe = recipe_of(level)
    rng = np.random.default_rng(seed)
    images, labels = (jnp.asarray(array) for array in images_and_labels("train"))
    sizes = recipe.get("hidden-layer-sizes", ())
    shapes = _CONVOLUTIONAL if "arch" in recipe else ((784, *sizes), (*sizes, 10))
    parameters = _drawn(rng, *shapes)
    size, steps, momentum = recipe["batch-size"], recipe["max-steps"], recipe["momentum"]

    def step(state: Any, given: Any) -> Any:
        parameters, velocity = state
        rows, rate = given
        gradient = jax.grad(_loss)(parameters, images[rows], labels[rows])
        velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradient)
        return (jax.tree.map(lambda w, v: w - rate * v, parameters, velocity), velocity), None

    run = _one_by_one(step) if "arch" in recipe else _in_a_loop(step)
    rates, an_epoch = _rates(recipe["learning-rate"], steps), len(images) // size
    state = (parameters, jax.tree.map(jnp.zeros_like, parameters))
    for start in range(0, steps, an_epoch):
        rows = rng.permutation(len(images))[: an_epoch * size].reshape(an_epoch, size)[: steps - start]
        state = run(state, (rows, rates[start : start + len(rows)]))
    images, labels = images_and_labels("t10k")
    predict = jax.jit(lambda parameters, x: _logits(parameters, x).argmax(1))
    predicted = np.concatenate([predict(state[0], part) for part in np.split(images, 10)])
    tell(np.mean(predicted == labels))


if __name__ == "__main__":
    main()
