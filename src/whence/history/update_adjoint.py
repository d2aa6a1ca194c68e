"""The updates of a training, gone through backward: how a sum over its steps depends on each of its gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby

import numpy as np

from whence.arrays import Array
from whence.history.update_recurrence import Form, UpdateRecurrence
from whence.nn import Sequential
from whence.optim import Optimizer


class UpdateAdjoint:
    """How ``Σ_t ⟨h_t, θ_t − θ_(t−1)⟩`` depends on the gradients, and on the parameters at the start.

    With u for the parameters and the states of the optimizer that are linear in the gradients, each step is
    ``u_t = A_t u_(t−1) + B_t g_t``. Let κ be the derivative of the sum over the steps after t with respect to u_t.
    Going backward, the derivative of the whole with respect to g_t is ``B_tᵀ (h_t + κ)``, and κ becomes
    ``A_tᵀ κ + (A_t − 1)ᵀ h_t``, where h_t stands at the place of θ in u.

    Parameters
    ----------
    net : Sequential
        The network.
    optimizer : Optimizer
        The optimizer.

    Attributes
    ----------
    scales : set of str
        The names of the optimizer's states that `back` needs, before (``v``) or after a step (``v_new``).
    given_scales : bool
        Whether there are states that are taken as they were.

    References
    ----------
    Maclaurin, Duvenaud and Adams (2015), *Gradient-based hyperparameter optimization through reversible learning*.
    """

    def __init__(self, net: Sequential, optimizer: Optimizer) -> None:
        self._parts: list[tuple[slice, UpdateRecurrence]] = []
        for decays, slots in groupby(net.slots, key=lambda slot: slot.decays and optimizer.weight_decay > 0):
            own = [*slots]
            self._parts.append((slice(own[0].start, own[-1].stop), UpdateRecurrence(optimizer, decays=decays)))
        self._later: list[dict[str, Array]] = [{} for _ in self._parts]
        self.scales = set[str]().union(*(recurrence.scales for _, recurrence in self._parts))
        self.given_scales = any(recurrence.given_scales for _, recurrence in self._parts)

    def back(self, asked: Array, numbers: Mapping[str, float], scales: Mapping[str, Array]) -> Array:
        """Go back over a step.

        Parameters
        ----------
        asked : array, shape (P,)
            h_t.
        numbers : mapping of str to float
            The numbers of the step, such as ``η``.
        scales : mapping of str to array
            The `scales`.

        Returns
        -------
        array, shape (P,)
            The derivative with respect to the step's gradient.

        Raises
        ------
        ArgumentError
            If the optimizer is not linear in the gradient.
        """
        weight = np.zeros_like(asked)
        for number, (part, recurrence) in enumerate(self._parts):
            own, later = asked[part], self._later[number]
            step = recurrence.transition({**numbers, **{name: state[part] for name, state in scales.items()}})
            moved = {**step["θ"], "θ": step["θ"]["θ"] - 1}  # of what is asked: the change alone
            back = [_products(moved, own), *(_products(step[name], each) for name, each in later.items())]
            gone = {name: _sum([each[name] for each in back if name in each]) for name in (*recurrence.states, "g")}
            derivative = gone.pop("g")
            if derivative is not None:
                weight[part] = derivative
            self._later[number] = {name: each for name, each in gone.items() if each is not None}
        return weight

    def of_start(self, theta: Array) -> float:
        """Return what the first parameters add to the sum, all of whose steps were gone back over: what decays of them.

        The states of the optimizer are zero at the start.
        """
        parts = zip(self._parts, self._later, strict=True)
        return math.fsum(float(later["θ"] @ theta[part]) for (part, _), later in parts if "θ" in later)


def _products(form: Form, vector: Array) -> dict[str, Array]:
    """Return a vector times each coefficient that is not zero."""
    return {name: factor * vector for name, factor in form.items() if np.ndim(factor) or factor}


def _sum(parts: list[Array]) -> Array | None:
    if not parts:
        return None
    total, *others = parts
    for other in others:
        total += other
    return total
