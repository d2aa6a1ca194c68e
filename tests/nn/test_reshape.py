"""Layers that change shapes, and the formulas that say which entry became which."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, ShapeError
from whence.formula import evaluate, evaluate_cell, write
from whence.formula.filling import fill
from whence.formula.numbers import in_numbers
from whence.nn import Flatten, Reshape, Sequential

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def test_flatten_keeps_the_order() -> None:
    x = np.arange(48.0).reshape(2, 2, 3, 4)
    np.testing.assert_array_equal(Sequential(Flatten(), input_shape=(2, 3, 4))(x), x.reshape(2, 24))


def test_flatten_says_which_pixel_a_value_was() -> None:
    layer = Flatten()
    Sequential(layer, input_shape=(2, 3, 4))
    forward, backward = layer.formulas()
    assert write(forward) == "f[n, j] = x[n, ⌊j / 12⌋, ⌊j / 4⌋ mod 3, j mod 4]"
    assert write(backward) == "dx[n, h, w, c] = df[n, 12 h + 4 w + c]"
    x = np.arange(48.0).reshape(2, 2, 3, 4)
    cell = evaluate_cell(forward, (1, 18), {"x": x})
    assert cell.sources == (("x", (1, 1, 1, 2)),)
    assert in_numbers(fill(forward, (1, 18), {"x": x}), {"x": x}).text == "42"


@given(SHAPES, st.randoms())
def test_any_shape_becomes_any_other_of_as_many_values(shape: tuple[int, ...], random: st.DataObject) -> None:
    target = list(shape)
    random.shuffle(target)
    layer = Reshape(target)
    Sequential(layer, input_shape=shape)
    forward, backward = layer.formulas()
    x = np.arange(3.0 * math.prod(shape)).reshape(3, *shape)
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(evaluate(forward, {"x": x}), y)
    np.testing.assert_array_equal(evaluate(backward, {"df": y}), x)
    np.testing.assert_array_equal(layer.backward(y, cache, None), x)


@pytest.mark.parametrize("shape", [(), (0, 3), (-1, -1), (-2, 3)])
def test_shapes_that_are_none_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match="Reshape was given the shape"):
        Reshape(shape)


@pytest.mark.parametrize("shape", [(5, 2), (-1, 5)])
def test_a_shape_that_the_values_do_not_fill_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"layer 1 .*12 values"):
        Sequential(Reshape(shape), input_shape=(3, 4))
