"""The update of parameters as a linear recurrence in their gradients, read from the formulas of an optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NoReturn

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Entry, Expression, Formula, Index, Tensor, evaluate
from whence.formula.expressions import Call, Operation, rebuilt, walk
from whence.optim import Optimizer

_ELEMENT = Index("s"), Index("c")


class UpdateRecurrence:
    """How parameters, and what an optimizer keeps of them, go on from step to step.

    With u for a parameter and the states that it is linear in, such as momentum, each step is ``u ← A u + B g``. What
    the formulas divide by and what is within a function is taken as it was, as the scales of Adam are: given these,
    a parameter is linear in all its gradients.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer.
    decays : bool
        Whether weight decay applies to the parameters.
    """

    def __init__(self, optimizer: Optimizer, *, decays: bool) -> None:
        formulas = optimizer.formulas(_ELEMENT, decays=decays)
        self._made = {formula.target.array: _at_each_step(formula.expression) for formula in formulas}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The names of u: ``θ`` first, then the states that it is linear in, directly or through each other."""
        states = ["θ"]
        for state in states:
            reads = (entry.removesuffix("_new") for entry in _linear_entries(self._made[f"{state}_new"]))
            states += dict.fromkeys(name for name in reads if f"{name}_new" in self._made and name not in states)
        return tuple(states)

    @property
    def given_scales(self) -> bool:
        """Whether the optimizer keeps states that are taken as they were."""
        return len(self._made) > len(self.states)

    def coefficients(self, arrays: Mapping[str, Array]) -> tuple[Array, Array]:
        """Return A and B of consecutive steps.

        Parameters
        ----------
        arrays : mapping of str to array
            Every array of the formulas by name: shape (S,) for a number of each of S steps, such as ``η``, and (S, C)
            for the states of C parameters before each step, ``v``, and after it, ``v_new``.

        Returns
        -------
        A : float64 array, shape (S, C, U, U)
        B : float64 array, shape (S, C, U)

        Raises
        ------
        ArgumentError
            If the formulas have a term, a factor or a divisor that is not linear in them, such as ``sign(g)``.
        """
        sources = [*self.states, "g"]
        forms = dict(zip(sources, np.eye(len(sources)), strict=True))
        for name, expression in self._made.items():
            if name.removesuffix("_new") in self.states:
                forms[name] = _LinearForms(arrays, forms).of(expression)
        made = [np.broadcast_to(forms[f"{name}_new"], (*arrays["θ"].shape, len(sources))) for name in self.states]
        all_coefficients = np.stack(made, axis=-2)  # (S, C, U, U + 1)
        return all_coefficients[..., :-1], all_coefficients[..., -1]


class _LinearForms:
    """The coefficients of expressions in the arrays that have forms, along the last axis; None without any of them."""

    def __init__(self, arrays: Mapping[str, Array], forms: Mapping[str, Array]) -> None:
        self.arrays, self.forms = arrays, forms

    def of(self, node: Expression) -> Array:
        form = self._of(node)
        return _not_linear() if form is None else form

    def _of(self, node: Expression) -> Array | None:
        match node:
            case Entry(array):
                return self.forms.get(array)
            case Call("neg", (operand,)):
                form = self._of(operand)
                return None if form is None else -form
            case Operation("+" | "-" as symbol, left, right):
                forms = self._of(left), self._of(right)
                match forms:
                    case None, None:
                        return None
                    case np.ndarray(), np.ndarray():
                        return forms[0] + forms[1] if symbol == "+" else forms[0] - forms[1]
                _not_linear()
            case Operation("*", left, right):
                form = self._of(left)
                return self._scaled(right, left) if form is None else form * self._scale(right)
            case Operation("/", left, right):
                form = self._of(left)
                return None if form is None else form / self._scale(right)
        return None

    def _scaled(self, node: Expression, scale: Expression) -> Array | None:
        form = self._of(node)
        return None if form is None else self._scale(scale) * form

    def _scale(self, node: Expression) -> Array:
        """Return a factor or a divisor, which is given as it was, so that it may not read what has a form."""
        if any(isinstance(each, Entry) and each.array in self.forms for each in walk(node)):
            _not_linear()
        return self._value(node)

    def _value(self, node: Expression) -> Array:
        return evaluate(Formula(Tensor("θ")[_ELEMENT], node), self.arrays)[..., np.newaxis]


def _not_linear() -> NoReturn:
    raise ArgumentError(
        "the formulas of the optimizer are not linear in the gradient, even with its scales given; such a training has "
        "no biographies"
    )


def _linear_entries(node: Expression) -> Iterator[str]:
    """Yield the names of the arrays that an expression reads outside of divisors and functions."""
    match node:
        case Entry(array):
            yield array
        case Operation("/", left, _):
            yield from _linear_entries(left)
        case Operation("+" | "-" | "*", left, right):
            yield from _linear_entries(left)
            yield from _linear_entries(right)
        case Call("neg", (operand,)):
            yield from _linear_entries(operand)


def _at_each_step(node: Expression) -> Expression:
    """Return an expression in which each scalar is an array with one number for each step."""
    if isinstance(node, Entry) and not node.subscripts:
        return Tensor(node.array)[_ELEMENT[0]]
    return rebuilt(node, _at_each_step)
