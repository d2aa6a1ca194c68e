"""The forward formulas of a whole network: all that a stand-alone program needs to compute its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whence.arguments import checks_arguments
from whence.arrays import Array, Shape
from whence.errors import FormulaError
from whence.formula import Affine, Entry, Formula, Index, Recurrence
from whence.formula.evaluate import unknown_extent
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
        _all_shapes(formulas, shapes),
        parameters,
        buffers,
    )


def _all_shapes(formulas: Sequence[Formula], known: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the shapes of all arrays: within a formula, all axes that an index alone subscripts have one length."""
    lengths = {(name, axis): length for name, shape in known.items() for axis, length in enumerate(shape)}
    before = -1
    while len(lengths) > before:
        before = len(lengths)
        for formula in formulas:
            places = [place for entry in (formula.target, *formula.sources) for place in _places(entry)]
            found = {index: lengths[axis] for index, axis in places if index.extent is None and axis in lengths}
            own = {index: index.extent for index in formula.indices if index.extent is not None}
            lengths |= {axis: found[index] for index, axis in places if index in found}
            lengths |= {axis: own[index] for index, axis in _places(formula.target) if index in own}
    shapes = dict(known)
    for formula in formulas:
        name = formula.target.array
        for axis, index in enumerate(formula.indices):
            if (name, axis) not in lengths:
                raise FormulaError(unknown_extent(name, index))
        shapes[name] = tuple(lengths[name, axis] for axis in range(len(formula.indices)))
    return shapes


def _places(entry: Entry) -> list[tuple[Index, tuple[str, int]]]:
    """Return the indices that alone subscript an axis of an entry, each with the array and the axis."""
    return [
        (place.bare, (entry.array, axis))
        for axis, place in enumerate(entry.subscripts)
        if isinstance(place, Affine) and place.bare is not None
    ]
