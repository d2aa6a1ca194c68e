"""Terms of gradients that are products of entries, such as ``x[n, i] · dz[n, j]``: fast, and without other arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from whence.arrays import Array, Shape
from whence.data import Batches
from whence.formula import Affine, Entry, Expression, Formula, Index
from whence.formula.expressions import Operation
from whence.history.cell_terms import CellTerms
from whence.history.layer_arrays import arrays_of_layer
from whence.nn import Flatten, Reshape
from whence.nn.chain import leaf_layers
from whence.nn.context import Context
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training


def terms_of_cells(training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> CellTerms:
    """Return what computes the terms of cells of a parameter, as `CellTerms`, in the quickest way."""
    terms, layer = CellTerms(training.net, slot, cells), training.net.layers[slot.layer]
    if training.net.layers.count(layer) > 1 or any(leaf.masks_padding for leaf in leaf_layers([layer])):
        return terms
    evaluation = terms.evaluation_in(Context(training=True))
    return ProductTerms(training, slot, cells) if _is_product_over(evaluation.formula, evaluation.places) else terms


class ProductTerms(CellTerms):
    """Terms that are products of an entry of each of some arrays of samples.

    Where samples reach the layer in the same way in all steps, the entries of its input are left out in each step and
    are `inputs` instead. The cells of a column of a weight have one product of the others, which is computed once.
    """

    def __init__(self, training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        super().__init__(training.net, slot, cells)
        evaluation = self.evaluation_in(Context(training=True))
        places, entries = evaluation.places, evaluation.formula.sources
        self._given: list[Array] = []
        if _gets_samples_themselves(training, slot.layer):
            given = [entry for entry in entries if entry.array == self._layer.input_symbol]
            entries = [entry for entry in entries if entry not in given]
            self._given = [_columns(entry, places, self._layer.input_shape) for entry in given]
            self.leaves_inputs = bool(given)
        indices = [index for index in places if any(index in _indices(entry) for entry in entries)]
        distinct, columns = np.unique([places[index] for index in indices], axis=1, return_inverse=True)
        self.columns = columns.reshape(-1)
        self._entries, self._places = entries, dict(zip(indices, distinct, strict=True))
        self._names = {entry.array for entry in entries}
        self._read: list[Array] = []

    def into(self, out: Array, training: Training, backward: BackwardPass) -> None:
        """Write the terms of the gradient of a step, without the inputs that are the same in all steps."""
        arrays = arrays_of_layer(training.net, self._slot.layer, backward, self._names)
        factors = [arrays[entry.array] for entry in self._entries]
        if not self._read:
            self._read = [
                _columns(entry, self._places, factor.shape[1:])
                for entry, factor in zip(self._entries, factors, strict=True)
            ]
        out[...] = _products(factors, self._read)

    def inputs(self, x: Array) -> Array:
        return _products([x] * len(self._given), self._given) if self.leaves_inputs else super().inputs(x)


def _is_product_over(term: Formula, cell: Collection[Index]) -> bool:
    """Return whether a term is a product of entries, each of an array of samples at indices of the cell."""
    _, *others = (index for index in term.indices if index not in cell)
    if others or not _is_product(term.expression):
        return False
    places = [entry.subscripts for entry in term.sources]
    if not all(len(place) > 1 and all(isinstance(each, Affine) and each.bare for each in place) for place in places):
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


def _gets_samples_themselves(training: Training, position: int) -> bool:
    """Return whether the input of a layer has the same numbers for a sample in every step, in the order of the data."""
    if not isinstance(training.batches, Batches) or training.batches.augmentation is not None:
        return False
    return all(isinstance(layer, Flatten | Reshape) for layer in training.net.layers[:position])


def _products(arrays: Sequence[Array], columns: Sequence[Array]) -> Array:
    """Return the products of K columns of arrays, whose axes after that of samples are made one: (B, K)."""
    first, *others = (
        array.reshape(len(array), -1).take(own, axis=1) for array, own in zip(arrays, columns, strict=True)
    )
    for other in others:
        first *= other
    return first


def _indices(entry: Entry) -> list[Index]:
    """Return the indices of an entry after that of the sample."""
    bare = (place.bare for place in entry.subscripts[1:] if isinstance(place, Affine))
    return [index for index in bare if index is not None]


def _columns(entry: Entry, places: Mapping[Index, Array], shape: Shape) -> Array:
    """Return the column of each cell in an array whose axes after that of samples, of a shape, are made one."""
    return np.asarray(np.ravel_multi_index([places[index] for index in _indices(entry)], shape))
