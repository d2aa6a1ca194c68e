"""Layers on small odd shapes, for every name in the registry: what every test of all layers walks over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.nn import (
    CELU,
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    SELU,
    AvgPool2d,
    BatchNorm,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    InstanceNorm,
    Last,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Mish,
    ReLU,
    ReLU6,
    Reshape,
    Residual,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    Upsample,
)
from whence.nn.context import Context
from whence.nn.parameter import views_of


@dataclass(frozen=True)
class Example:
    make: Callable[[], Layer]
    shape: Shape
    batches: tuple[int, ...] = (1, 3, 7)
    tokens: int | None = None  # how many there are, where inputs are their numbers

    def inputs(self, rng: np.random.Generator, batch: int) -> Array:
        shape = (batch, *self.shape)
        return 2 * rng.normal(size=shape) if self.tokens is None else rng.integers(0, self.tokens, shape)

    def __str__(self) -> str:
        return f"{self.make()!r}{self.shape}"


def on_shapes(make: Callable[[], Layer], *shapes: Shape) -> list[Example]:
    return [Example(make, shape) for shape in shapes]


def on_images(make: Callable[[], Layer], *shapes: Shape) -> list[Example]:
    return [Example(make, shape, (1, 3)) for shape in shapes]


def on_sequences(make: Callable[[], Layer], *shapes: Shape) -> list[Example]:
    return [Example(make, shape, (1, 3)) for shape in shapes]


ELEMENTWISE = ((5,), (2, 3), (3, 1, 2))

EXAMPLES: dict[str, list[Example]] = {
    "linear": [
        *on_shapes(lambda: Linear(5, 3), (5,), (2, 5), (3, 2, 5)),
        *on_shapes(lambda: Linear(3, 4, bias=False), (3,)),
        *on_shapes(lambda: Linear(1, 1), (1,)),
    ],
    "identity": on_shapes(Identity, *ELEMENTWISE),
    "relu": on_shapes(ReLU, *ELEMENTWISE, ()),
    "leaky_relu": on_shapes(lambda: LeakyReLU(0.2), *ELEMENTWISE),
    "elu": [*on_shapes(ELU, *ELEMENTWISE), *on_shapes(lambda: ELU(0.7), (4,))],
    "celu": [*on_shapes(CELU, *ELEMENTWISE), *on_shapes(lambda: CELU(0.7), (4,))],
    "selu": on_shapes(SELU, *ELEMENTWISE),
    "relu6": on_shapes(ReLU6, *ELEMENTWISE),
    "hardtanh": [*on_shapes(Hardtanh, *ELEMENTWISE), *on_shapes(lambda: Hardtanh(-0.5, 2), (4,))],
    "hardsigmoid": [*on_shapes(Hardsigmoid, *ELEMENTWISE), *on_shapes(lambda: Hardsigmoid(0.2), (4,))],
    "hardswish": on_shapes(Hardswish, *ELEMENTWISE),
    "gelu": [*on_shapes(GELU, *ELEMENTWISE), *on_shapes(lambda: GELU("tanh"), *ELEMENTWISE)],
    "silu": on_shapes(SiLU, *ELEMENTWISE),
    "mish": on_shapes(Mish, *ELEMENTWISE),
    "sigmoid": on_shapes(Sigmoid, *ELEMENTWISE),
    "tanh": on_shapes(Tanh, *ELEMENTWISE),
    "softsign": on_shapes(Softsign, *ELEMENTWISE),
    "softplus": [*on_shapes(Softplus, *ELEMENTWISE), *on_shapes(lambda: Softplus(2.5), (4,))],
    "softmax": on_shapes(Softmax, *ELEMENTWISE, (1,)),
    "dropout": [*on_shapes(lambda: Dropout(0.4), *ELEMENTWISE), *on_shapes(lambda: Dropout(0.0), (4,))],
    "batch_norm": [
        Example(BatchNorm, (5,), (2, 3, 7)),
        Example(lambda: BatchNorm(1e-3, 0.25), (2, 3)),
        Example(BatchNorm, (3, 1, 2)),
    ],
    "layer_norm": on_shapes(LayerNorm, *ELEMENTWISE),
    "group_norm": [
        *on_shapes(lambda: GroupNorm(2), (6,), (3, 4), (2, 3, 4)),
        *on_shapes(lambda: GroupNorm(1, 1e-3), (3, 2)),
    ],
    "instance_norm": on_shapes(InstanceNorm, (3, 2), (2, 3, 2)),
    "flatten": on_shapes(Flatten, (5,), (2, 3), (3, 2, 4), (2, 1, 3, 2)),
    "reshape": [
        *on_shapes(lambda: Reshape((3, 2, -1)), (12,), (4, 6)),
        *on_shapes(lambda: Reshape((-1, 4)), (2, 3, 2)),
        *on_shapes(lambda: Reshape((6,)), (2, 3)),
    ],
    "conv2d": [
        *on_images(lambda: Conv2d(2, 3, 3), (4, 5, 2), (3, 3, 2)),
        *on_images(lambda: Conv2d(1, 2, (2, 3), bias=False), (3, 4, 1)),
        *on_images(lambda: Conv2d(2, 2, 1), (2, 3, 2)),
        *on_images(lambda: Conv2d(2, 2, 3, stride=2), (6, 5, 2)),
        *on_images(lambda: Conv2d(1, 2, 2, stride=(3, 1), padding=(0, 1)), (6, 3, 1)),
        *on_images(lambda: Conv2d(1, 2, 3, stride=2, padding=2), (4, 3, 1)),
        *on_images(lambda: Conv2d(1, 2, 2, padding="same"), (3, 4, 1)),
        *on_images(lambda: Conv2d(1, 2, (4, 3), stride=(2, 3), padding="same"), (5, 4, 1)),
        *on_images(lambda: Conv2d(1, 2, 2, dilation=(2, 3)), (5, 5, 1)),
        *on_images(lambda: Conv2d(2, 1, 3, stride=2, padding=1, dilation=2), (5, 6, 2)),
        *on_images(lambda: Conv2d(4, 6, 2, groups=2), (3, 3, 4)),
        *on_images(lambda: Conv2d(3, 3, 3, groups=3, padding="same"), (3, 4, 3)),
        *on_images(lambda: Conv2d(2, 4, 2, groups=2, stride=2, bias=False), (5, 4, 2)),
        *on_images(lambda: Conv2d(9, 2, (1, 2)), (2, 3, 9)),
    ],
    "conv1d": [
        *on_shapes(lambda: Conv1d(2, 3, 3), (5, 2)),
        *on_shapes(lambda: Conv1d(1, 2, 2, stride=3, padding=1, bias=False), (6, 1)),
        *on_shapes(lambda: Conv1d(2, 2, 4, padding="same", dilation=2), (5, 2)),
        *on_shapes(lambda: Conv1d(4, 2, 2, groups=2, padding="same", stride=2), (5, 4)),
    ],
    "conv_transpose2d": [
        *on_images(lambda: ConvTranspose2d(2, 3, 3), (2, 3, 2)),
        *on_images(lambda: ConvTranspose2d(2, 1, 3, stride=2, padding=1, output_padding=1), (3, 2, 2)),
        *on_images(lambda: ConvTranspose2d(1, 2, 2, stride=(3, 1), output_padding=(2, 0), bias=False), (2, 3, 1)),
    ],
    "max_pool2d": [
        *on_images(lambda: MaxPool2d(2), (4, 6, 2), (5, 3, 1)),
        *on_images(lambda: MaxPool2d(3, stride=1), (4, 5, 2)),
        *on_images(lambda: MaxPool2d((2, 3), stride=(3, 2)), (6, 5, 1)),
        *on_images(lambda: MaxPool2d(3, stride=2, padding=1), (4, 5, 2)),
        *on_images(lambda: MaxPool2d(2, padding="same"), (3, 5, 1)),
    ],
    "avg_pool2d": [
        *on_images(lambda: AvgPool2d(2), (4, 6, 2), (5, 3, 1)),
        *on_images(lambda: AvgPool2d((3, 2), stride=(1, 3), padding=1), (4, 5, 2)),
        *on_images(lambda: AvgPool2d(3, padding="same"), (4, 2, 1)),
    ],
    "global_avg_pool2d": on_shapes(GlobalAvgPool2d, (3, 2, 4), (1, 1, 2)),
    "residual": [
        *on_shapes(lambda: Residual([Linear(3, 4), Tanh(), Linear(4, 3)]), (3,), (2, 3)),
        *on_images(lambda: Residual([Conv2d(2, 2, 3, padding="same", bias=False), ReLU()]), (3, 4, 2)),
        Example(lambda: Residual([BatchNorm(), Residual([Tanh(), Linear(2, 2)]), Dropout(0.4)]), (2,), (2, 5)),
        *on_shapes(lambda: Residual([Sigmoid()]), (4,)),
    ],
    "upsample": [
        *on_shapes(Upsample, (2, 3, 2)),
        *on_shapes(lambda: Upsample((1, 3)), (2, 1, 1)),
    ],
    "rnn": [
        *on_sequences(lambda: RNN(3, 2), (4, 3), (1, 3)),
        *on_sequences(lambda: RNN(2, 3, nonlinearity="relu", bias=False), (3, 2)),
        *on_sequences(lambda: RNN(2, 1, 2, bidirectional=True, dropout=0.4), (3, 2)),
    ],
    "gru": [
        *on_sequences(lambda: GRU(3, 2), (4, 3), (1, 3)),
        *on_sequences(lambda: GRU(2, 3, 2, bias=False, dropout=0.3), (3, 2)),
        *on_sequences(lambda: GRU(1, 2, bidirectional=True), (3, 1)),
        *on_sequences(lambda: GRU(2, 1, 2, bidirectional=True), (2, 2)),
    ],
    "lstm": [
        *on_sequences(lambda: LSTM(3, 2), (4, 3), (1, 3)),
        *on_sequences(lambda: LSTM(2, 3, 3, bias=False), (3, 2)),
        *on_sequences(lambda: LSTM(1, 2, bidirectional=True), (3, 1)),
        *on_sequences(lambda: LSTM(2, 1, 2, bidirectional=True, dropout=0.4), (2, 2)),
    ],
    "embedding": [Example(lambda: Embedding(5, 3), shape, tokens=5) for shape in ((4,), (), (2, 3))],
    "last": on_shapes(Last, (3, 2), (1, 4)),
}


def kind_of_layer(example: Example) -> type[Layer]:
    return type(example.make())


def family_of_layer(example: Example) -> str:
    """Return the file of a layer's class: layers of one file share most of what a view sees of them."""
    return kind_of_layer(example).__module__


