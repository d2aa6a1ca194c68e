"""What convolutions and pools refuse, how they are initialised, and numbers that can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, ShapeError
from whence.nn import (
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    GlobalAvgPool2d,
    Layer,
    MaxPool2d,
    ReLU,
    Sequential,
    Upsample,
    threads,
)
from whence.nn.convolution.sliding_window import Window


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2d(0, 2, 3), "Conv2d was given in_channels = 0; it must be a whole number of at least 1"),
        (lambda: Conv2d(2, -1, 3), "out_channels = -1"),
        (lambda: Conv2d(2, 2, 0), "kernel_size = 0"),
        (lambda: Conv2d(2, 2, 2.5), "kernel_size = 2.5"),
        (
            lambda: Conv2d(2, 2, (3, 3, 3)),
            r"kernel_size = \(3, 3, 3\); give one number, or one for each of rows and col",
        ),
        (lambda: Conv2d(2, 2, (3, 0)), r"kernel_size = \(3, 0\)"),
        (lambda: Conv2d(2, 2, 3, stride=0), "stride = 0"),
        (lambda: Conv2d(2, 2, 3, stride=True), "stride = True"),
        (lambda: Conv2d(2, 2, 3, dilation=-2), "dilation = -2"),
        (
            lambda: Conv2d(2, 2, 3, padding=-1),
            "padding = -1; it must be 'valid', 'same', a whole number of at",
        ),
        (
            lambda: Conv2d(4, 6, 3, groups=4),
            "groups = 4, in_channels = 4 and out_channels = 6; both numbers of channels",
        ),
        (lambda: Conv2d(4, 6, 3, groups=0), "groups = 0"),
        (lambda: Conv1d(2, 2, (3, 3)), "Conv1d was given kernel_size"),
        (lambda: ConvTranspose2d(1, 1, 2, stride=2, output_padding=2), "output_padding = 2 with a stride of 2"),
        (lambda: MaxPool2d(0), "MaxPool2d was given kernel_size = 0"),
        (lambda: MaxPool2d(2, padding=2), "padding = 2 for a kernel of 2; padding may be at most half the kernel"),
        (lambda: AvgPool2d((3, 2), stride=0), "AvgPool2d was given stride = 0"),
        (lambda: Upsample(0), "Upsample was given scale = 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(make: Callable[[], Layer], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            Conv2d(1, 2, 5),
            (28, 4, 1),
            "its kernel spans 5 columns, but its input has 4; make the kernel smaller or pad",
        ),
        (Conv2d(1, 2, 3, dilation=3), (6, 9, 1), "its kernel spans 7 rows, but its input has 6;"),
        (Conv2d(1, 2, 9, padding=2), (4, 9, 1), "its kernel spans 9 rows, but its input has 4 and 4 of padding"),
        (Conv1d(2, 2, 4), (3, 2), "its kernel spans 4 time steps, but its input has 3"),
        (
            Conv1d(3, 2, 2),
            (-1, 3),
            "the number of time steps must be known, but the inputs of this network may have any",
        ),
        (ConvTranspose2d(1, 2, 2), (-1, 9, 1), "the number of rows and columns must be known, but the inputs of this"),
        (GlobalAvgPool2d(), (-1, 9, 1), "the number of rows and columns must be known"),
        (AvgPool2d(2), (9, -1, 1), "the number of rows and columns must be known"),
        (Upsample(), (9, -1, 1), "the number of rows and columns must be known"),
        (MaxPool2d(4), (8, 3, 1), "its kernel spans 4 columns, but its input has 3"),
        (
            Conv2d(3, 2, 1),
            (5, 5, 1),
            r"it takes in_channels = 3 on the last axis, but its input has the shape \(N, 5, 5, 1",
        ),
        (
            Conv2d(1, 2, 1),
            (28, 28),
            r"it takes images \(N, H, W, C\), but its input has the shape \(N, 28, 28\); change",
        ),
        (Conv1d(1, 2, 1), (28, 28, 1), r"it takes sequences \(N, T, C\), but its input has the shape \(N, 28, 28, 1\)"),
        (ConvTranspose2d(1, 2, 1), (784,), r"it takes images \(N, H, W, C\)"),
        (ConvTranspose2d(1, 2, 2, padding=3), (3, 9, 1), "its padding cuts off all rows of its output"),
        (MaxPool2d(2), (28, 28), r"it takes images \(N, H, W, C\), but its input has the shape \(N, 28, 28\)"),
        (GlobalAvgPool2d(), (7,), r"it takes images \(N, H, W, C\), but its input has the shape \(N, 7\)"),
        (Upsample(), (7, 7), r"it takes images \(N, H, W, C\)"),
    ],
    ids=str,
)
def test_inputs_that_do_not_fit_are_refused(layer: Layer, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError, match=rf"^layer 1 \({type(layer).__name__}\(.*\) does not fit: {message}"):
        Sequential(layer, input_shape=shape)


def test_strides_that_lose_pixels_are_said_in_the_summary() -> None:
    net = Sequential(Conv2d(1, 2, 3, stride=4), MaxPool2d((1, 2)), input_shape=(10, 28, 1))
    assert net.output_shape == (2, 3, 2)
    assert (
        "layer 1, Conv2d(1, 2, 3, stride=4): no window reads the last 3 of 10 rows and 1 in between, the last 1 of 28 "
        "columns and 6 in between"
    ) in net.summary().splitlines()
    assert "layer 2, MaxPool2d((1, 2)): no window reads the last 1 of 7 columns" in net.summary().splitlines()
    assert "no window" not in Sequential(Conv2d(1, 2, 3), MaxPool2d(2), input_shape=(28, 28, 1)).summary()


@pytest.mark.parametrize(
    ("layer", "shape", "lost"),
    [
        (
            Conv2d(1, 2, 1, stride=2),
            (9, 8, 1),
            "4 of 9 rows in between, the last 1 of 8 columns and 3 in between",
        ),
        (
            MaxPool2d(2, stride=4),
            (10, 28, 1),
            "4 of 10 rows in between, the last 2 of 28 columns and 12 in between",
        ),
        (Conv2d(1, 2, 2, dilation=3, stride=4), (8, 8, 1), "4 of 8 rows in between, 4 of 8 columns in between"),
        (Conv2d(1, 1, 1, stride=4, padding="same"), (9, 1, 1), "6 of 9 rows in between"),
        (Conv1d(1, 1, 2, stride=3), (7, 1), "the last 2 of 7 time steps and 1 in between"),
        (AvgPool2d((1, 2), stride=3, padding=(0, 1)), (1, 2, 1), "the last 1 of 2 columns"),
    ],
    ids=str,
)
def test_pixels_between_windows_are_said_too(layer: Layer, shape: tuple[int, ...], lost: str) -> None:
    assert f"no window reads {lost}" in Sequential(layer, input_shape=shape).summary()


@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(0, 3), st.integers(0, 3))
def test_what_no_window_reads_is_counted(
    length: int, size: int, stride: int, dilation: int, before: int, after: int
) -> None:
    window = Window(length, size, stride, dilation, before, after)
    read = {stride * step + dilation * offset - before for step in range(window.steps) for offset in range(size)}
    unread = [place for place in range(length) if place not in read]
    at_end = next(count for count in range(length + 1) if count == length or length - 1 - count not in unread)
    assert window.unread == (at_end, len(unread) - at_end)


def test_padding_at_the_end_is_not_lost() -> None:
    assert "no window" not in Sequential(Conv2d(1, 1, 3, stride=2, padding=1), input_shape=(6, 6, 1)).summary()


@pytest.mark.parametrize(
    ("layer", "shape", "fan_in"),
    [
        (Conv2d(8, 64, 5), (9, 9, 8), 8 * 25),
        (Conv2d(8, 64, 5, groups=4), (9, 9, 8), 2 * 25),
        (Conv1d(16, 64, 9), (9, 16), 16 * 9),
        (ConvTranspose2d(32, 64, 4, stride=2), (9, 9, 32), 32 * 4),
    ],
    ids=str,
)
def test_weights_before_a_rectifier_are_drawn_after_he(layer: Layer, shape: tuple[int, ...], fan_in: int) -> None:
    Sequential(layer, ReLU(), input_shape=shape)
    assert float(layer.weight.std()) == pytest.approx((2 / fan_in) ** 0.5, rel=0.05)
    assert not layer.bias.any()


def test_a_convolution_by_hand() -> None:
    layer = Conv2d(1, 1, 2, bias_init="constant(10)")
    net = Sequential(layer, input_shape=(3, 3, 1))
    layer.weight = np.array([[1, 0], [0, -1]]).reshape(2, 2, 1, 1)
    x = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]]).reshape(1, 3, 3, 1)
    y, tape = net.forward(x)
    assert y[0, ..., 0].tolist() == [[6, 6], [6, 5]]
    gradient = net.backward(np.ones_like(y), tape)
    assert gradient.tolist() == [12, 16, 24, 29, 4]


def test_a_pool_by_hand() -> None:
    x = np.array([[1, 5, 5, 0], [5, 2, 5, 5]], np.float32).reshape(1, 2, 4, 1)
    net = Sequential(MaxPool2d(2), input_shape=(2, 4, 1))
    y, tape = net.forward(x)
    deltas: dict[int, np.ndarray] = {}
    net.backward(np.array([2, 3], np.float32).reshape(1, 1, 2, 1), tape, need_input=True, watch=deltas.__setitem__)
    assert y.ravel().tolist() == [5, 5]
    assert deltas[0][0, ..., 0].tolist() == [[0, 2, 3, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("length", [5, 6, 7])
def test_same_padding_makes_as_many_outputs_as_strides(kernel: int, stride: int, length: int) -> None:
    net = Sequential(Conv2d(1, 1, kernel, stride=stride, padding="same"), input_shape=(length, length + 3, 1))
    assert net.output_shape == (-(-length // stride), -(-(length + 3) // stride), 1)


def test_batches_that_do_not_fit_the_cache_are_cut_into_pieces() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Conv2d(3, 4, 3), Conv2d(4, 4, 3, groups=2), input_shape=(40, 40, 3), dtype=np.float64)
    x = rng.normal(size=(50, 40, 40, 3))
    y, tape = net.forward(x)
    gradient = net.backward(y, tape)
    one_by_one = []
    for image in x:
        alone, own_tape = net.forward(image[np.newaxis])
        one_by_one.append(net.backward(alone, own_tape))
    np.testing.assert_allclose(gradient, np.sum(one_by_one, axis=0), rtol=1e-10)
    np.testing.assert_allclose(y[-1:], alone, rtol=1e-10)


@pytest.mark.parametrize(
    "layer",
    [
        Conv2d(4, 6, 3, stride=2, padding=1),
        Conv2d(4, 4, 3, groups=4, padding="same", dilation=2),
        ConvTranspose2d(4, 3, 3, stride=(2, 3), padding=1, output_padding=(1, 2)),
        MaxPool2d(3, stride=2, padding=1),
        MaxPool2d((2, 3)),
        AvgPool2d(3, stride=2, padding=1),
    ],
    ids=str,
)
def test_pieces_of_a_batch_give_what_the_whole_gives(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    net = Sequential(layer, input_shape=(8, 9, 4), dtype=np.float64, seed=2)
    x, delta = rng.normal(size=(21, 8, 9, 4)), rng.normal(size=(21, *net.output_shape))
    found = []
    for size in (2**30, 30_000, 1):  # all images at once, a few, and one by one
        monkeypatch.setattr(threads, "_CHUNK_BYTES", size)
        deltas: dict[int, np.ndarray] = {}
        y, tape = net.forward(x)
        gradient = net.backward(delta, tape, need_input=True, watch=deltas.__setitem__)
        found.append((y, gradient, deltas[0]))
    for pieces in found[1:]:
        for expected, array in zip(found[0], pieces, strict=True):
            np.testing.assert_allclose(array, expected, rtol=1e-10, atol=1e-12)
