"""Embeddings take whole numbers, and say which one is no token."""

from __future__ import annotations

import numpy as np
import pytest

from whence.errors import ArgumentError, DataError, ShapeError
from whence.nn import Embedding, Linear, Sequential


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_tokens_of_any_integer_type_give_their_rows(dtype: type) -> None:
    net = Sequential(Embedding(5, 3))
    tokens = np.array([[0, 4], [2, 2], [4, 1]], dtype)
    rows = net.theta.reshape(5, 3)
    y, _ = net.forward(tokens)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, rows[tokens])
    np.testing.assert_array_equal(net(tokens, chunk=2), y)


@pytest.mark.parametrize(("token", "place"), [(5, (1, 0)), (-1, (2, 1))])
def test_a_token_outside_the_range_is_named(token: int, place: tuple[int, int]) -> None:
    tokens = np.zeros((3, 2), np.int64)
    tokens[place] = token
    message = rf"the token at \[{place[0]}, {place[1]}\] is {token}, but 5 tokens are numbered from 0 to 4"
    with pytest.raises(DataError, match=message):
        Sequential(Embedding(5, 3)).forward(tokens)


def test_tokens_that_are_not_whole_numbers_are_refused() -> None:
    with pytest.raises(DataError, match=r"the input is float64, but Embedding\(5, 3\) takes indices; give integers"):
        Sequential(Embedding(5, 3)).forward(np.ones((2, 3)))


def test_integers_are_numbers_to_any_other_first_layer() -> None:
    assert Sequential(Linear(3, 2)).forward(np.ones((2, 3), np.int64))[0].dtype == np.float32


def test_tokens_that_are_absent_have_a_gradient_of_zero() -> None:
    net = Sequential(Embedding(4, 2), dtype=np.float64)
    y, tape = net.forward(np.array([[2, 0, 2]]))
    gradient = net.backward(np.arange(y.size, dtype=np.float64).reshape(y.shape), tape).reshape(4, 2)
    np.testing.assert_array_equal(gradient, [[2, 3], [0, 0], [4, 6], [0, 0]])


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (3.0, 2), ("3", 2)])
def test_an_embedding_has_tokens_and_a_length(sizes: tuple[int, int]) -> None:
    with pytest.raises(ArgumentError, match="must be a whole number of at least 1"):
        Embedding(*sizes)


def test_only_the_first_layer_takes_indices() -> None:
    message = r"layer 2 \(Embedding\(5, 3\)\) does not fit: it takes indices, .*, which no layer outputs; put it first"
    with pytest.raises(ShapeError, match=message):
        Sequential(Linear(3, 2), Embedding(5, 3))
    with pytest.raises(ShapeError, match=message):
        Sequential(shared := Embedding(5, 3), shared, input_shape=(4,))
