"""Normalisations: statistics, running estimates, and what cannot be normalised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, ShapeError
from whence.nn import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, Linear, Sequential


def test_batch_norm_gives_every_channel_mean_0_and_variance_1(rng: np.random.Generator) -> None:
    x = 5 + 3 * rng.normal(size=(16, 4, 3, 2))
    y, _ = Sequential(BatchNorm(1e-12), input_shape=(4, 3, 2), dtype=np.float64).forward(x)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 1, 2)), 1, rtol=1e-9)


def test_layer_norm_gives_every_sample_mean_0_and_variance_1(rng: np.random.Generator) -> None:
    x = 5 + 3 * rng.normal(size=(4, 3, 8))
    y, _ = Sequential(LayerNorm(1e-12), input_shape=(3, 8), dtype=np.float64).forward(x)
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=-1), 1, rtol=1e-9)


def test_group_norm_gives_every_group_mean_0_and_variance_1(rng: np.random.Generator) -> None:
    x = 5 + 3 * rng.normal(size=(4, 3, 5, 6))
    y, _ = Sequential(GroupNorm(2, 1e-12), input_shape=(3, 5, 6), dtype=np.float64).forward(x)
    groups = y.reshape(4, 15, 2, 3)
    np.testing.assert_allclose(groups.mean(axis=(1, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(groups.var(axis=(1, 3)), 1, rtol=1e-9)


def test_instance_norm_is_group_norm_with_a_group_for_each_channel(rng: np.random.Generator) -> None:
    x = rng.normal(size=(4, 3, 5, 6))
    one, other = (Sequential(layer, input_shape=(3, 5, 6)) for layer in (InstanceNorm(), GroupNorm(6)))
    np.testing.assert_array_equal(one(x), other(x))


def test_groups_must_divide_the_channels_and_have_several_values() -> None:
    with pytest.raises(ShapeError, match="its 4 groups do not divide the 6 channels"):
        Sequential(GroupNorm(4), input_shape=(3, 6))
    for layer in (InstanceNorm(), GroupNorm(6)):
        with pytest.raises(ShapeError, match=r"has a single value, since its input has the shape \(N, 6\)"):
            Sequential(layer, input_shape=(6,))


def test_running_estimates_follow_the_unbiased_variance(rng: np.random.Generator) -> None:
    layer = BatchNorm(momentum=0.25)
    net = Sequential(layer, input_shape=(3,), dtype=np.float64)
    mean, var = np.zeros(3), np.ones(3)
    for _ in range(3):
        x = rng.normal(2, 3, size=(7, 3))
        net.forward(x, training=True)
        mean = 0.75 * mean + 0.25 * x.mean(axis=0)
        var = 0.75 * var + 0.25 * x.var(axis=0, ddof=1)
        np.testing.assert_allclose(layer.buffers["running_mean"], mean)
        np.testing.assert_allclose(layer.buffers["running_var"], var)
    x = rng.normal(size=(1, 3))
    np.testing.assert_allclose(net(x), (x - mean) / np.sqrt(var + 1e-5))


def test_inference_leaves_the_running_estimates_alone(rng: np.random.Generator) -> None:
    net = Sequential(BatchNorm(), input_shape=(3,))
    before = net.state_dict()
    net(rng.normal(size=(5, 3)))
    net.forward(rng.normal(size=(5, 3)), training=False)
    assert all(np.array_equal(before[path], array) for path, array in net.state_dict().items())


def test_what_a_step_cached_is_not_changed_by_the_next(rng: np.random.Generator) -> None:
    net = Sequential(BatchNorm(), input_shape=(3,))
    _, tape = net.forward(rng.normal(size=(5, 3)))
    before = {name: array.copy() for name, array in tape[0].items()}
    net.forward(rng.normal(size=(5, 3)))
    assert all(np.array_equal(before[name], array) for name, array in tape[0].items())


def test_running_estimates_are_in_the_networks_dtype(rng: np.random.Generator) -> None:
    net = Sequential(BatchNorm(), input_shape=(3,))
    net.forward(rng.normal(size=(5, 3)))
    assert {array.dtype for array in net.state_dict().values()} == {np.dtype(np.float32)}


def test_a_single_value_per_channel_has_no_variance() -> None:
    net = Sequential(Linear(2, 3), BatchNorm())
    with pytest.raises(ShapeError, match=r"\(1, 3\).*single value per channel"):
        net.forward(np.ones((1, 2)))
    assert net(np.ones((1, 2))).shape == (1, 3)


def test_one_sample_with_several_places_has_a_variance() -> None:
    y, _ = Sequential(BatchNorm(), input_shape=(2, 3)).forward(np.arange(6.0).reshape(1, 2, 3))
    assert np.isfinite(y).all()


@given(st.floats(0.1, 100), st.floats(-100, 100))
def test_neither_norm_sees_scale_or_shift(scale: float, shift: float) -> None:
    x = np.random.default_rng(0).normal(size=(6, 4))
    for layer in (BatchNorm(1e-14), LayerNorm(1e-14)):
        net = Sequential(layer, input_shape=(4,), dtype=np.float64)
        np.testing.assert_allclose(net.forward(scale * x + shift)[0], net.forward(x)[0], rtol=1e-6, atol=1e-6)


def test_scales_and_shifts_do_not_decay() -> None:
    for layer in (BatchNorm(), LayerNorm()):
        net = Sequential(Linear(2, 3, bias=False), layer)
        assert net.decays.tolist() == [True] * 6 + [False] * 6


@pytest.mark.parametrize(
    "make",
    [
        lambda: BatchNorm(eps=0),
        lambda: BatchNorm(momentum=1.5),
        lambda: BatchNorm(momentum=math.nan),
        lambda: LayerNorm(eps=-1),
        lambda: LayerNorm(eps=math.nan),
    ],
)
def test_settings_outside_their_range_are_refused(make: type[BatchNorm]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        make()


@pytest.mark.parametrize("layer", [BatchNorm(), LayerNorm()])
def test_norms_need_an_axis_of_channels(layer: BatchNorm) -> None:
    with pytest.raises(ShapeError, match="channels"):
        Sequential(layer, input_shape=())


@pytest.mark.parametrize("layer", [BatchNorm(), LayerNorm()])
def test_channels_of_any_number_are_refused(layer):
    with pytest.raises(ShapeError, match="it has a parameter for each channel, so the last axis needs a fixed length"):
        Sequential(layer, input_shape=(5, -1))
