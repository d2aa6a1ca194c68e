"""The gradients of arrays, derived from the formulas by which a loss or an output is computed from them.

The derivative of L with respect to an entry is the sum, over all formulas that read it, of the derivative with respect
to what they compute times the derivative of the formula: ∂L/∂A[i] = Σ_B Σ_j ∂L/∂B[j] · ∂B[j]/∂A[i], the chain rule
(Rumelhart, Hinton and Williams, 1986; Werbos, 1990, for arrays that are read at the next time step).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whence.arrays import Shape
from whence.errors import FormulaError
from whence.formula.derive.contraction import Contraction, deltas_of
from whence.formula.derive.letters import Letters, PlainLetters, fresh_index, with_own_indices
from whence.formula.derive.partial import ONE, Differentiation, Term, times, with_sigmoids
from whence.formula.derive.simplification import Simplification
from whence.formula.derive.substitution import substitute
from whence.formula.expressions import Digit, Entry, Expression, Formula, Index, Reduction, Subscript, affine


@dataclass(frozen=True)
class Share:
    """What one formula that reads an array gives to the array's gradient.

    Parameters
    ----------
    formula : Formula
        The formula that reads the array, with indices that the gradient's formula does not have.
    inner : Expression
        The derivative of its target with respect to the array's entry, with Kronecker deltas:
        ``Σ_l x[n, l] · [l = i] · [k = j]``.
    contracted : Expression
        The inner derivative times the delta of the target, summed over all entries of the target, without those
        Kronecker deltas that can be contracted.
    rules : tuple of str
        The rules that gave the inner derivative, in the order of use.
    """

    formula: Formula
    inner: Expression
    contracted: Expression
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Gradient:
    """The derivation of a gradient.

    Parameters
    ----------
    entry : Entry
        The entry with respect to which is differentiated: ``W[i, j]``.
    shares : tuple of Share
        One for each formula that reads the array.
    formula : Formula
        The derived formula: ``dW[i, j] = Σ_n dz[n, j] · x[n, i]``.
    """

    entry: Entry
    shares: tuple[Share, ...]
    formula: Formula


def gradients(
    forward: Sequence[Formula], output: str, wanted: Iterable[str], shapes: Mapping[str, Shape] | None = None
) -> list[Gradient]:
    """Derive the gradients of arrays from which an output is computed.

    Parameters
    ----------
    forward : sequence of Formula
        The formulas by which the output is computed, in the order of computation.
    output : str
        An array. Its delta is given, as the array ``d`` and its name, and is one if it has no axes, as the loss.
    wanted : iterable of str
        The arrays whose gradients are wanted.
    shapes : mapping of str to tuple of int, optional
        The shapes of given arrays, −1 for an unknown length; they make some formulas shorter.

    Returns
    -------
    list of Gradient
        Those of the wanted arrays and of all arrays between them and the output, in the order of computation; none of
        an array on which the output does not depend.

    Raises
    ------
    FormulaError
        If a formula cannot be differentiated.
    """
    return list(_Chain(forward, output, tuple(wanted), shapes or {}).gradients())


class _Chain:
    """The formulas between some arrays and an output."""

    def __init__(
        self, forward: Sequence[Formula], output: str, wanted: tuple[str, ...], shapes: Mapping[str, Shape]
    ) -> None:
        self.forward, self.output, self.wanted, self.shapes = forward, output, wanted, shapes
        self.made = {formula.target.array: formula for formula in forward}
        self.reads = {array: _reads(formula) for array, formula in self.made.items()}
        self.simplification = Simplification(forward)
        self.letters = PlainLetters(forward)
        dependent = _closure(wanted, list(self.reads.items()))
        needed = _closure([output], [(source, [array]) for array, read in self.reads.items() for source in read])
        self.between = dependent & needed

    def gradients(self) -> Iterator[Gradient]:
        """Yield the derivation of each gradient, those of given arrays after that of their first reader."""
        given = [array for array in self.wanted if array in self.between and array not in self.made]
        for formula in reversed(self.forward):
            array = formula.target.array
            if array in self.between and (array != self.output or self.readers(array)):
                yield self.gradient(array)
            for source in given:
                if self.readers(source)[0] is formula:
                    yield self.gradient(source)

    def readers(self, array: str) -> list[Formula]:
        """Return the formulas between that depend on an array."""
        return [self.made[made] for made, read in self.reads.items() if made in self.between and array in read]

    def gradient(self, array: str) -> Gradient:
        """Return the derivation of the gradient of an array."""
        readers = self.readers(array)
        own = self.made[array].indices if array in self.made else self.axes(array, readers)
        shares = [self.share(array, own, reader) for reader in readers]
        subscripts = tuple(map(affine, own))
        parts = [share.contracted for share in shares]
        if array == self.output:
            parts.insert(0, Entry(f"d{array}", subscripts))
        total = self.simplification.simplified(self.letters.lettered(_sum(parts), {}, own))
        formula = Formula(Entry(self.delta(array), subscripts), total)
        return Gradient(Entry(array, subscripts), tuple(shares), formula)

    def share(self, array: str, own: tuple[Index, ...], reader: Formula) -> Share:
        """Return what a formula that reads an array gives to the array's gradient, which has the indices ``own``."""
        names: Letters = dict.fromkeys((index.name for index in (*own, *reader.indices)), "")
        made_from = with_own_indices(with_sigmoids(reader.expression), names)
        for name in {index.name for index in reader.indices} - {index.name for index in own}:
            del names[name]
        outer = tuple(fresh_index(index, names) for index in reader.indices)
        made_from = substitute(made_from, dict(zip(reader.indices, map(affine, outer), strict=True)))
        differentiation = Differentiation(array, names)
        terms = [self.simplest(term) for term in differentiation.terms(made_from)]
        target = Entry(reader.target.array, tuple(map(affine, outer)))
        at_target = Entry(self.delta(target.array), target.subscripts) if outer else ONE
        inner, contracted = [], []
        for term in terms:
            deltas, unread = deltas_of(own, term.places, names)
            indices = (*unread, *term.indices)
            product = functools.reduce(times, [delta.condition() for delta in deltas], term.factor)
            inner.append(Reduction("Sum", indices, product, term.where) if indices else product)
            body = times(at_target, term.factor)
            contracted.append(Contraction(body, outer, (*outer, *indices), term.where, deltas).result())
        result = self.simplification.simplified(self.letters.lettered(_sum(contracted), names, own))
        return Share(Formula(target, made_from), _sum(inner), result, tuple(differentiation.rules))

    def simplest(self, term: Term) -> Term:
        """Return a term in its simplest form, with known arrays for the parts that are their formulas."""
        simplified = self.simplification.simplified
        return replace(term, factor=simplified(term.factor), where=tuple(map(simplified, term.where)))

    def delta(self, array: str) -> str:
        """Return the name of an array's gradient; that of an output that is read too is apart from its given delta."""
        return f"δ{array}" if array == self.output and self.readers(array) else f"d{array}"

    def axes(self, array: str, readers: Sequence[Formula]) -> tuple[Index, ...]:
        """Return an index for each axis of a given array, with the letters that its first reader has there."""
        entry = next(entry for entry in readers[0].sources if entry.array == array)
        shape = self.shapes.get(array, [-1] * len(entry.subscripts))
        if len(shape) != len(entry.subscripts):
            raise FormulaError(
                f"the formula of {readers[0].target.array} reads {array} with {len(entry.subscripts)} indices, but it "
                f"has {len(shape)} axes; give an index for each"
            )
        taken: Letters = {}
        own = []
        for place, length in zip(entry.subscripts, shape, strict=True):
            index = _first_index(place)
            extent = length if length == index.extent or (length == 1 and isinstance(place, Digit)) else None
            own.append(fresh_index(Index(index.name, extent), taken))
        return tuple(own)


def _reads(formula: Formula) -> list[str]:
    """Return the arrays on which the target of a formula depends, other than piecewise constantly."""
    arrays = dict.fromkeys(entry.array for entry in formula.sources)
    return [array for array in arrays if Differentiation(array, {}).terms(formula.expression)]


def _closure(first: Iterable[str], reads: Sequence[tuple[str, Sequence[str]]]) -> set[str]:
    """Return arrays, those that read one of them, those that read one of these, and so on."""
    found: set[str] = set(first)
    while more := {array for array, sources in reads if not found.isdisjoint(sources)} - found:
        found |= more
    return found


def _first_index(place: Subscript) -> Index:
    """Return the first index of a subscript, or i if it has none."""
    match place:
        case Entry():
            return Index("v")
        case Digit(number):
            return _first_index(number)
    return place.terms[0][0] if place.terms else Index("i")


def _sum(parts: Sequence[Expression]) -> Expression:
    return functools.reduce(operator.add, parts)
