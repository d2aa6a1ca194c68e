"""The letters of indices: of each reduction its own while formulas are taken apart, and plain ones after."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeAlias, TypeVar, cast

from whence.formula.derive.substitution import free_indices
from whence.formula.expressions import (
    Affine,
    Call,
    Entry,
    Expression,
    Formula,
    Index,
    Operation,
    Reduction,
    Size,
    Subscript,
    children,
    rebuilt,
    walk,
)

Letters: TypeAlias = dict[str, str]
"""The names of indices that are taken, each with the letter that it was made from."""

_NAMES = re.compile(r"Index\(name='[^']*'")
Axis: TypeAlias = tuple[str, int]
Part = TypeVar("Part")

_ALPHABET = "abcfghijklmnopqrstuvw"  # without letters that mean differentials, numbers or data


def fresh_index(index: Index, taken: Letters) -> Index:
    """Return an index like another one, with the first letter from its own on that is not taken, and take it."""
    name = next(letter for letter in _letters(index.name) if letter not in taken)
    taken[name] = index.name
    return replace(index, name=name)


def with_own_indices(node: Expression, taken: Letters) -> Expression:
    """Return an expression whose reductions run over indices that have names of their own, which are then taken."""
    first: dict[Index, Index] = {}
    made = _with_own(node, taken, {}, first)
    counted = {part.index for part in walk(node) if isinstance(part, Size)}
    return with_indices(made, {_marked(index): first.get(index, index) for index in counted})


def with_indices(part: Part, indices: Mapping[Index, Index]) -> Part:
    """Return an expression, or a part of one, with other indices; also where it runs over them or counts them."""
    return renamed(part, lambda index: indices.get(index, index))


def renamed(part: Part, rename: Callable[[Index], Index]) -> Part:
    """Return an expression, or anything that is made of such, with another index for each."""
    changed: Any = part
    if isinstance(part, Index):
        changed = rename(part)
    elif isinstance(part, tuple):
        changed = tuple(renamed(each, rename) for each in part)
    elif is_dataclass(part) and not isinstance(part, type):
        changed = replace(part, **{each.name: renamed(getattr(part, each.name), rename) for each in fields(part)})
    return cast(Part, changed)


def _with_own(node: Expression, taken: Letters, around: dict[Index, Index], first: dict[Index, Index]) -> Expression:
    """Return an expression with own indices for those around it, and note the first one for each that is no other's."""
    match node:
        case Size(index) if index not in around:
            return Size(_marked(index))  # of an index that is free, or that a reduction beside runs over
        case Reduction(kind, indices, body, where):
            own = {index: fresh_index(index, taken) for index in indices}
            for index in indices:
                first.setdefault(index, own[index])
            within = {**around, **own}
            conditions = tuple(_with_own(condition, taken, within, first) for condition in where)
            return Reduction(kind, tuple(own.values()), _with_own(body, taken, within, first), conditions)
        case Entry(array, subscripts):
            places: list[Subscript] = []
            for place in subscripts:
                made = _with_own(place, taken, around, first) if isinstance(place, Entry) else place
                places.append(made if isinstance(made, Entry) else with_indices(place, around))
            return Entry(array, tuple(places))
        case Operation() | Call():
            return rebuilt(node, lambda child: _with_own(child, taken, around, first))
    return with_indices(node, around)


