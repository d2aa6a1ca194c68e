"""A trace: one training step recorded whole, every array with its name and the formula that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whence.arrays import Array, Shape
from whence.drawings import drawings
from whence.errors import ArgumentError, UnknownNameError
from whence.formula import Cell, Formula
from whence.formula.cell import recorded_cell
from whence.registry import unknown
from whence.wording import counted


@dataclass(frozen=True)
class Origin:
    """Which part of the training step made an array.

    Parameters
    ----------
    phase : str
        ``"data"``, ``"parameter"``, ``"forward"``, ``"loss"``, ``"backward"`` or ``"update"``;
        ``"setting"`` for the learning rate and the number of the step.
    function : str
        The function in whence that computed it: ``"whence.nn.Linear.forward"``; empty for what was given.
    layer : int or None
        The position of the layer that it belongs to, if it belongs to one.
    parameter : str or None
        The parameter whose update it is a part of, if it is a part of one: ``"W1"``.
    """

    phase: str
    function: str = ""
    layer: int | None = None
    parameter: str | None = None


@dataclass(frozen=True)
class Step:
    """One step of the computation, as a person would make it by hand.

    Parameters
    ----------
    kind : str
        What the step does: ``"data"``, ``"parameters"``, ``"layer"``, ``"output"``, ``"error"``, ``"slopes"``,
        ``"output delta"``, ``"layer error"``, ``"layer delta"``, ``"input delta"``, ``"gradients"``, ``"clipping"``,
        ``"weights"``, ``"biases"`` or ``"statistics"``.
    number : int or None
        Of which layer, counted by those that have parameters.
    arrays : tuple of str
        The arrays that it reads in or fills, in their order.
    """

    kind: str
    number: int | None
    arrays: tuple[str, ...]


@dataclass(frozen=True)
class LayerInfo:
    """One layer of the traced network, for drawing it.

    Parameters
    ----------
    text : str
        The layer as it would be written: ``"Linear(784, 96)"``.
    kind : str
        Its name: ``"Linear"``.
    number : int
        Its number, counted by the layers that have parameters.
    input, output : str
        The arrays that go in and come out.
    parameters : tuple of str
        The arrays that are its parameters.
    """

    text: str
    kind: str
    number: int
    input: str
    output: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Trace(Mapping[str, Array]):
    """One training step: a mapping from the names of arrays to the arrays.

    Parameters
    ----------
    arrays : dict of str to array
        Every array, in the order of computation.
    formulas : dict of str to Formula
        The formula of every array that was computed.
    origins : dict of str to Origin
        Where each array was made.
    steps : tuple of Step
        The order in which a person would compute it.
    layers : tuple of LayerInfo
        The network.
    description : dict
        The loss, the optimizer and, where known, the names of the classes, as JSON.

    Examples
    --------
    >>> import numpy as np
    >>> from whence.nn import CrossEntropy, Linear, Sequential
    >>> from whence.optim import SGD
    >>> from whence.trace import trace
    >>> step = trace(Sequential(Linear(3, 2)), CrossEntropy(), SGD(0.1), np.ones((4, 3)), np.array([0, 1, 1, 0]))
    >>> step["dW1"].shape
    (3, 2)
    >>> [name for name, _ in step.cell("dz1", 0, 1).sources]
    ['p', 'y']
    """

    arrays: dict[str, Array]
    formulas: dict[str, Formula]
    origins: dict[str, Origin]
    steps: tuple[Step, ...]
    layers: tuple[LayerInfo, ...]
    description: dict[str, Any]

    def __getitem__(self, name: str) -> Array:
        if name not in self.arrays:
            raise UnknownNameError(unknown("array", name, self.arrays))
        return self.arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self.arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def cell(self, name: str, *index: int) -> Cell:
        """Return one entry of an array, and where it came from.

        Parameters
        ----------
        name : str
            The array: ``"dW1"``.
        *index : int
            The entry's place, one number for each axis.

        Raises
        ------
        UnknownNameError
            If there is no such array.
        ArgumentError
            If the index is outside the array; the message names the axis.
        """
        check_index(name, self[name].shape, index)
        return recorded_cell(name, index, self.formulas.get(name), self.arrays, self.origins[name].function)

    def _repr_html_(self) -> str:
        return drawings["trace"](self)


def check_index(name: str, shape: Shape, index: tuple[int, ...]) -> None:
    """Raise `ArgumentError` unless ``index`` is a place in an array of ``shape``."""
    if index and not shape:
        raise ArgumentError(f"{name} is one number; ask for {name}, without an index")
    if len(index) != len(shape):
        told = counted(len(shape), "index", "indices")
        raise ArgumentError(f"{name} is {shape}, so a cell of it has {told}; {len(index)} were given")
    for axis, (place, length) in enumerate(zip(index, shape, strict=True)):
        if not 0 <= place < length:
            raise ArgumentError(f"{name} is {shape}; {place} is outside axis {axis}, which goes from 0 to {length - 1}")
