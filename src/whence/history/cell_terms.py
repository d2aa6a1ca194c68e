"""What each sample of a batch adds to some cells of a parameter's gradient, from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from whence.arrays import Array, Shape
from whence.formula import Affine, Entry, Expression, Formula, Index
from whence.formula.evaluate import CellEvaluation
from whence.formula.expressions import Operation
from whence.history.sample_shares import sample_term
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.parameter import Slot, views_of
from whence.training import BackwardPass, Training


class CellTerms:
    """Computes the terms of a parameter's gradient, by the formulas of its layer at one value of the batch index.

    Parameters
    ----------
    net : Sequential
        The network.
    slot : Slot
        The parameter.
    cells : sequence of tuple of int
        The indices of C cells.
    """

    def __init__(self, net: Sequential, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        layer = self._layer = net.layers[slot.layer]
        self._slot, self._cells, self._dtype = slot, cells, net.dtype
        self._uses = [position for position, each in enumerate(net.layers) if each is layer]
        symbols = {name: parameter.symbol for name, parameter in layer.declared_parameters().items()}
        self._symbol, self._parameters = symbols[slot.name], frozenset(symbols.values())
        self._terms: dict[tuple[bool, bool], _Products | CellEvaluation] = {}
        self.position_shape: list[int] = []

    def into(self, out: Array, training: Training, backward: BackwardPass) -> Array | None:
        """Write the terms of the gradient of a step into an array.

        Parameters
        ----------
        out : array, shape (B, C)
            What each of B samples adds to each cell.
        training, backward
            The training before the optimizer's step.

        Returns
        -------
        float64 array, shape (P, C), or None
            What was added at each of P positions, if the layer uses the parameter at positions, such as those of an
            image, whose axes are then ``position_shape``.
        """
        terms = self._terms_for(training, backward)
        first, *others = self._uses
        if isinstance(terms, _Products) and not others:
            terms.into(out, self._arrays(terms, first, training, backward))
            return None
        if isinstance(terms, _Products):
            terms = terms.evaluation
        added = [terms(self._arrays(terms, use, training, backward)) for use in self._uses]
        found = sum(added[1:], start=added[0])
        samples, *self.position_shape, cells = found.shape
        if not self.position_shape:
            out[...] = found
            return None
        out[...] = found.reshape(samples, -1, cells).sum(1, np.float64)
        return np.asarray(found.sum(0, np.float64).reshape(-1, cells))

    def _terms_for(self, training: Training, backward: BackwardPass) -> _Products | CellEvaluation:
        """Return what computes terms, which depends on whether there are a state and lengths."""
        state, lengths = training.state, backward.batch.lengths
        kind = state is not None, lengths is not None
        if kind not in self._terms:
            context = Context(training=True, state=state, lengths=lengths).within(self._uses[0])
            formulas = self._layer.formulas_in(context).backward
            (gradient,) = [each for each in formulas if each.target.array == f"d{self._symbol}"]
            term = sample_term(gradient, self._parameters)
            places = dict(zip(gradient.indices, np.array(self._cells, np.intp).T, strict=True))
            evaluation = CellEvaluation(term, places, self._dtype)
            is_plain = _is_product_over(term, gradient.indices)
            self._terms[kind] = _Products(evaluation) if is_plain else evaluation
        return self._terms[kind]

    def _arrays(
        self, terms: _Products | CellEvaluation, position: int, training: Training, backward: BackwardPass
    ) -> Mapping[str, Array]:
        """Return what terms are made of, by name, at one use of the layer."""
        net, layer, passing = training.net, self._layer, backward.passing
        assert passing is not None
        x, y, delta = passing.values[position], passing.values[position + 1], passing.deltas[position + 1]
        arrays = {**backward.tape[position], layer.input_symbol: x, f"d{layer.output_symbol}": delta}
        if arrays.keys() >= {*terms.names}:
            return arrays
        views = views_of(backward.gradient, net.slots, self._slot.layer)
        return layer.arrays(x, y, backward.tape[position], delta, views, passing.deltas.get(position))


class _Products:
    """Terms that are products of entries, such as ``x[n, i] · dz[n, j]``, computed without other arrays, for speed."""

    def __init__(self, evaluation: CellEvaluation) -> None:
        self.evaluation, self.names = evaluation, evaluation.names
        self._entries = evaluation.formula.sources
        self._columns: list[Array] = []
        self._factor = np.empty((0, 0), evaluation.dtype)

    def into(self, out: Array, arrays: Mapping[str, Array]) -> None:
        """Write the terms of a batch, (B, C), into an array."""
        factors = [arrays[entry.array].reshape(len(out), -1) for entry in self._entries]
        if not self._columns:
            self._columns = [self._of(entry, arrays[entry.array].shape[1:]) for entry in self._entries]
        if len(self._factor) < len(out):
            self._factor = np.empty_like(out)
        factors[0].take(self._columns[0], axis=1, out=out, mode="clip")
        for array, columns in zip(factors[1:], self._columns[1:], strict=True):
            out *= array.take(columns, axis=1, out=self._factor[: len(out)], mode="clip")

    def _of(self, entry: Entry, shape: Shape) -> Array:
        """Return the column of each cell, (C,), in an array whose other axes than that of samples are made one."""
        bare = (place.bare for place in entry.subscripts[1:] if isinstance(place, Affine))
        places = [self.evaluation.places[index] for index in bare if index is not None]
        return np.asarray(np.ravel_multi_index(places, shape))


def _is_product_over(term: Formula, cell: Sequence[Index]) -> bool:
    """Return whether a term is a product of entries, each of an array of samples at indices of the cell."""
    _, *others = (index for index in term.indices if index not in cell)
    if others or not _is_product(term.expression):
        return False
    places = [entry.subscripts for entry in term.sources]
    if not all(place and all(isinstance(each, Affine) and each.bare for each in place) for place in places):
        return False
    return all(
        isinstance(each, Affine) and (each.bare in cell) == (axis > 0)
        for place in places
        for axis, each in enumerate(place)
    )


def _is_product(node: Expression) -> bool:
    if isinstance(node, Operation) and node.symbol == "*":
        return _is_product(node.left) and _is_product(node.right)
    return isinstance(node, Entry)
