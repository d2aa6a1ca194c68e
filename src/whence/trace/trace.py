"""A trace: every array of one training step, with its name, its formula and its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.drawings import drawings
from whence.errors import UnknownNameError
from whence.formula import Cell, Formula, to_json
from whence.formula.cell import recorded_cell
from whence.formula.filling import check_index
from whence.registry import unknown

Phase: TypeAlias = Literal["data", "setting", "parameter", "forward", "loss", "backward", "update"]


@checks_arguments
@dataclass(frozen=True)
class Origin:
    """The part of a training step that made an array.

    Parameters
    ----------
    phase : str
        ``"data"``, ``"parameter"``, ``"forward"``, ``"loss"``, ``"backward"`` or ``"update"``;
        ``"setting"`` for the learning rate and the number of the step.
    function : str
        The function that computed it: ``"whence.nn.Linear.forward"``; empty for an array that was given.
    layer : int or None
        The position of its layer, if it belongs to one.
    parameter : str or None
        The parameter that it updates, if it is part of an update: ``"W1"``.
    """

    phase: Phase
    function: str = ""
    layer: int | None = None
    parameter: str | None = None


@checks_arguments
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
        The number of the layer, if it belongs to one, counting the layers that have parameters.
    arrays : tuple of str
        The arrays that are given or computed, in order.
    """

    kind: str
    number: int | None
    arrays: tuple[str, ...]


@checks_arguments
@dataclass(frozen=True)
class LayerInfo:
    """One layer of the traced network.

    Parameters
    ----------
    text : str
        The layer as it is written in code: ``"Linear(784, 96)"``.
    kind : str
        The name of its class: ``"Linear"``.
    number : int
        Its number, counting the layers that have parameters.
    input, output : str
        The names of its input and its output.
    parameters : tuple of str
        The names of its parameters.
    """

    text: str
    kind: str
    number: int
    input: str
    output: str
    parameters: tuple[str, ...]


@checks_arguments
@dataclass(frozen=True, repr=False)
class Trace(Mapping[str, Array]):
    """One training step: a mapping from the names of arrays to the arrays.

    Parameters
    ----------
    arrays : dict of str to array
        Every array, in the order of computation.
    formulas : dict of str to Formula
        The formula of every computed array.
    origins : dict of str to Origin
        The origin of every array.
    steps : tuple of Step
        The order in which a person would compute it.
    layers : tuple of LayerInfo
        The network.
    description : dict
        The loss, the optimizer and, if known, the names of the classes, as JSON.

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

    @checks_arguments
    def cell(self, name: str, *index: int) -> Cell:
        """Return one entry of an array and how it was computed.

        Parameters
        ----------
        name : str
            The array: ``"dW1"``.
        *index : int
            The entry's index, one number for each axis.

        Raises
        ------
        UnknownNameError
            If there is no such array.
        ArgumentError
            If the index is outside the array; the message names the axis.
        """
        check_index(name, self[name].shape, index)
        return recorded_cell(name, index, self.formulas.get(name), self.arrays, self.origins[name].function)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the arrays as JSON."""
        return {
            "formulas": {name: to_json(formula) for name, formula in self.formulas.items()},
            "origins": {name: asdict(origin) for name, origin in self.origins.items()},
            "steps": [asdict(step) for step in self.steps],
            "layers": [asdict(layer) for layer in self.layers],
            "description": self.description,
        }

    def __repr__(self) -> str:
        return f"Trace({', '.join(f'{name}: {array.shape}' for name, array in self.items())})"

    def _repr_html_(self) -> str:
        return drawings["trace"](self)
