"""What the values of an ONNX graph are to whence: outputs of layers, arranged in some way, and functions of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from whence.arrays import Array, Shape
from whence.nn import Layer

MOST_PLACES = 2**22
"""The most numbers of a sample in one value."""


MISFITS = ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError
"""What is raised where inputs or attributes of a node are not those that its operator has."""


class Unsayable(Exception):
    """No layer of whence does what a node does; the message says what that is."""


@dataclass(frozen=True, eq=False)
class Stage:
    """The output of a layer, or the network's input.

    Parameters
    ----------
    shape : tuple of int
        The shape of a sample.
    before : Stage or None
        What the layer takes; None for the input.
    layer : Layer or None
        The layer, not bound to a network; None for the input.
    arrays : mapping of str to array
        Its parameters and buffers by name.
    backward : bool
        Whether it is the half of a recurrent layer that runs from the last time step to the first.
    """

    shape: Shape
    before: Stage | None = None
    layer: Layer | None = None
    arrays: Mapping[str, Array] = field(default_factory=dict)
    backward: bool = False

    def __post_init__(self) -> None:
        if self.size > MOST_PLACES:
            raise Unsayable(f"has {self.size:,} numbers for each sample; at most {MOST_PLACES:,} are possible")

    @property
    def size(self) -> int:
        """The number of values of a sample."""
        return math.prod(self.shape)

    def then(self, layer: Layer, arrays: Mapping[str, Array] | None = None) -> Stage:
        """Return the output of a layer that takes this."""
        return Stage(tuple(layer.shape_out(self.shape)), self, layer, arrays or {})

    def changed(self, layer: Layer, arrays: Mapping[str, Array]) -> Stage:
        """Return this with another layer of the same shape for its own."""
        return replace(self, layer=layer, arrays=arrays)

    def places(self) -> Array:
        """Return the number of each value of a sample, in row-major order."""
        return np.arange(self.size, dtype=np.int32).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Input(Stage):
    """The network's input: ``(x − shift) · scale`` of the raw input x.

    Parameters
    ----------
    order : array, shape (size,)
        The place, in a sample of the file's input, of each value in its own sample.
    shift, scale : array, shape (size,)
        The preprocessing of each value.
    """

    order: Array = field(default_factory=lambda: np.empty(0))
    shift: Array = field(default_factory=lambda: np.empty(0))
    scale: Array = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False)
class Signal:
    """A value of the graph whose numbers are those of a stage, arranged in some way.

    Parameters
    ----------
    stage : Stage
        The stage.
    places : int array
        For each number of a sample, its place in the stage's; with an axis of the batch, whose length is 1, or more
        where a further axis is merged into it.
    batch : int
        The axis of the batch.
    """

    stage: Stage
    places: Array
    batch: int = 0

    @property
    def sample(self) -> Array:
        """The places without the axis of the batch."""
        alone = self.places.shape[self.batch] == 1
        return self.places.squeeze(self.batch) if alone else self.places

    @property
    def images(self) -> bool:
        """Whether the batch axis is the first, and alone there."""
        return self.batch == 0 and self.places.shape[0] == 1

    def shape(self, samples: int) -> Shape:
        """Return the shape of the value in a batch of so many samples."""
        return tuple(samples * n if axis == self.batch else n for axis, n in enumerate(self.places.shape))

    def moved(self, places: Array, batch: int) -> Signal:
        """Return the same numbers in another arrangement."""
        if places.size > MOST_PLACES:
            raise Unsayable(f"has {places.size:,} numbers for each sample; at most {MOST_PLACES:,} are possible")
        return Signal(self.stage, places, batch)

    def like(self, stage: Stage) -> Signal:
        """Return a stage whose sample has the axes of this one's, in order."""
        places = stage.places()
        alone = self.places.shape[self.batch] == 1
        return Signal(stage, np.expand_dims(places, self.batch) if alone else places, self.batch)

    def same_places(self, other: Signal) -> bool:
        """Return whether two signals have the same numbers at the same places."""
        return self.stage is other.stage and self.batch == other.batch and np.array_equal(self.places, other.places)


@dataclass(frozen=True, eq=False)
class Expression:
    """A value that is a function of others, elementwise or with means along an axis, whose layer is not known yet.

    Parameters
    ----------
    function : callable
        From the operands' numbers to its own.
    operands : tuple of Signal, Expression or float
        What it is computed from.
    name : str
        The node that makes it.
    depth : int
        The most functions one within another.
    across : int or None
        The axis along which it takes means, of which its function has the last; None if it takes none.
    """

    function: Callable[..., Array]
    operands: tuple[Signal | Expression | float, ...]
    name: str
    depth: int = 1
    across: int | None = None

    @property
    def leaf(self) -> Signal:
        """The signal that it is a function of."""
        return next(
            each if isinstance(each, Signal) else each.leaf for each in self.operands if not isinstance(each, float)
        )


@dataclass(frozen=True, eq=False)
class Padded:
    """A signal with a margin of one number around it.

    Parameters
    ----------
    signal : Signal
        The signal.
    pads : tuple of int
        The margins at the beginnings of all axes, then at their ends.
    value : float
        The number.
    """

    signal: Signal
    pads: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class Joined:
    """Outputs of different layers side by side, such as the last states of several, of which a later node takes one.

    Parameters
    ----------
    parts : tuple of Signal
        The outputs.
    axis : int
        The axis along which they are side by side.
    name : str
        The node that joins them.
    """

    parts: tuple[Signal, ...]
    axis: int
    name: str

    def refusal(self) -> Unsayable:
        """Return what a node raises that takes them together."""
        return Unsayable(f"takes {self.name}, which puts branches side by side, as no layer of whence does")

    def part(self, index: int) -> tuple[Signal, int]:
        """Return the output that has an index along the axis, and the index in it."""
        lengths = [part.places.shape[self.axis] for part in self.parts]
        index = index if index >= 0 else index + sum(lengths)
        for part, length in zip(self.parts, lengths, strict=True):
            if 0 <= index < length:
                return part, index
            index -= length
        raise Unsayable("takes a place that is not there")


@dataclass(frozen=True, eq=False)
class Head:
    """What follows the last layer and is left out, since a loss or a prediction has it.

    Parameters
    ----------
    name : str
        The name of the value that it is made from.
    signal : Signal
        That value.
    classes : tuple of str or None
        The names of the classes, if it has them.
    loss : str
        The name of the loss that has it; empty if it may be any.
    """

    name: str
    signal: Signal
    classes: tuple[str, ...] | None = None
    loss: str = ""


@dataclass(frozen=True)
class Unknown:
    """A value for which whence has no layer.

    Parameters
    ----------
    reason : str
        What it is, if that is not told already; a node that takes it tells it.
    """

    reason: str = ""


Value: TypeAlias = Signal | Expression | Padded | Joined | Head | Unknown | Array | None


def channels_first(stage: Stage) -> Signal:
    """Return a stage with channels last as a value with the channels on the second axis, after that of the batch."""
    return Signal(stage, np.moveaxis(stage.places(), -1, 0)[np.newaxis])


def whole(numbers: Sequence[int] | Array) -> list[int]:
    """Return whole numbers as Python's."""
    return [int(number) for number in numbers]


def short(number: float) -> float:
    """Return a number that the file has in float32 as it was before."""
    return float(f"{number:.6g}")
