"""Gradients in terms of chosen deltas: those of arrays between are put in, as in ``dz = (p − y) / N``."""

from __future__ import annotations

from collections.abc import Container, Sequence

from whence.formula.derive.gradients import Gradient
from whence.formula.derive.letters import Letters, PlainLetters, with_own_indices
from whence.formula.derive.simplification import Simplification
from whence.formula.derive.substitution import substitute
from whence.formula.expressions import Affine, Entry, Expression, Formula, Index, Subscript, rebuilt


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
        put = {name: formula for name, formula in made.items() if name not in kept}
        expression = _with(put, with_own_indices(gradient.formula.expression, names), names)
        simple = simplification.simplified(letters.lettered(expression, names, own))
        made[target.array] = Formula(target, letters.lettered(simple, {}, own))
    return made


def _with(formulas: dict[str, Formula], node: Expression, names: Letters) -> Expression:
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
    return bare is not None and bare.extent == index.extent
