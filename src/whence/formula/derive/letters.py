"""The letters of indices: of each reduction its own while formulas are taken apart, and plain ones after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from whence.formula.derive.substitution import free_indices, substitute
from whence.formula.expressions import Affine, Entry, Expression, Formula, Index, Reduction, affine, rebuilt, walk

Letters: TypeAlias = dict[str, str]
"""The names of indices that are taken, each with the letter that it was made from."""

Axis: TypeAlias = tuple[str, int]

_ALPHABET = "abcfghijklmnopqrstuvw"  # without letters that mean differentials, numbers or data
_MARK = "*"


def fresh_index(index: Index, taken: Letters) -> Index:
    """Return an index like another one, with the first letter from its own on that is not taken, and take it."""
    name = next(letter for letter in _letters(index.name) if letter not in taken)
    taken[name] = index.name
    return replace(index, name=name)


def with_own_indices(node: Expression, taken: Letters) -> Expression:
    """Return an expression whose reductions run over indices that have names of their own, which are then taken."""
    if isinstance(node, Reduction):
        node = _over(node, [fresh_index(index, taken) for index in node.indices])
    return rebuilt(node, lambda child: with_own_indices(child, taken))


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
                axes = set().union(*(_axes(index, entry) for entry in entries))
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
        return self._lettered(_marked(node), names, frozenset(index.name for index in free), {})

    def _lettered(
        self, node: Expression, names: Letters, around: frozenset[str], known: dict[str, set[object]]
    ) -> Expression:
        if isinstance(node, Reduction):
            own: list[Index] = []
            for index in node.indices:
                taken = around.union(each.name for each in own)
                first, kinds = index.name.removesuffix(_MARK), self._kinds(index, node)
                letter = next(
                    letter
                    for letter in _letters(names.get(first) or first)
                    if letter not in taken and not kinds.isdisjoint(known.get(letter, kinds))
                )
                known.setdefault(letter, set()).update(kinds)
                own.append(replace(index, name=letter))
            node, around = _over(node, own), around.union(index.name for index in own)
        return rebuilt(node, lambda child: self._lettered(child, names, around, known))

    def _kinds(self, index: Index, node: Expression) -> set[object]:
        """Return the extent of an index, or what distinguishes the axes that it alone subscripts."""
        if index.extent is not None:
            return {index.extent}
        axes = set().union(*(_axes(index, entry) for entry in walk(node) if isinstance(entry, Entry)))
        found = {place for place, kind in enumerate(self.kinds) if not kind.isdisjoint(axes)}
        return {f"axes {place}" for place in found} or {index}


def _axes(index: Index, entry: Entry) -> set[Axis]:
    """Return the axes of an entry that an index alone subscripts; the gradient of an array has the same axes."""
    return {
        (entry.array.removeprefix("d"), axis)
        for axis, place in enumerate(entry.subscripts)
        if isinstance(place, Affine) and place.bare == index
    }


def _marked(node: Expression) -> Expression:
    """Return an expression whose reductions run over indices that no letter can be mistaken for."""
    if isinstance(node, Reduction):
        node = _over(node, [replace(index, name=index.name + _MARK) for index in node.indices])
    return rebuilt(node, _marked)


def _over(node: Reduction, indices: Sequence[Index]) -> Reduction:
    """Return a reduction over other indices."""
    places = dict(zip(node.indices, map(affine, indices), strict=True))
    where = tuple(substitute(condition, places) for condition in node.where)
    return Reduction(node.kind, tuple(indices), substitute(node.body, places), where)


def _letters(name: str) -> Iterator[str]:
    """Yield a name, then the letters after it in the alphabet, then the name with one prime, two, and so on."""
    yield name
    if name in _ALPHABET:
        place = _ALPHABET.index(name) + 1
        yield from _ALPHABET[place:] + _ALPHABET[:place]
    while True:
        name += "′"
        yield name
