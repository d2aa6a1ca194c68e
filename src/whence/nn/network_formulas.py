"""The forward formulas of a whole network: all that a stand-alone program needs to compute its output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whence.arguments import checks_arguments
from whence.arrays import Array, Shape
from whence.formula import Formula, Recurrence
from whence.formula.shapes import find_shapes
from whence.nn.layer import Layer
from whence.nn.naming import name_layers
from whence.nn.paths import symbol_of


@checks_arguments
@dataclass(frozen=True)
class NetworkFormulas:
    """The formulas by which a network computes its output, in textbook names.

    Parameters
    ----------
    input, output : str
        The names of the input and the output.
    formulas : tuple of Formula
        The formula of every computed array, in the order of computation.
    recurrences : tuple of Recurrence
        Which arrays depend on each other over time, and are computed together, time step by time step; the formula of
        any other array reads only arrays before it.
    shapes : dict of str to tuple of int
        The shape of every array, −1 for the batch axis and any other axis of open length.
    parameters, buffers : dict of str to array
        Copies of the parameters and of other arrays that layers keep, such as running statistics.

    Examples
    --------
    >>> from whence.formula import write
    >>> from whence.nn import Linear, ReLU, Sequential
    >>> made = Sequential(Linear(4, 3), ReLU(), Linear(3, 2)).formulas()
    >>> [write(formula) for formula in made.formulas[:2]]
    ['z1[n, j] = Σ_i x[n, i] · W1[i, j] + b1[j]', 'a1[n, j] = max(0, z1[n, j])']
    >>> made.output, made.shapes["z2"]
    ('z2', (-1, 2))
    """

    input: str
    output: str
    formulas: tuple[Formula, ...]
    recurrences: tuple[Recurrence, ...]
    shapes: dict[str, Shape]
    parameters: dict[str, Array]
    buffers: dict[str, Array]


def network_formulas(layers: Sequence[Layer]) -> NetworkFormulas:
    """Return the forward formulas of the layers of a network.

    Raises
    ------
    FormulaError
        If the length of an axis follows from nothing.
    """
    names = name_layers(layers)
    formulas: list[Formula] = []
    recurrences: list[Recurrence] = []
    parameters: dict[str, Array] = {}
    buffers: dict[str, Array] = {}
    shapes: dict[str, Shape] = {}
    for layer, own in zip(layers, names, strict=True):
        used = layer.formulas(training=False).renamed(own.renamed.__getitem__)
        made = {formula.target.array for formula in used.forward}
        formulas += used.forward
        recurrences += [recurrence for recurrence in used.recurrences if made.issuperset(recurrence.arrays)]
        parameters |= {own.parameters[name]: view.copy() for name, view in layer.views.items()}
        buffers |= {own.renamed[symbol_of(path)]: buffer.copy() for path, buffer in layer.buffers.items()}
        shapes |= {own.renamed[symbol]: shape for symbol, shape in layer.shapes().items()}
    shapes |= {name: array.shape for name, array in {**parameters, **buffers}.items()}
    return NetworkFormulas(
        names[0].input,
        names[-1].output,
        tuple(formulas),
        tuple(recurrences),
        find_shapes(formulas, shapes),
        parameters,
        buffers,
    )
