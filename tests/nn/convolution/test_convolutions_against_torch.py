"""Convolutions and pools on random configurations give what PyTorch gives, values and gradients, to 1e-10."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from whence.arrays import Array
from whence.errors import ShapeError
from whence.nn import (
    AvgPool2d,
    BatchNorm,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    GlobalAvgPool2d,
    Layer,
    MaxPool2d,
    Sequential,
    Upsample,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
many = settings(max_examples=120)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small tensors are done before other threads have begun."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


sizes = st.integers(1, 3)
two = st.tuples(sizes, sizes)
pairs = st.one_of(sizes, two)
lengths = st.integers(1, 9)
batches = st.integers(1, 4)


def channels_first(array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def channels_last(tensor: Any) -> Array:
    return np.moveaxis(tensor.detach().numpy(), 1, -1)


def network(layer: Layer, shape: tuple[int, ...]) -> Sequential:
    try:
        return Sequential(layer, input_shape=shape, dtype=np.float64, seed=1)
    except ShapeError:
        assume(False)
        raise


def compare(layer: Layer, module: Any, shape: tuple[int, ...], batch: int, order: Sequence[int] | None = None) -> None:
    """Hold one forward and backward pass against PyTorch's; ``order`` is of our weight's axes in PyTorch's weight."""
    net = network(layer, shape)
    rng = np.random.default_rng(batch)
    net.theta[...] = rng.normal(size=net.theta.shape)
    x, delta = rng.normal(size=(batch, *shape)), rng.normal(size=(batch, *net.output_shape))
    if order is not None:
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(layer.weight.transpose(order).copy()))
            if module.bias is not None:
                module.bias.copy_(torch.from_numpy(layer.bias.copy()))

    y, tape = net.forward(x)
    deltas: dict[int, Array] = {}
    gradient = net.backward(delta, tape, need_input=True, watch=deltas.__setitem__)
    tensor = torch.from_numpy(channels_first(x)).requires_grad_()
    output = module(tensor)
    output.backward(torch.from_numpy(channels_first(delta).reshape(output.shape)))

    np.testing.assert_allclose(y, channels_last(output).reshape(y.shape), **TOLERANCE)
    np.testing.assert_allclose(deltas[0], channels_last(tensor.grad), **TOLERANCE)
    if order is not None:
        for slot in net.slots:
            theirs = getattr(module, slot.name).grad.numpy()
            ours = slot.view(gradient)
            np.testing.assert_allclose(ours.transpose(order) if ours.ndim > 1 else ours, theirs, **TOLERANCE)


@many
@given(st.data())
def test_conv2d(data: st.DataObject) -> None:
    groups, inputs, outputs = data.draw(sizes), data.draw(sizes), data.draw(sizes)
    inputs, outputs = groups * inputs, groups * outputs
    kernel, stride, dilation = data.draw(pairs), data.draw(pairs), data.draw(pairs)
    padding = data.draw(st.one_of(st.just("valid"), st.integers(0, 3), st.tuples(st.integers(0, 2), st.integers(0, 2))))
    options = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "bias": data.draw(st.booleans()),
    }
    layer = Conv2d(inputs, outputs, kernel, **options)
    module = torch.nn.Conv2d(inputs, outputs, kernel, **options).double()
    compare(layer, module, (data.draw(lengths), data.draw(lengths), inputs), data.draw(batches), (3, 2, 0, 1))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@many
@given(pairs, pairs, lengths, lengths, batches)
def test_conv2d_with_same_padding(kernel: Any, dilation: Any, height: int, width: int, batch: int) -> None:
    module = torch.nn.Conv2d(2, 3, kernel, padding="same", dilation=dilation).double()
    layer = Conv2d(2, 3, kernel, padding="same", dilation=dilation)
    compare(layer, module, (height, width, 2), batch, (3, 2, 0, 1))


@many
@given(st.data())
def test_conv1d(data: st.DataObject) -> None:
    groups = data.draw(sizes)
    inputs, outputs = groups * data.draw(sizes), groups * data.draw(sizes)
    options = {"stride": data.draw(sizes), "padding": data.draw(st.integers(0, 3)), "dilation": data.draw(sizes)}
    kernel = data.draw(st.integers(1, 4))
    layer = Conv1d(inputs, outputs, kernel, groups=groups, **options)
    module = torch.nn.Conv1d(inputs, outputs, kernel, groups=groups, **options).double()
    compare(layer, module, (data.draw(lengths), inputs), data.draw(batches), (2, 1, 0))


@many
@given(st.data())
def test_conv_transpose2d(data: st.DataObject) -> None:
    inputs, outputs, kernel, stride = data.draw(sizes), data.draw(sizes), data.draw(pairs), data.draw(two)
    options = {
        "stride": stride,
        "padding": data.draw(st.one_of(st.integers(0, 2), st.tuples(st.integers(0, 2), st.integers(0, 2)))),
        "output_padding": tuple(data.draw(st.integers(0, step - 1)) for step in stride),
        "bias": data.draw(st.booleans()),
    }
    layer = ConvTranspose2d(inputs, outputs, kernel, **options)
    module = torch.nn.ConvTranspose2d(inputs, outputs, kernel, **options).double()
    compare(layer, module, (data.draw(lengths), data.draw(lengths), inputs), data.draw(batches), (2, 3, 0, 1))


@many
@given(st.data())
def test_pools(data: st.DataObject) -> None:
    kernel = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = data.draw(st.one_of(st.none(), pairs))
    padding = tuple(data.draw(st.integers(0, size // 2)) for size in kernel)
    shape = (data.draw(lengths), data.draw(lengths), data.draw(sizes))
    ours, theirs = data.draw(st.sampled_from([(MaxPool2d, torch.nn.MaxPool2d), (AvgPool2d, torch.nn.AvgPool2d)]))
    compare(ours(kernel, stride=stride, padding=padding), theirs(kernel, stride, padding), shape, data.draw(batches))


@given(lengths, lengths, sizes, batches)
def test_max_pools_give_ties_to_the_same_pixel(height: int, width: int, stride: int, batch: int) -> None:
    layer, module = MaxPool2d(2, stride=stride), torch.nn.MaxPool2d(2, stride)
    net = network(layer, (height, width, 2))
    rng = np.random.default_rng(batch)
    x = rng.integers(0, 2, (batch, height, width, 2)).astype(np.float64)
    y, tape = net.forward(x)
    tensor = torch.from_numpy(channels_first(x)).requires_grad_()
    module(tensor).backward(torch.ones(batch, 2, *y.shape[1:3], dtype=torch.float64))
    deltas: dict[int, Array] = {}
    net.backward(np.ones_like(y), tape, need_input=True, watch=deltas.__setitem__)
    np.testing.assert_array_equal(deltas[0], channels_last(tensor.grad))


@given(lengths, lengths, sizes, batches)
def test_global_average_and_upsampling(height: int, width: int, scale: int, batch: int) -> None:
    compare(GlobalAvgPool2d(), torch.nn.AdaptiveAvgPool2d(1), (height, width, 3), batch)
    compare(Upsample(scale), torch.nn.Upsample(scale_factor=scale), (height, width, 3), batch)


@given(st.integers(2, 5), lengths, lengths)
def test_batch_norm_over_channels(batch: int, height: int, width: int) -> None:
    compare(BatchNorm(), torch.nn.BatchNorm2d(3).double(), (height, width, 3), batch, (0,))
