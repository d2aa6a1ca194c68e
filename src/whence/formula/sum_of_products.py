"""Sums of products, such as ``Σ_i Σ_j W[i, j] · x[n, i] · dz[n, j]``: fast, as matrix products in the arrays' dtype."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from string import ascii_letters
from typing import Any

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import FormulaError
from whence.formula.derive.substitution import NoPlace, substitute
from whence.formula.evaluate import Arrays, Scope, find_extents
from whence.formula.expressions import (
    Affine,
    Entry,
    Expression,
    Formula,
    Index,
    Operation,
    Position,
    Reduction,
    free_indices,
)

_Operand = tuple[Callable[[Arrays], Array], tuple[Index, ...]]
"""A factor: what makes its values, and the index of each of their axes."""


class SumOfProducts:
    """A formula that is one sum of products, evaluated again and again.

    Every factor is an array over its own indices alone, and `numpy.einsum` sums their products, mostly by matrix
    products.

    Parameters
    ----------
    formula : Formula
        The formula; its sum may have conditions.

    Raises
    ------
    FormulaError
        If the formula is not such a sum.
    """

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self.names = tuple(dict.fromkeys(entry.array for entry in formula.sources))
        self._factors = _factors(formula)
        self._shapes: list[Shape] = []

    def __call__(self, arrays: Arrays) -> Array:
        """Return the array that the formula computes.

        Parameters
        ----------
        arrays : mapping of str to array
            Every array that the formula reads, by name.

        Returns
        -------
        array
            One entry for each value of the target's indices.

        Raises
        ------
        FormulaError
            As for `whence.formula.evaluate`.
        """
        shapes = [np.shape(arrays[name]) for name in self.names]
        if shapes != self._shapes:
            self._prepare(arrays)
            self._shapes = shapes
        values = [values(arrays) for values, _ in self._operands]
        for places, product in self._products:
            values.append(product(*[values.pop(place) for place in places]))
        return values[0]

    def _prepare(self, arrays: Arrays) -> None:
        """Find the extents of the indices, and the order of the products."""
        extents = find_extents(self.formula, arrays)
        given = [np.asarray(arrays[name]) for name in self.names]
        dtype = np.result_type(*(array for array in given if array.dtype.kind == "f"), np.float32)
        self._operands = [_operand(factor, extents, arrays, dtype) for factor in self._factors]
        letters = dict(zip(extents, ascii_letters, strict=False))
        subscripts = ["".join(letters[index] for index in indices) for _, indices in self._operands]
        result = "".join(letters[index] for index in self.formula.indices)
        sizes = [np.broadcast_to(0, tuple(extents[index] for index in indices)) for _, indices in self._operands]
        path = np.einsum_path(f"{','.join(subscripts)}->{result}", *sizes, optimize="greedy")[0][1:]
        self._products: list[tuple[list[int], Callable[..., Array]]] = []
        for number, step in enumerate(path, 1):
            places = sorted(step, reverse=True)
            factors = [subscripts.pop(place) for place in places]
            left = {*result, *"".join(subscripts)}
            made = (
                result if number == len(path) else "".join(dict.fromkeys(filter(left.__contains__, "".join(factors))))
            )
            self._products.append((places, _product(factors, made)))
            subscripts.append(made)


def _product(factors: list[str], made: str) -> Callable[..., Array]:
    """Return what multiplies arrays and sums over the letters of their axes that the result does not have.

    Where these alone are common to two arrays, it is a matrix product.
    """
    summed = [letter for letter in dict.fromkeys("".join(factors)) if letter not in made]
    plain = all(len({*factor}) == len(factor) for factor in factors)
    if len(factors) == 2 and plain and {*factors[0]} & {*factors[1]} == {*summed}:
        left, right = ([factor.index(letter) for letter in summed] for factor in factors)
        axes = (left, right)
        found = "".join(letter for letter in "".join(factors) if letter in made)
        order = [found.index(letter) for letter in made]
        return lambda first, second: np.tensordot(first, second, axes).transpose(order)
    return partial(np.einsum, f"{','.join(factors)}->{made}")


def _factors(formula: Formula) -> list[Expression]:
    """Return the factors of the terms of a sum, each over as few indices as it can be.

    A condition is a factor that is 1 or 0. One by which an index has the value of an entry is put in its place: the
    terms of ``Σ_k W[k, j] · dy[n, j]`` where ``x[n] = k`` are ``W[x[n], j] · dy[n, j]``.
    """
    node = formula.expression
    summed: set[Index] = set()
    conditions: list[Expression] = []
    while isinstance(node, Reduction) and node.kind == "Sum":
        summed |= {*node.indices}
        conditions += node.where
        node = node.body
    if not summed:
        raise FormulaError(f"the formula of {formula.target.array} is not a sum of products")
    factors = [*_multiplied(node), *conditions]
    for condition in conditions:
        for index, entry in _settled_by(condition):
            try:
                others = [substitute(factor, {index: entry}) for factor in factors if factor is not condition]
            except NoPlace:
                continue
            if index in summed:
                factors = others
    return factors


def _multiplied(node: Expression) -> list[Expression]:
    if isinstance(node, Operation) and node.symbol == "*":
        return _multiplied(node.left) + _multiplied(node.right)
    return [node]


def _settled_by(condition: Expression) -> Iterator[tuple[Index, Entry]]:
    """Yield an index and the entry that it is equal to where a condition holds."""
    if isinstance(condition, Operation) and condition.symbol == "=":
        for place, value in ((condition.left, condition.right), (condition.right, condition.left)):
            if isinstance(place, Position) and place.place.bare is not None and isinstance(value, Entry):
                yield place.place.bare, value


def _operand(factor: Expression, extents: dict[Index, int], arrays: Arrays, dtype: Any) -> _Operand:
    if isinstance(factor, Entry):
        return _gathered(factor, extents, arrays, dtype)
    indices = tuple(sorted(free_indices(factor), key=lambda index: index.name))
    shape = tuple(extents[index] for index in indices)
    scope = partial(Scope, extents=extents, bindings=_bindings(indices, extents), axes=len(indices))

    def values(arrays: Arrays) -> Array:
        with np.errstate(all="ignore"):
            return np.broadcast_to(scope(arrays).value(factor), shape).astype(dtype)

    return values, indices


def _gathered(entry: Entry, extents: dict[Index, int], arrays: Arrays, dtype: Any) -> _Operand:
    """Return an array as it is along axes whose subscript is an index, and gathered along the others, which come first.

    So the patches of a convolution are copied row by row, and zero where they are outside the image.
    """
    lengths = np.shape(arrays[entry.array])
    whole = [_whole(place, length, extents) for place, length in zip(entry.subscripts, lengths, strict=True)]
    kept = [axis for axis, index in enumerate(whole) if index is not None]
    read = [axis for axis, index in enumerate(whole) if index is None]
    places = Entry("places", tuple(entry.subscripts[axis] for axis in read))
    own = tuple(sorted(free_indices(places), key=lambda index: index.name))
    bindings = _bindings(own, extents)

    def values(arrays: Arrays) -> Array:
        array: Array = np.asarray(arrays[entry.array], dtype)
        if not read:
            return array
        array = array.transpose(*read, *kept)
        along = np.broadcast_to(np.False_, array.shape[: len(read)])
        at, inside = Scope({**arrays, "places": along}, extents, bindings, len(own)).places(places)
        found: Array = array[tuple(np.broadcast_arrays(*at, *bindings.values())[: len(at)])]
        if not inside.all():
            found *= inside.reshape(*inside.shape, *(1,) * len(kept))
        return found

    return values, (*own, *(index for index in whole if index is not None))


def _whole(place: Any, length: int, extents: dict[Index, int]) -> Index | None:
    """Return the index that runs over a whole axis of a length, if a subscript is one."""
    index = place.bare if isinstance(place, Affine) else None
    return index if index is not None and extents[index] == length else None


def _bindings(indices: tuple[Index, ...], extents: dict[Index, int]) -> dict[Index, Array]:
    return dict(zip(indices, np.ix_(*(np.arange(extents[index]) for index in indices)), strict=True))