def group_of_layer(example: Example) -> str:
    """Return the folder of a layer's class, its file where it is in none: what one view shows in the same way."""
    return ".".join(family_of_layer(example).split(".")[:3])


_GROUPS = {group_of_layer(examples[0]): examples[0] for examples in reversed(EXAMPLES.values())}
ONE_OF_EACH_GROUP = list(_GROUPS.values())
ALL = [example for examples in EXAMPLES.values() for example in examples]


@dataclass
class Step:
    """One forward and backward pass through one layer, on arrays that nobody may write to."""

    example: Example
    batch: int
    dtype: type = np.float64
    training: bool = True
    layer: Layer = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.batch)
        self.layer = self.example.make()
        net = Sequential(self.layer, input_shape=self.example.shape, dtype=self.dtype)
        net.theta[...] = rng.normal(size=net.theta.shape)
        for buffer in self.layer.buffers.values():
            buffer[...] = rng.uniform(0.5, 2.0, buffer.shape)
        x = self.example.inputs(rng, self.batch)
        self.x = x.astype(self.dtype) if self.example.tokens is None else x
        self.x.flat[0] = 0
        self.delta = rng.normal(size=(self.batch, *self.layer.output_shape)).astype(self.dtype)
        self.flat = np.full_like(net.theta, np.nan)
        self.gradient: Views = views_of(self.flat, net.slots, 0)
        for array in (self.x, self.delta, *self.layer.views.values(), *self.layer.buffers.values()):
            array.flags.writeable = False

    def run(self) -> dict[str, Array]:
        """Return every array of the step by its name in the formulas."""
        rng = np.random.default_rng(5)
        y, cache = self.layer.forward(self.x, Context(self.training, rng))
        for array in (y, *cache.values()):
            array.flags.writeable = False
        delta_in = self.layer.backward(self.delta, cache, self.gradient)
        self.cache = cache
        return self.layer.arrays(self.x, y, cache, self.delta, self.gradient, delta_in)


def modes(example: Example) -> tuple[bool, ...]:
    """Return the values of ``training`` under which the layer has formulas of its own."""
    layer = Step(example, 3).layer
    training, inference = (list(layer.formulas(training=mode)) for mode in (True, False))
    return (True,) if training == inference else (True, False)


PASSES = [(example, training) for example in ALL for training in modes(example)]
