"""The update of parameters as a linear recurrence in their gradients, read from the formulas of an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NoReturn, TypeAlias

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Constant, Entry, Expression, Index
from whence.formula.expressions import Call, Number, Operation, walk
from whence.formula.functions import FUNCTIONS, OPERATIONS
from whence.optim import Optimizer

_ELEMENT = (Index("c"),)
_MOST_ROUNDING = 1e-4

Factor: TypeAlias = float | Array
Form: TypeAlias = dict[str, Factor]
"""What each of some arrays is multiplied by in a sum, by their names; those that are not in it by zero."""


def require_no_memory(optimizer: Optimizer) -> None:
    """Raise `ArgumentError` if an optimizer holds gradients of steps that were made before, as that of a checkpoint."""
    memory = UpdateRecurrence(optimizer, decays=True).states[1:]
    if any(optimizer.state[name].any() for name in memory if name in optimizer.state):
        raise ArgumentError(
            "the optimizer begins with gradients of earlier steps, whose samples are not known; give a training from "
            "its beginning"
        )


def require_rounding(rest: Array | float, added: Array | float) -> None:
    """Raise `ArgumentError` if the rest of updates is too large to be rounding, in proportion to all that was added."""
    if np.any(np.abs(rest) > _MOST_ROUNDING * added):
        raise ArgumentError(
            "the updates are not the sum of what the samples add: the optimizer does not compute what its formulas "
            "say, or a callback changes gradients or parameters; such a training has no biographies"
        )


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
        self._made = {formula.target.array: formula.expression for formula in formulas}

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

    @cached_property
    def read(self) -> set[str]:
        """The names of what the update reads besides u and g: numbers, such as ``η``, and `scales`."""
        relevant = [self._made[f"{name}_new"] for name in self.states]
        read = {node.array for made in relevant for node in walk(made) if isinstance(node, Entry)}
        return read - {"g", *self.states, *(f"{name}_new" for name in self.states)}

    @property
    def scales(self) -> set[str]:
        """The names of the states, before (``v``) or after a step (``v_new``), that are taken as they were."""
        return {name for name in self.read if f"{name.removesuffix('_new')}_new" in self._made}

    def transition(self, arrays: Mapping[str, Factor]) -> dict[str, Form]:
        """Return for each state of u what a step multiplies g, and the states before it, by; zeros are left out.

        Parameters
        ----------
        arrays : mapping of str to float or array
            The numbers of the step, such as ``η``, and the `scales`. Arrays are computed with elementwise.

        Raises
        ------
        ArgumentError
            If the formulas have a term, a factor or a divisor that is not linear in them, such as ``sign(g)``.
        """
        forms: dict[str, Form] = {name: {name: 1.0} for name in (*self.states, "g")}
        for name, expression in self._made.items():
            if name.removesuffix("_new") in self.states:
                forms[name] = _LinearForms(arrays, forms).of(expression)
        return {name: forms[f"{name}_new"] for name in self.states}

    def lasting_effect(self, arrays: Mapping[str, Factor]) -> Factor:
        """Return what becomes of a parameter in the end, through all later steps, for each unit of a step's gradient.

        It is what it would be if all later steps had the numbers and scales of this one: −η / (1 − μ) with momentum μ.
        Weight decay is left out.

        Parameters
        ----------
        arrays : mapping of str to float or array
            As for `transition`, whose errors these are.
        """
        step, memory = self.transition(arrays), self.states[1:]
        rows = [step[state].get(name, 0.0) for state in memory for name in (*memory, "g")]
        found = np.stack(np.broadcast_arrays(0.0, *rows)[1:], axis=-1) if rows else np.zeros(0)
        found = found.reshape(*found.shape[:-1], len(memory), len(memory) + 1)
        kept = np.linalg.solve(np.eye(len(memory)) - found[..., :-1], found[..., -1:])[..., 0]  # in each state, of g
        effect = step["θ"].get("g", 0.0)
        for number, state in enumerate(memory):
            effect = effect + step["θ"].get(state, 0.0) * kept[..., number]
        return effect

    def coefficients(self, arrays: Mapping[str, Array]) -> tuple[Array, Array]:
        """Return A and B of consecutive steps.

        Parameters
        ----------
        arrays : mapping of str to array
            As for `transition`: shape (S,) for a number of each of S steps, such as ``η``, and (S, C) for the `scales`
            of C parameters.

        Returns
        -------
        A : float64 array, shape (S, C, U, U), or (S, 1, U, U) if it is the same for all parameters
        B : float64 array, shape (S, C, U), or (S, 1, U)

        Raises
        ------
        ArgumentError
            As for `transition`.
        """
        by_step = {name: array[:, np.newaxis] if array.ndim == 1 else array for name, array in arrays.items()}
        forms, sources = self.transition(by_step).values(), [*self.states, "g"]
        shapes = (np.shape(factor) for form in forms for factor in form.values())
        shape = np.broadcast_shapes(by_step["τ"].shape, *shapes)
        found = np.zeros((*shape, len(self.states), len(sources)))
        for row, form in enumerate(forms):
            for name, factor in form.items():
                found[..., row, sources.index(name)] = factor
        return found[..., :-1], found[..., -1]


class _LinearForms:
    """The coefficients of expressions in what has forms, by name; None without any of them."""

    def __init__(self, arrays: Mapping[str, Factor], forms: Mapping[str, Form]) -> None:
        self.arrays, self.forms = arrays, forms

    def of(self, node: Expression) -> Form:
        form = self._of(node)
        return _not_linear() if form is None else form

    def _of(self, node: Expression) -> Form | None:
        match node:
            case Entry(array):
                return self.forms.get(array)
            case Call("neg", (operand,)):
                return self._scaled(operand, lambda factor: -factor)
            case Operation("+" | "-" as symbol, left, right):
                added = self._of(left), self._of(right if symbol == "+" else -right)
                match added:
                    case None, None:
                        return None
                    case dict(), dict():
                        return _sum_of(*added)
                _not_linear()
            case Operation("*", left, right):
                form = self._scaled(left, lambda factor: _computed("*", factor, self._scale(right)))
                return form or self._scaled(right, lambda factor: _computed("*", self._scale(left), factor))
            case Operation("/", left, right):
                return self._scaled(left, lambda factor: _computed("/", factor, self._scale(right)))
        return None

    def _scaled(self, node: Expression, change: Callable[[Factor], Factor]) -> Form | None:
        form = self._of(node)
        return None if form is None else {name: change(factor) for name, factor in form.items()}

    def _scale(self, node: Expression) -> Factor:
        """Return a factor or a divisor, which is given as it was, so that it may not read what has a form."""
        match node:
            case Number(value) | Constant(_, value):
                return value
            case Entry(array) if array not in self.forms:
                return self.arrays[array]
            case Operation(symbol, left, right):
                return _computed(symbol, self._scale(left), self._scale(right))
            case Call(function, operands):
                return _as_factor(FUNCTIONS[function](*map(self._scale, operands)))
        _not_linear()


def _sum_of(left: Form, right: Form) -> Form:
    both = {name: _computed("+", left[name], right[name]) for name in left.keys() & right.keys()}
    return {**left, **right, **both}


def _computed(symbol: str, left: Factor, right: Factor) -> Factor:
    with np.errstate(all="ignore"):
        return _as_factor(OPERATIONS[symbol](left, right))


def _as_factor(value: Array) -> Factor:
    """Return a number as a float, with which arrays keep their dtype."""
    return value if np.ndim(value) else float(value)


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
