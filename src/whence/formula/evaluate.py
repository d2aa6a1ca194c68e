"""Values of formulas and their sources: slow, obvious, and in float64 unless another precision is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array, DTypeLike, Shape
from whence.errors import FormulaError
from whence.formula.expressions import (
    Affine,
    Call,
    Constant,
    Digit,
    Entry,
    Expression,
    Formula,
    Index,
    Number,
    Operation,
    Position,
    Reduction,
    Size,
    children,
    scalar,
    walk,
)
from whence.formula.functions import ARITHMETIC, FUNCTIONS, OPERATIONS

Arrays: TypeAlias = Mapping[str, Array]
Source: TypeAlias = tuple[str, tuple[int, ...]]
"""An entry of an array: the array's name and the index."""

REDUCTIONS: dict[str, Callable[..., Any]] = {"Sum": np.sum, "Max": np.max, "ArgMax": np.argmax}


@checks_arguments
def evaluate(formula: Formula, arrays: Arrays) -> Array:
    """Return the whole array that a formula computes.

    Parameters
    ----------
    formula : Formula
        The formula.
    arrays : mapping of str to array
        Every array that the formula reads, by name; also the target, if these do not determine its shape.

    Returns
    -------
    float64 array
        One entry for each value of the target's indices.

    Raises
    ------
    FormulaError
        If an array is missing, has another number of axes, or two axes of one index differ in length.
    """
    scope, shape = _everywhere(formula, arrays)
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(scope.value(formula.expression), shape), dtype=np.float64)


class CellEvaluation:
    """The part of the array that a formula computes where some of its indices have given values, again and again.

    Parameters
    ----------
    formula : Formula
        The formula.
    places : mapping of Index to int array, shape (C,)
        For some of the target's indices, their values in each of C cells, within the array.
    dtype : dtype
        The floating-point type that it is computed in.
    """

    def __init__(self, formula: Formula, places: Mapping[Index, Array], dtype: DTypeLike = np.float64) -> None:
        self.formula, self.places, self.dtype = formula, places, np.dtype(dtype)
        self.names = tuple(dict.fromkeys(entry.array for entry in formula.sources))
        self._shapes: list[Shape] = []

    def __call__(self, arrays: Arrays) -> Array:
        """Return the part of the array for these arrays, as for `evaluate`.

        Returns
        -------
        array of the dtype, shape (..., C)
            For each value of the target's other indices, one entry for each cell.
        """
        shapes = [np.shape(arrays[name]) for name in self.names]
        if shapes != self._shapes:
            self._scope, self._shape = self._prepared(arrays)
            self._shapes = shapes
        with np.errstate(all="ignore"):
            value = replace(self._scope, arrays=arrays).value(self.formula.expression)
        spread = value if value.shape == self._shape else np.broadcast_to(value, self._shape)
        return np.asarray(spread, self.dtype)

    def _prepared(self, arrays: Arrays) -> tuple[Scope, Shape]:
        extents = find_extents(self.formula, arrays, given=self.places)
        others = [index for index in self.formula.indices if index not in self.places]
        cells = max((len(at) for at in self.places.values()), default=1)
        shape = (*(extents[index] for index in others), cells)
        *grids, own = np.ix_(*map(np.arange, shape))
        bindings = dict(zip(others, grids, strict=True)) | {index: at[own] for index, at in self.places.items()}
        return Scope(arrays, extents, bindings, len(shape), {}, self.dtype), shape


def vanishes(formula: Formula, arrays: Arrays) -> Array:
    """Return where the array that `evaluate` returns is zero because its entries are outside their arrays."""
    scope, shape = _everywhere(formula, arrays)
    return np.array(np.broadcast_to(scope.vanishes(formula.expression), shape))


def value_of(expression: Expression, arrays: Arrays) -> float:
    """Return the value of an expression without free indices.

    Parameters
    ----------
    expression : Expression
        What `whence.formula.filling.fill` returns.
    arrays : mapping of str to array
        Every array that it reads, by name.
    """
    scope, _ = _everywhere(Formula(scalar("value"), expression), arrays)
    with np.errstate(all="ignore"):
        return float(scope.value(expression))


def sources_of(expression: Expression, arrays: Arrays) -> tuple[Source, ...]:
    """Return the entries that an expression, as for `value_of`, reads, in the order of reading, each once.

    Entries that are multiplied by an entry outside its array, as the edge of a kernel is over padding, and entries of
    terms that a condition excludes are not sources.
    """
    scope, _ = _everywhere(Formula(scalar("value"), expression), arrays)
    return tuple(dict.fromkeys(scope.sources(expression, np.asarray(True))))


