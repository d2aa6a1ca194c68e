"""JAX: the network, optimizer and schedule of whence's recipe, an epoch of steps compiled into one loop."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.board.mnist import images_and_labels, level_and_seed, recipe_of, tell


def _he(rng: np.random.Generator, inputs: int, outputs: int) -> jax.Array:
    return jnp.asarray(rng.normal(0, math.sqrt(2 / inputs), (inputs, outputs)), jnp.float32)


def _logits(parameters: Any, x: jax.Array) -> jax.Array:
    weight, bias, last_weight, last_bias = parameters
    return jax.nn.relu(x / jnp.float32(255) @ weight + bias) @ last_weight + last_bias


def _loss(parameters: Any, x: jax.Array, y: jax.Array) -> jax.Array:
    return -jax.nn.log_softmax(_logits(parameters, x))[jnp.arange(len(y)), y].mean()


def _rates(rate: float, steps: int) -> np.ndarray:
    """Return the rates of one cycle, those of PyTorch's ``OneCycleLR``."""
    top, last, step = 0.3 * steps - 1, steps - 1, np.arange(steps)
    up = 0.04 + (1 - 0.04) * (1 - np.cos(np.pi * step / top)) / 2
    down = 4e-6 + (1 - 4e-6) * (1 - np.cos(np.pi * (last - step) / (last - top))) / 2
    return (rate * np.where(step < top, up, down)).astype(np.float32)


def main() -> None:
    """Train, and print the accuracy on the test images."""
    level, seed = level_and_seed()
    recipe = recipe_of(level)
    rng = np.random.default_rng(seed)
    images, labels = (jnp.asarray(array) for array in images_and_labels("train"))
    (hidden,) = recipe["hidden-layer-sizes"]
    parameters = (_he(rng, 784, hidden), jnp.zeros(hidden), _he(rng, hidden, 10), jnp.zeros(10))
    size, steps, momentum = recipe["batch-size"], recipe["max-steps"], recipe["momentum"]

    def step(state: Any, given: Any) -> Any:
        parameters, velocity = state
        rows, rate = given
        gradient = jax.grad(_loss)(parameters, images[rows], labels[rows])
        velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradient)
        return (jax.tree.map(lambda w, v: w - rate * v, parameters, velocity), velocity), None

    run = jax.jit(lambda state, given: lax.scan(step, state, given)[0], donate_argnums=0)
    rates, an_epoch = _rates(recipe["learning-rate"], steps), len(images) // size
    state = (parameters, jax.tree.map(jnp.zeros_like, parameters))
    for start in range(0, steps, an_epoch):
        rows = rng.permutation(len(images))[: an_epoch * size].reshape(an_epoch, size)[: steps - start]
        state = run(state, (rows, rates[start : start + len(rows)]))
    images, labels = images_and_labels("t10k")
    tell(np.mean(np.asarray(_logits(state[0], images).argmax(1)) == labels))


if __name__ == "__main__":
    main()
