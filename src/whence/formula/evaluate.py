"""Values of formulas and their sources: slow, obvious, and always in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from whence.arrays import Array, Shape
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
    Subscript,
    children,
    scalar,
    walk,
)
from whence.formula.functions import FUNCTIONS, OPERATIONS

Arrays: TypeAlias = Mapping[str, Array]
Bindings: TypeAlias = Mapping[Index, Array]
Extents: TypeAlias = Mapping[Index, int]
Source: TypeAlias = tuple[str, tuple[int, ...]]
"""An entry of an array: the array's name and the index."""

_REDUCED: dict[str, Callable[..., Any]] = {"Sum": np.sum, "Max": np.max, "ArgMax": np.argmax}


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
    bindings, extents, shape = _everywhere(formula, arrays)
    with np.errstate(all="ignore"):
        value = _value(formula.expression, arrays, bindings, extents, len(shape))
    return np.array(np.broadcast_to(value, shape), dtype=np.float64)


def vanishes(formula: Formula, arrays: Arrays) -> Array:
    """Return where a formula's array is zero because it is computed from entries outside their arrays.

    Parameters
    ----------
    formula, arrays
        As for `evaluate`, with the same errors.

    Returns
    -------
    bool array
        One entry for each value of the target's indices.
    """
    bindings, extents, shape = _everywhere(formula, arrays)
    return np.array(np.broadcast_to(_vanishes(formula.expression, arrays, bindings, extents, len(shape)), shape))


def _everywhere(formula: Formula, arrays: Arrays) -> tuple[Bindings, Extents, Shape]:
    """Return the values of the target's indices, each along its own axis, the extents of all indices, and the shape."""
    extents = find_extents(formula, arrays)
    shape = tuple(extents[index] for index in formula.indices)
    grids = np.ix_(*(np.arange(length) for length in shape)) if shape else ()
    return dict(zip(formula.indices, grids, strict=True)), extents, shape


def value_of(expression: Expression, arrays: Arrays) -> float:
    """Return the value of an expression without free indices.

    Parameters
    ----------
    expression : Expression
        What `whence.formula.filling.fill` returns.
    arrays : mapping of str to array
        Every array that it reads, by name.
    """
    return float(evaluate(Formula(scalar("value"), expression), arrays))


def sources_of(expression: Expression, arrays: Arrays) -> tuple[Source, ...]:
    """Return the entries that an expression without free indices reads, in the order of reading, each once.

    Entries that are multiplied by an entry outside its array, as the edge of a kernel is over padding, and entries of
    terms that a condition excludes are not sources.

    Parameters
    ----------
    expression, arrays
        As for `value_of`.
    """
    extents = find_extents(Formula(scalar("value"), expression), arrays)
    return tuple(dict.fromkeys(_sources(expression, arrays, {}, extents, 0, np.asarray(True))))


def find_extents(formula: Formula, arrays: Arrays) -> dict[Index, int]:
    """Return the extent of each index of a formula: its own, or the length of the axes that it is the subscript of.

    Raises
    ------
    FormulaError
        If an array is missing or has another number of axes, two axes of one index differ in length, or an index
        without an extent of its own is nowhere a whole subscript.
    """
    found: dict[Index, tuple[int, str]] = {}
    wanted: dict[Index, None] = dict.fromkeys(formula.indices)
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


def _value(node: Expression, arrays: Arrays, bindings: Bindings, extents: Extents, axes: int) -> Array:
    """Return the value of ``node``, broadcastable over the ``axes`` axes of the bound indices."""
    match node:
        case Number(value) | Constant(_, value):
            return np.asarray(value)
        case Size(index):
            return np.asarray(float(extents[index]))
        case Position(place):
            return _place(place, bindings)[0].astype(np.float64)
        case Entry(name, subscripts):
            places, inside = _places(name, subscripts, arrays, bindings, extents, axes)
            return np.where(inside, np.asarray(arrays[name])[places].astype(np.float64), 0.0)
        case Operation(symbol, left, right):
            operands = [_value(operand, arrays, bindings, extents, axes) for operand in (left, right)]
            return OPERATIONS[symbol](*operands).astype(np.float64)
        case Call(function, inner):
            return FUNCTIONS[function](*(_value(operand, arrays, bindings, extents, axes) for operand in inner))
        case Reduction(kind, indices, body, where):
            running, count = _running(node, bindings, extents, axes), axes + len(indices)
            terms = _value(body, arrays, running, extents, count)
            if where:
                kept = _holds(where, arrays, running, extents, count)
                terms = np.where(kept, terms, 0.0 if kind == "Sum" else -np.inf)
            aligned = terms.reshape((1,) * (count - terms.ndim) + terms.shape)
            shape, rest = tuple(extents[index] for index in indices), aligned.shape[len(indices) :]
            spread = np.broadcast_to(aligned, (*shape, *rest)).reshape(math.prod(shape), *rest)
            return np.asarray(_REDUCED[kind](spread, axis=0), np.float64)
    raise FormulaError(f"{type(node).__name__} is not an expression")