def find_extents(formula: Formula, arrays: Arrays, given: Collection[Index] = ()) -> dict[Index, int]:
    """Return the extent of each index of a formula: its own, or the length of the axes that it is the subscript of.

    The target's indices that are ``given`` need none.

    Raises
    ------
    FormulaError
        If an array is missing or has another number of axes, two axes of one index differ in length, or an index
        without an extent of its own is nowhere a whole subscript.
    """
    found: dict[Index, tuple[int, str]] = {}
    wanted: dict[Index, None] = dict.fromkeys(index for index in formula.indices if index not in given)
    entries = formula.sources
    if formula.target.array in arrays:
        entries.insert(0, formula.target)
    for entry in entries:
        if entry.array not in arrays:
            raise FormulaError(f"the formula for {formula.target.array} reads {entry.array}, which is missing; give it")
        shape = np.shape(arrays[entry.array])
        if len(shape) != len(entry.subscripts):
            raise FormulaError(
                f"the formula for {formula.target.array} reads {entry.array} with {len(entry.subscripts)} indices, "
                f"but it has the shape {shape}"
            )
        for axis, (subscript, length) in enumerate(zip(entry.subscripts, shape, strict=True)):
            index = subscript.bare if isinstance(subscript, Affine) else None
            if index is None or index.extent is not None:
                continue
            place = f"axis {axis} of {entry.array}"
            if index in found and found[index][0] != length:
                raise FormulaError(
                    f"in the formula for {formula.target.array} the index {index.name} runs over "
                    f"{found[index][0]} on {found[index][1]} and over {length} on {place}"
                )
            found.setdefault(index, (length, place))
    for node in walk(formula.expression):
        if isinstance(node, Reduction):
            wanted |= dict.fromkeys(node.indices)
        elif isinstance(node, Size):
            wanted[node.index] = None
    extents = {index: length for index, (length, _) in found.items()}
    for index in wanted:
        if index.extent is not None:
            extents[index] = index.extent
        elif index not in extents:
            raise FormulaError(unknown_extent(formula.target.array, index))
    return extents


def unknown_extent(array: str, index: Index) -> str:
    """Return the sentence for an index whose extent no array determines."""
    return (
        f"in the formula for {array} the extent of {index.name} is not known; give it, as in Index({index.name!r}, 3)"
    )


def _everywhere(formula: Formula, arrays: Arrays) -> tuple[Scope, Shape]:
    """Return a scope in which the target's indices take all values, each along its own axis, and the target's shape."""
    extents = find_extents(formula, arrays)
    shape = tuple(extents[index] for index in formula.indices)
    bindings = dict(zip(formula.indices, np.ix_(*map(np.arange, shape)), strict=True))
    return Scope(arrays, extents, bindings, len(shape)), shape


