"""Kronecker deltas contracted: Σ_j [j = k] · f[j] is f[k], or zero where k is outside the values of j.

A delta is an equation between places, ``i = 2 h + u − 1``. It is solved for an index that is summed over,
``h = (i + 1 − u) / 2``, and this is put for the index. Outside the values of the index, and where the division leaves a
remainder, an entry that the index alone subscripts is zero, so that no condition is needed. Where there is no such
entry, or another factor would be infinite there, the sum and the condition stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whence.errors import FormulaError
from whence.formula.derive.algebra import as_factor
from whence.formula.derive.letters import Letters, fresh_index
from whence.formula.derive.substitution import NoPlace, Places, free_indices, put, substitute
from whence.formula.expressions import (
    Affine,
    Call,
    Digit,
    Entry,
    Expression,
    Index,
    Number,
    Operation,
    Position,
    Reduction,
    Subscript,
    affine,
    walk,
)
from whence.formula.functions import equals


@dataclass(frozen=True)
class Delta:
    """The Kronecker delta ``[own = place]``.

    Parameters
    ----------
    own : Affine
        A place in indices that are not summed over; not divided.
    place : Subscript
        A place in indices that are.
    same_axis : bool
        Whether each of both, if it is a bare index, has as many values as the same axis.
    """

    own: Affine
    place: Subscript
    same_axis: bool = True

    def after(self, places: Places) -> Delta:
        """Return the delta with places for some of its indices."""
        own = put(self.own, places)
        if not isinstance(own, Affine) or own.divisor != 1:
            raise NoPlace
        return Delta(own, put(self.place, places), self.same_axis)

    def condition(self) -> Expression:
        """Return the delta as a condition."""
        if isinstance(self.place, Entry):
            return equals(self.own, self.place)
        assert isinstance(self.place, Affine), "numbers stand for their digits"
        return equals(Position(self.own * self.place.divisor), Position(replace(self.place, divisor=1)))


@dataclass(frozen=True)
class Contraction:
    """A sum over indices of a product with deltas.

    Parameters
    ----------
    body : Expression
        The product, without the deltas.
    outer : tuple of Index
        Indices of an array that is a factor of the product, with places at which each alone subscripts it.
    indices : tuple of Index
        All indices that are summed over.
    where : tuple of Expression
        The conditions of the sum.
    deltas : tuple of Delta
        The deltas.
    """

    body: Expression
    outer: tuple[Index, ...]
    indices: tuple[Index, ...]
    where: tuple[Expression, ...]
    deltas: tuple[Delta, ...]

    def result(self) -> Expression:
        """Return the sum with as few deltas as possible."""
        state = self
        while (simpler := next(state.simpler(), None)) is not None:
            state = simpler
        return state.expression()

    def simpler(self) -> Iterator[Contraction]:
        """Yield the sum without one of the deltas, for each that can be contracted, single indices first."""
        for delta in sorted(self.deltas, key=lambda delta: not _is_bare(delta.place)):
            for places in self.solutions(delta):
                try:
                    yield self.after(delta, places)
                except NoPlace:
                    continue

    def solutions(self, delta: Delta) -> Iterator[Places]:
        """Yield what to put for indices, one or several, so that a delta is one."""
        if not isinstance(delta.place, Affine):
            return
        left, right = replace(delta.place, divisor=1), delta.own * delta.place.divisor
        terms = [(index, factor) for index, factor in left.terms if index in self.indices]
        if len(terms) > 1 and (digits := _digits(left, right)):
            yield digits
        for index, factor in sorted(terms, key=lambda term: (term[0] not in self.outer, abs(term[1]))):
            rest = (right - left + factor * index) * (1 if factor > 0 else -1)
            place = rest // abs(factor)
            if _whole(delta, index):
                yield {index: place}
            elif self.vanishes_outside(index):
                unequal = place.bare is not None and place.bare.extent is None and index.extent is not None
                yield {index: Digit(place, 1) if unequal else place}

    def vanishes_outside(self, index: Index) -> bool:
        """Return whether the product is zero where an index is outside its values."""
        if not _finite(self.body, index):
            return False
        return index in self.outer or (
            index.extent is None and any(_is_subscript(index, f) for f in _factors(self.body))
        )

    def after(self, delta: Delta, places: Places) -> Contraction:
        """Return the sum with places for some indices, at which a delta is one."""
        return Contraction(
            substitute(self.body, places),
            self.outer,
            tuple(index for index in self.indices if index not in places),
            tuple(substitute(condition, places) for condition in self.where),
            tuple(other.after(places) for other in self.deltas if other is not delta),
        )

    def expression(self) -> Expression:
        """Return the sum, with the deltas that are left as its conditions or as factors."""
        body, within = self.body, []
        for condition in (*self.where, *(delta.condition() for delta in self.deltas)):
            if free_indices(condition).isdisjoint(self.indices):
                body = body * as_factor(condition)
            else:
                within.append(condition)
        return Reduction("Sum", self.indices, body, tuple(within)) if self.indices else body


def deltas_of(
    own: Sequence[Index], places: Sequence[Subscript], taken: Letters
) -> tuple[tuple[Delta, ...], tuple[Index, ...]]:
    """Return the deltas of an index of each axis and the place that is read there, one for all digits of a number.

    Also return the indices to sum over, with names that are not taken, for digits that are not read.
    """
    numbers: dict[Affine, list[tuple[Digit, Affine]]] = {}
    deltas: list[Delta] = []
    free: list[Index] = []
    for index, place in zip(own, places, strict=True):
        if isinstance(place, Digit) and place.base == 1:
            deltas.append(Delta(affine(index), affine(0)))
        elif isinstance(place, Digit):
            numbers.setdefault(place.place, []).append((place, affine(index)))
        else:
            deltas.append(Delta(affine(index), place))
    deltas = [delta for delta in deltas if delta.own.terms[0][0].extent != 1 or delta.place != affine(0)]
    for number, digits in numbers.items():
        value, unread = _number(digits, number, taken)
        deltas.append(Delta(value, number, same_axis=False))
        free += unread
    return tuple(deltas), tuple(free)


def _number(digits: Sequence[tuple[Digit, Affine]], number: Affine, taken: Letters) -> tuple[Affine, list[Index]]:
    """Return a number from its digits, with new indices for those that are not given, and these indices."""
    parts: list[Affine] = []
    free: list[Index] = []
    reached = 1
    for digit, own in sorted(digits, key=lambda each: each[0].divisor):
        if reached == 0 or digit.divisor % reached:
            raise FormulaError("a formula reads digits of a number that overlap; no derivative through them is known")
        if digit.divisor != reached:
            free.append(fresh_index(Index("u", digit.divisor // reached), taken))
            parts.append(reached * free[-1])
        parts.append(own * digit.divisor)
        reached = digit.divisor * (digit.base or 0)
    if reached:
        free.append(fresh_index(Index("q", -(-_extent(number) // reached)), taken))
        parts.append(reached * free[-1])
    return sum(reversed(parts[:-1]), parts[-1]), free


def _extent(number: Affine) -> int:
    """Return one more than the largest value of a place."""
    if any(index.extent is None or factor < 0 for index, factor in number.terms):
        raise FormulaError(
            "a formula reads a digit of a number of unknown size, through which no derivative is known; give its "
            "index an extent"
        )
    return number.constant + 1 + sum(factor * ((index.extent or 0) - 1) for index, factor in number.terms)


def _digits(left: Affine, right: Affine) -> dict[Index, Subscript] | None:
    """Return the indices of ``6 a + 3 b + c`` as the digits of its value; None if they are not digits."""
    terms = sorted(left.terms, key=lambda term: term[1])
    reached, found = 1, {}
    for index, factor in terms:
        if factor != reached or index.extent is None:
            return None
        reached *= index.extent
        found[index] = Digit(right, factor, index.extent)
    leading = terms[-1][0]
    found[leading] = replace(found[leading], base=None)
    return None if left.constant else dict(found)


def _whole(delta: Delta, index: Index) -> bool:
    """Return whether the delta is that of two indices with the same values."""
    own = delta.own.bare
    if own is None or not _is_bare(delta.place):
        return False
    return index.extent == own.extent is not None or (index.extent is None and delta.same_axis)


def _is_bare(place: Subscript) -> bool:
    return isinstance(place, Affine) and place.bare is not None


def _is_subscript(index: Index, factor: Expression) -> bool:
    return isinstance(factor, Entry) and affine(index) in factor.subscripts


def _factors(node: Expression) -> Iterator[Expression]:
    """Yield the factors of a product."""
    match node:
        case Operation("*", left, right):
            yield from _factors(left)
            yield from _factors(right)
        case Operation("/", left, _) | Call("neg", (left,)):
            yield from _factors(left)
        case _:
            yield node


def _finite(node: Expression, index: Index) -> bool:
    """Return whether an expression is surely finite where entries with an index are zero."""
    for part in walk(node):
        match part:
            case Operation("/", _, inner) | Call("log" | "log1p", (inner,)):
                doubtful = True
            case Operation("^", inner, exponent):
                doubtful = not (isinstance(exponent, Number) and exponent.value >= 0 and exponent.value % 1 == 0)
            case _:
                continue
        if doubtful and index in free_indices(inner):
            return False
    return True
