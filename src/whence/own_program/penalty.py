"""Weight decay that a program adds to its loss or to its gradients, where the textbook's update has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whence.formula import Expression, Formula, Sum, indices
from whence.formula.expressions import Entry, Number, Operation, Tensor, rebuilt, walk


def with_penalty(
    formulas: Mapping[str, Formula], decaying: Iterable[str], decay: float, places: Iterable[str]
) -> dict[str, Formula]:
    """Return the formulas that change where the penalty λ/2 Σ W² is a part of the loss or of its gradients.

    Parameters
    ----------
    formulas : mapping of str to Formula
        A training step in which the update adds λ W to the gradient of each decaying parameter.
    decaying : iterable of str
        These parameters.
    decay : float
        λ.
    places : iterable of str
        ``"loss"`` to add the penalty to the loss, ``"gradients"`` to add λ W to gradients instead of in the update.
    """
    changed: dict[str, Formula] = {}
    loss = formulas["loss"]
    for name in decaying:
        gradient = formulas[f"d{name}"]
        at = gradient.target.subscripts
        pull = Number(decay) * Tensor(name)[at]
        if "loss" in places:
            own = indices(" ".join(f"{name}_{axis}" for axis in range(len(at))))
            loss = Formula(loss.target, loss.expression + Number(decay / 2) * Sum(own, Tensor(name)[own] ** 2))
        if "gradients" in places:
            changed[f"d{name}"] = Formula(gradient.target, gradient.expression + pull)
            changed |= {each: _undecayed(formulas[each], name) for each in _updates(formulas, name)}
    return changed | ({"loss": loss} if "loss" in places else {})


def adds_to_gradient(formulas: Mapping[str, Formula], name: str) -> bool:
    """Return whether the update of a parameter adds λ W to its gradient, where a gradient may have it already."""
    return any(
        len(_undecayed(formulas[each], name).sources) < len(formulas[each].sources) for each in _updates(formulas, name)
    )


def _updates(formulas: Mapping[str, Formula], name: str) -> list[str]:
    return [each for each in formulas if each.endswith(f"{name}_new")]


def _undecayed(formula: Formula, name: str) -> Formula:
    """Return the formula of an update without the λ W that it adds to the gradient of a parameter, clipped or not."""

    def change(node: Expression) -> Expression:
        match node:
            case Operation("+", gradient, Operation("*") as pull) if _read_by(pull) == {
                name
            } and f"d{name}" in _read_by(gradient):
                return gradient
        return rebuilt(node, change)

    return Formula(formula.target, change(formula.expression))


def _read_by(expression: Expression) -> set[str]:
    return {node.array for node in walk(expression) if isinstance(node, Entry)}