@dataclass(frozen=True)
class Scope:
    """Arrays, extents of indices, and the values of bound indices, which broadcast over ``axes`` axes as results do.

    Where there is ``known``, it keeps the places of entries for other arrays of the same shapes.
    """

    arrays: Arrays
    extents: Mapping[Index, int]
    bindings: Mapping[Index, Array]
    axes: int
    known: dict[Any, tuple[tuple[Any, Array], Array | None]] | None = None
    dtype: DTypeLike = np.float64

    def value(self, node: Expression) -> Array:
        match node:
            case Number(value) | Constant(_, value):
                return np.asarray(value)
            case Size(index):
                return np.asarray(float(self.extents[index]))
            case Position(place):
                return self.place(place)[0].astype(np.float64)
            case Entry(name):
                if self.is_at_known_places(node):
                    return self.at_known_places(node).astype(self.dtype)
                places, inside = self.places(node)
                return np.where(inside, np.asarray(self.arrays[name])[places].astype(self.dtype), 0)
            case Operation(symbol, left, right):
                operands = self.operand(left), self.operand(right)
                if symbol in ARITHMETIC:
                    return OPERATIONS[symbol](*operands, dtype=self.dtype)
                return OPERATIONS[symbol](*operands).astype(self.dtype)
            case Call(function, operands):
                return FUNCTIONS[function](*map(self.value, operands))
            case Reduction(kind, indices, body, where):
                inner = self.within(node)
                terms = inner.value(body)
                if not where:
                    return np.asarray(REDUCTIONS[kind](inner.on_one_axis(terms, indices), axis=0), self.dtype)
                both = np.broadcast_arrays(terms, inner.all_hold(where))
                terms, kept = (inner.on_one_axis(each, indices) for each in both)
                reduced = REDUCTIONS[kind](np.where(kept, terms, 0.0 if kind == "Sum" else -np.inf), axis=0)
                if kind == "ArgMax":  # of terms that are all −∞ the first, not a place that was left out
                    reduced = np.where(np.take_along_axis(kept, reduced[np.newaxis], 0)[0], reduced, kept.argmax(0))
                return np.asarray(reduced, self.dtype)
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def within(self, node: Reduction) -> Scope:
        """Return the scope of a reduction's terms: its indices take all values, along axes before the others."""
        grids = np.ix_(*(np.arange(self.extents[index]) for index in node.indices))
        spread = (grid.reshape(*grid.shape, *(1,) * self.axes) for grid in grids)
        bindings = {**self.bindings, **dict(zip(node.indices, spread, strict=True))}
        return replace(self, bindings=bindings, axes=self.axes + len(node.indices))

    def on_one_axis(self, terms: Array, indices: tuple[Index, ...]) -> Array:
        """Return terms with the first axes, those of reduced indices, as one."""
        aligned = terms.reshape((1,) * (self.axes - terms.ndim) + terms.shape)
        shape, rest = tuple(self.extents[index] for index in indices), aligned.shape[len(indices) :]
        return np.broadcast_to(aligned, (*shape, *rest)).reshape(math.prod(shape), *rest)

    def all_hold(self, conditions: tuple[Expression, ...]) -> Array:
        holding = np.asarray(True)
        for condition in conditions:
            holding = holding & (self.value(condition) != 0)
        return holding

    def sources(self, node: Expression, enters: Array) -> list[Source]:
        """Return the entries that ``node`` reads where it ``enters``, without those outside or multiplied by them."""
        scope = self
        if isinstance(node, Reduction):
            scope = self.within(node)
            enters = enters & scope.all_hold(node.where)
        if isinstance(node, Operation) and node.symbol == "*":
            enters = enters & ~self.vanishes(node)
        found = [source for child in children(node) for source in scope.sources(child, enters)]
        if not isinstance(node, Entry):
            return found
        places, inside = self.places(node)
        *spread, kept = np.broadcast_arrays(*places, inside & enters)
        columns = [place[kept].tolist() for place in spread]
        cells = list(zip(*columns, strict=True)) if columns else [()] * bool(kept.any())
        return found + [(node.array, cell) for cell in cells]

    def vanishes(self, node: Expression) -> Array:
        """Return where ``node`` is zero because it is computed from entries outside their arrays."""
        match node:
            case Entry():
                return ~self.places(node)[1]
            case Operation("*", left, right):
                return self.vanishes(left) | self.vanishes(right)
            case Operation("+" | "-", left, right):
                return self.vanishes(left) & self.vanishes(right)
            case Operation("/", inner, _) | Call("neg", (inner,)):
                return self.vanishes(inner)
        return np.asarray(False)

    def operand(self, node: Expression) -> Array:
        """Return the value of a node, or of an entry at a known place, for speed, as its array has it."""
        return self.at_known_places(node) if self.is_at_known_places(node) else self.value(node)

    def is_at_known_places(self, node: Expression) -> TypeGuard[Entry]:
        """Return whether a node is an entry whose places are kept."""
        if self.known is None or not isinstance(node, Entry):
            return False
        return bool(node.subscripts) and not any(isinstance(each, Entry) for each in node.subscripts)

    def at_known_places(self, entry: Entry) -> Array:
        """Return an entry whose places are found once for all arrays of a shape, in its array's dtype.

        If the first axis is taken whole, as samples are, the places are those on the other axes.
        """
        assert self.known is not None
        array = np.asarray(self.arrays[entry.array])
        key = id(entry), tuple(places.shape for places in self.bindings.values())
        if key not in self.known:
            (first, *others), inside = self.places(entry)
            columns = np.zeros((1,) * self.axes, np.intp)
            if others:
                columns = np.ravel_multi_index(np.broadcast_arrays(*others, columns)[:-1], array.shape[1:])
            kept = None if inside.all() else inside
            whole = np.arange(len(array)).reshape(-1, *(1,) * (self.axes - 1))
            if np.array_equal(first, whole) and len(columns) == 1:
                self.known[key] = (slice(None), columns[0]), kept
            else:
                self.known[key] = (first, columns), kept
        at, kept = self.known[key]
        found: Array = array.reshape(len(array), -1)[at]
        return found if kept is None else np.where(kept, found, 0)

    def places(self, entry: Entry) -> tuple[tuple[Array, ...], Array]:
        """Return the place of an entry on each axis, clipped to the array, and whether it was inside."""
        places: list[Array] = []
        inside = np.asarray(True)
        for subscript, length in zip(entry.subscripts, np.shape(self.arrays[entry.array]), strict=True):
            exact = np.asarray(True)
            match subscript:
                case Entry():
                    place = self.value(subscript).astype(np.int64)
                case Digit(number, divisor, base):
                    place = self.place(number // divisor)[0]
                    place = place if base is None else place % base
                case _:
                    place, exact = self.place(subscript)
            inside = inside & exact & (place >= 0) & (place < length)
            places.append(np.clip(place, 0, length - 1))
        return tuple(places), inside

    def place(self, place: Affine) -> tuple[Array, Array]:
        """Return the value of a place on an axis, and whether its division leaves no remainder."""
        total: Array = np.asarray(place.constant)
        for index, coefficient in place.terms:
            total = total + coefficient * self.bindings[index]
        return total // place.divisor, total % place.divisor == 0
