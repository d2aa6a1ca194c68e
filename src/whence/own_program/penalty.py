"""Weight decay that a program adds to its loss or to its gradients, where the textbook's update has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whence.formula import Expression, Formula, Sum, indices
from whence.formula.expressions import Entry, Number, Operation, Tensor, rebuilt


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
            updates = {each: formula for each, formula in formulas.items() if each.endswith(f"{name}_new")}
            changed |= {each: _undecayed(formula, f"d{name}") for each, formula in updates.items()}
    return changed | ({"loss": loss} if "loss" in places else {})


def _undecayed(formula: Formula, gradient: str) -> Formula:
    """Return the formula of an update without what it adds to the gradient."""

    def change(node: Expression) -> Expression:
        match node:
            case Operation("+", Entry(array), Operation("*")) if array == gradient:
                return node.left
        return rebuilt(node, change)

    return Formula(formula.target, change(formula.expression))