class PlainLetters:
    """Gives plain letters to the indices of reductions; side by side, indices of axes of one length have the same.

    Parameters
    ----------
    formulas : sequence of Formula
        Formulas of the arrays in question: within one, all axes that an index alone subscripts have one length.
    """

    def __init__(self, formulas: Sequence[Formula]) -> None:
        self.kinds: list[set[Axis]] = []
        for formula in formulas:
            entries = [formula.target, *formula.sources]
            for index in {index for entry in entries for index in free_indices(entry) if index.extent is None}:
                axes = set().union(*(axes_of(index, entry) for entry in entries))
                apart = [kind for kind in self.kinds if kind.isdisjoint(axes)]
                together = [kind for kind in self.kinds if not kind.isdisjoint(axes)]
                self.kinds = [*apart, axes.union(*together)]

    def lettered(self, node: Expression, names: Letters, free: Iterable[Index]) -> Expression:
        """Return an expression whose reductions run over the letters that their indices had, or those after.

        Parameters
        ----------
        node : Expression
            What `with_own_indices` returned, or was made from it.
        names : dict of str to str
            What indices were made from.
        free : iterable of Index
            The indices that are free in it.
        """
        taken: Letters = {**dict.fromkeys(names, ""), **dict.fromkeys((index.name for index in free), "")}
        unique = with_own_indices(node, taken)
        letters: dict[Index, Index] = {}
        self._assign(unique, {name: names.get(taken[name]) or taken[name] for name in taken}, free, letters, {})
        return with_indices(unique, letters)

    def _assign(
        self,
        node: Expression,
        first: Letters,
        around: Iterable[Index],
        letters: dict[Index, Index],
        known: dict[str, set[object]],
    ) -> None:
        """Add the letters of the indices that reductions in an expression run over."""
        if isinstance(node, Reduction):
            taken = {index.name for index in around}
            for index in node.indices:
                kinds = self._kinds(index, node)
                letter = next(
                    letter
                    for letter in _letters(first[index.name])
                    if letter not in taken and not kinds.isdisjoint(known.get(letter, kinds))
                )
                known.setdefault(letter, set()).update(kinds)
                taken.add(letter)
                letters[index] = replace(index, name=letter)
            around = [*around, *(letters[index] for index in node.indices)]
        for child in children(node):
            self._assign(child, first, around, letters, known)

    def _kinds(self, index: Index, node: Expression) -> set[object]:
        """Return the extent of an index, or what distinguishes the axes that it alone subscripts."""
        if index.extent is not None:
            return {index.extent}
        axes = set().union(*(axes_of(index, entry) for entry in walk(node) if isinstance(entry, Entry)))
        found = {place for place, kind in enumerate(self.kinds) if not kind.isdisjoint(axes)}
        return {f"axes {place}" for place in found} or {index}


@functools.lru_cache(maxsize=10_000)
def with_numbered_indices(node: Expression) -> Expression:
    """Return an expression that is the same for all letters of indices and orders of operands."""
    ordered = _ordered(node)
    own: dict[Index, Index] = {}
    bound = {index for part in walk(ordered) if isinstance(part, Reduction) for index in part.indices}
    for index in _occurrences(ordered):
        if index in bound:
            own.setdefault(index, replace(index, name=f"#{len(own)}"))
    return _with_ordered_indices(with_indices(ordered, own))


def _ordered(node: Expression) -> Expression:
    """Return an expression with the operands of sums, products and equations in one order, whatever their indices."""
    node = rebuilt(node, _ordered)
    match node:
        case Operation("+" | "*" as symbol, _, _):
            operands = sorted(_operands(node, symbol), key=_shape_of)
            return functools.reduce(lambda left, right: Operation(symbol, left, right), operands)
        case Operation("=" | "!=" as symbol, left, right):
            return Operation(symbol, *sorted((left, right), key=_shape_of))
    return node


def _operands(node: Expression, symbol: str) -> list[Expression]:
    if isinstance(node, Operation) and node.symbol == symbol:
        return _operands(node.left, symbol) + _operands(node.right, symbol)
    return [node]


def _shape_of(node: Expression) -> str:
    """Return the text of an expression without the letters of its indices."""
    return _NAMES.sub("", repr(node))


def _occurrences(part: object) -> Iterator[Index]:
    """Yield the indices in an expression, in the order of reading, those below signs of reduction last."""
    if isinstance(part, Index):
        yield part
    elif isinstance(part, Reduction):
        for each in (part.body, *part.where, *part.indices):
            yield from _occurrences(each)
    elif isinstance(part, tuple):
        for each in part:
            yield from _occurrences(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _occurrences(getattr(part, field.name))


def _with_ordered_indices(node: Expression) -> Expression:
    """Return an expression whose reductions name their indices in the order of their numbers."""
    node = rebuilt(node, _with_ordered_indices)
    if isinstance(node, Reduction) and node.kind != "ArgMax":
        return replace(node, indices=tuple(sorted(node.indices, key=lambda index: index.name)))
    return node


def _marked(index: Index) -> Index:
    """Return an index that can be mistaken for no other."""
    return replace(index, name=f"{index.name}*")


def axes_of(index: Index, entry: Entry) -> set[Axis]:
    """Return the axes of an entry that an index alone subscripts; the gradient of an array has the same axes."""
    return {
        (entry.array.removeprefix("d"), axis)
        for axis, place in enumerate(entry.subscripts)
        if isinstance(place, Affine) and place.bare == index
    }


def _letters(name: str) -> Iterator[str]:
    """Yield a name, then the letters after it in the alphabet, then the name with one prime, two, and so on."""
    yield name
    if name in _ALPHABET:
        place = _ALPHABET.index(name) + 1
        yield from _ALPHABET[place:] + _ALPHABET[:place]
    while True:
        name += "′"
        yield name