def _running(node: Reduction, bindings: Bindings, extents: Extents, axes: int) -> dict[Index, Array]:
    """Return bindings to all values of a reduction's indices too, each along a new axis before the others."""
    grids = np.ix_(*(np.arange(extents[index]) for index in node.indices)) if node.indices else ()
    spread = (grid.reshape(*grid.shape, *(1,) * axes) for grid in grids)
    return {**bindings, **dict(zip(node.indices, spread, strict=True))}


def _holds(where: tuple[Expression, ...], arrays: Arrays, bindings: Bindings, extents: Extents, axes: int) -> Array:
    """Return where all conditions hold."""
    holding = np.asarray(True)
    for condition in where:
        holding = holding & (_value(condition, arrays, bindings, extents, axes) != 0)
    return holding


def _sources(
    node: Expression, arrays: Arrays, bindings: Bindings, extents: Extents, axes: int, enters: Array
) -> list[Source]:
    """Return the entries that ``node`` reads where it ``enters``, without those outside or multiplied by them."""
    if isinstance(node, Reduction):
        bindings, axes = _running(node, bindings, extents, axes), axes + len(node.indices)
        enters = enters & _holds(node.where, arrays, bindings, extents, axes)
    if isinstance(node, Operation) and node.symbol == "*":
        enters = enters & ~_vanishes(node, arrays, bindings, extents, axes)
    inner = [source for each in children(node) for source in _sources(each, arrays, bindings, extents, axes, enters)]
    if not isinstance(node, Entry):
        return inner
    places, inside = _places(node.array, node.subscripts, arrays, bindings, extents, axes)
    *spread, kept = np.broadcast_arrays(*places, inside & enters)
    cells = list(zip(*(place[kept].tolist() for place in spread), strict=True)) if spread else [()] * bool(kept.any())
    return inner + [(node.array, cell) for cell in cells]


def _vanishes(node: Expression, arrays: Arrays, bindings: Bindings, extents: Extents, axes: int) -> Array:
    """Return where ``node`` is zero because it is computed from entries outside their arrays."""
    if isinstance(node, Entry):
        return ~_places(node.array, node.subscripts, arrays, bindings, extents, axes)[1]
    if isinstance(node, Operation) and node.symbol in "*+-/":
        left, right = (_vanishes(side, arrays, bindings, extents, axes) for side in (node.left, node.right))
        return {"*": left | right, "/": left}.get(node.symbol, left & right)
    if isinstance(node, Call) and node.function == "neg":
        return _vanishes(node.operands[0], arrays, bindings, extents, axes)
    return np.asarray(False)


def _places(
    name: str, subscripts: tuple[Subscript, ...], arrays: Arrays, bindings: Bindings, extents: Extents, axes: int
) -> tuple[tuple[Array, ...], Array]:
    """Return the place of an entry on each axis, clipped to the array, and whether it was inside."""
    places: list[Array] = []
    inside = np.asarray(True)
    for subscript, length in zip(subscripts, np.shape(arrays[name]), strict=True):
        if isinstance(subscript, Entry):
            place = _value(subscript, arrays, bindings, extents, axes).astype(np.int64)
            exact = np.asarray(True)
        elif isinstance(subscript, Digit):
            place, exact = _place(subscript.place // subscript.divisor, bindings)[0], np.asarray(True)
            place = place if subscript.base is None else place % subscript.base
        else:
            place, exact = _place(subscript, bindings)
        inside = inside & exact & (place >= 0) & (place < length)
        places.append(np.clip(place, 0, length - 1))
    return tuple(places), inside


def _place(place: Affine, bindings: Bindings) -> tuple[Array, Array]:
    """Return the value of a place on an axis, and whether its division leaves no remainder."""
    total: Array = np.asarray(place.constant)
    for index, coefficient in place.terms:
        total = total + coefficient * bindings[index]
    return total // place.divisor, total % place.divisor == 0
