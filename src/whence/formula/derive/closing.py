"""Gradients in terms of chosen deltas: those of arrays between are put in, as in ``dz = (p − y) / N``."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from whence.formula.derive.gradients import Gradient
from whence.formula.derive.letters import Letters, PlainLetters, with_own_indices
from whence.formula.derive.simplification import Simplification
from whence.formula.derive.substitution import substitute
from whence.formula.expressions import Affine, Entry, Expression, Formula, Index, Operation, Subscript, affine, rebuilt


def in_terms_of(kept: Container[str], gradients: Sequence[Gradient], forward: Sequence[Formula]) -> dict[str, Formula]:
    """Return the formulas of gradients in terms of chosen deltas, simplified.

    Parameters
    ----------
    kept : container of str
        The names of the deltas that formulas may read, such as that of the output: ``"dz"``.
    gradients : sequence of Gradient
        What `gradients` returned.
    forward : sequence of Formula
        The forward formulas.

    Returns
    -------
    dict of str to Formula
        The formula of each gradient by its name. A delta that is not kept is still read where it is that of another
        time step.
    """
    simplification, letters = Simplification(forward), PlainLetters(forward)
    made: dict[str, Formula] = {}
    for gradient in gradients:
        target, own = gradient.formula.target, gradient.formula.indices
        names: Letters = dict.fromkeys((index.name for index in own), "")
        known = {name: formula for name, formula in made.items() if name not in kept}
        expression = _with(known, with_own_indices(gradient.formula.expression, names), names)
        simple = simplification.simplified(letters.lettered(expression, names, own))
        made[target.array] = Formula(target, letters.lettered(simple, {}, own))
    return made


def put(formulas: Mapping[str, Formula], formula: Formula) -> Formula:
    """Return a formula with the right-hand sides of others for the entries of their arrays."""
    names: Letters = dict.fromkeys((index.name for index in formula.indices), "")
    return Formula(formula.target, _with(formulas, with_own_indices(formula.expression, names), names))


def same(first: Formula, second: Formula, known: Sequence[Formula] = ()) -> bool:
    """Return whether two formulas are found to be equal by algebra, apart from the names of their targets.

    Parameters
    ----------
    first, second : Formula
        Formulas of arrays with the same number of axes.
    known : sequence of Formula
        The formulas of arrays that they read.
    """
    names: Letters = dict.fromkeys((index.name for index in (*first.indices, *second.indices)), "")
    places = dict(zip(first.indices, map(affine, second.indices), strict=True))
    moved = substitute(with_own_indices(first.expression, names), places)
    products = {f.target.array: f for f in known if isinstance(f.expression, Operation) and f.expression.symbol == "*"}
    difference = _with(products, moved - with_own_indices(second.expression, names), names)
    plain = PlainLetters(known).lettered(difference, names, second.indices)
    return not Simplification(known, multiplied_out=True).products(plain)


def _with(formulas: Mapping[str, Formula], node: Expression, names: Letters) -> Expression:
    """Return an expression with the right-hand sides of formulas for the entries of their arrays."""
    if isinstance(node, Entry) and node.array in formulas:
        formula = formulas[node.array]
        if all(map(_is_like, node.subscripts, formula.indices)):
            places = dict(zip(formula.indices, node.subscripts, strict=True))
            return substitute(with_own_indices(formula.expression, names), places)
    return rebuilt(node, lambda child: _with(formulas, child, names))


def _is_like(place: Subscript, index: Index) -> bool:
    """Return whether a subscript is an index with the values of another one."""
    bare = place.bare if isinstance(place, Affine) else None
    return bare is not None and bare.extent in (None, index.extent)
