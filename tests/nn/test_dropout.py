"""Dropout draws its mask from the generator that it is given, and only in training."""

from __future__ import annotations

import math

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.formula import write
from whence.nn import Context, Dropout, Linear, Sequential


def test_the_mask_holds_zero_or_the_scale(rng: np.random.Generator) -> None:
    x = np.ones((200, 50), np.float32)
    y, cache = Dropout(0.25).forward(x, Context(training=True, rng=rng))
    assert set(np.unique(cache["mask"])) == {np.float32(0), np.float32(1 / 0.75)}
    np.testing.assert_array_equal(y, cache["mask"])
    dropped = float((cache["mask"] == 0).mean())
    assert abs(dropped - 0.25) < 5 * math.sqrt(0.25 * 0.75 / x.size)


def test_inference_changes_nothing() -> None:
    layer = Dropout(0.5)
    Sequential(layer, input_shape=(3,))
    x = np.ones((2, 3))
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    assert cache == {}
    assert [write(formula) for formula in layer.formulas(training=False)] == [
        "r[n, j] = x[n, j]",
        "dx[n, j] = dr[n, j]",
    ]


def test_training_needs_a_generator() -> None:
    with pytest.raises(ArgumentError, match="rng"):
        Dropout().forward(np.ones((2, 3)), Context(training=True))


def test_a_network_draws_new_masks_and_the_same_ones_from_the_same_seed() -> None:
    x = np.ones((4, 30), np.float32)
    nets = [Sequential(Linear(30, 30), Dropout(), seed=seed) for seed in (1, 1, 2)]
    first, same, other = ([net.forward(x)[1][1]["mask"] for _ in range(2)] for net in nets)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])
