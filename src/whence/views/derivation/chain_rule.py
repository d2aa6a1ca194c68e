"""The chain rule for one gradient: which formulas read the array, and the derivative of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from whence.formula import Affine, Entry, Expression, Formula, Index
from whence.formula.derive import Share
from whence.formula.derive.substitution import free_indices, substitute
from whence.formula.expressions import Call, Number, Operation, Reduction, walk

ONE = Number(1.0)


@dataclass(frozen=True, slots=True)
class Partial(Expression):
    """The partial derivative of an expression with respect to an entry: ``∂z[n, j]/∂W[i, j]``."""

    of: Expression
    by: Expression


@dataclass(frozen=True)
class Link:
    """One term of the chain rule, of a formula that reads the array.

    Parameters
    ----------
    made : Entry
        The entries of its target that depend on the array's: ``z[n, j]``.
    indices : tuple of Index
        The indices that they are summed over.
    where : tuple of Expression
        The conditions of this sum.
    inner : Expression
        The inner derivative.
    formula : Expression or None
        The formula of ``made``; None if its places are not plain indices.
    rules : tuple of str
        The rules of calculus that gave the inner derivative.
    """

    made: Entry
    indices: tuple[Index, ...] = ()
    where: tuple[Expression, ...] = ()
    inner: Expression = ONE
    formula: Expression | None = None
    rules: tuple[str, ...] = ()

    @property
    def is_of_loss(self) -> bool:
        """Whether the formula is the loss's, so that the inner derivative is the gradient."""
        return not self.made.subscripts

    def summed(self, outer: Expression, inner: Expression) -> Expression:
        """Return the term with the given outer and inner derivatives."""
        product = outer * inner
        return Reduction("Sum", self.indices, product, self.where) if self.indices else product

    def within(self, indices: tuple[Index, ...], where: tuple[Expression, ...]) -> Link:
        """Return the link in a sum: over entries of its target, or else in the inner derivative."""
        if free_indices(self.made).isdisjoint(indices):
            return replace(self, inner=Reduction("Sum", indices, self.inner, where))
        return replace(self, indices=(*indices, *self.indices), where=(*where, *self.where))


def links_of(share: Share) -> Iterator[Link]:
    """Yield the terms of the chain rule for one formula: one for each of the places at which it reads the array."""
    target, inner = share.formula.target, share.contracted
    found: dict[tuple[object, ...], Link] = {}
    for link in _links(inner, f"d{target.array}") if target.subscripts else [Link(target, inner=inner)]:
        key = link.made, link.indices, link.where
        found[key] = replace(link, inner=found[key].inner + link.inner) if key in found else link
    for link in found.values():
        yield replace(link, formula=_at(share.formula, link.made), rules=share.rules)


def _links(node: Expression, delta: str) -> list[Link]:
    """Return the terms of an expression that is linear in a delta, each with what the delta is multiplied by."""
    match node:
        case Entry(array, subscripts) if array == delta:
            return [Link(Entry(array[1:], subscripts))]
        case Operation("+", left, right):
            return _links(left, delta) + _links(right, delta)
        case Operation("-", left, right):
            return _links(left, delta) + [replace(link, inner=-link.inner) for link in _links(right, delta)]
        case Call("neg", (operand,)):
            return [replace(link, inner=-link.inner) for link in _links(operand, delta)]
        case Operation("*", left, right) if _reads(left, delta):
            return [replace(link, inner=link.inner * right) for link in _links(left, delta)]
        case Operation("*", left, right):
            return [replace(link, inner=left * link.inner) for link in _links(right, delta)]
        case Operation("/", left, right):
            return [replace(link, inner=link.inner / right) for link in _links(left, delta)]
        case Reduction("Sum", indices, body, where):
            return [link.within(indices, where) for link in _links(body, delta)]
    raise AssertionError(f"{delta} is no factor of {type(node).__name__}")


def _reads(node: Expression, delta: str) -> bool:
    return any(isinstance(part, Entry) and part.array == delta for part in walk(node))


def _at(formula: Formula, made: Entry) -> Expression | None:
    if not all(isinstance(place, Affine) and place.bare is not None for place in made.subscripts):
        return None
    return substitute(formula.expression, dict(zip(formula.indices, made.subscripts, strict=True)))
