"""Consecutive updates as one: what is left at their end of what was there before, of each gradient, and of rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.history.update_recurrence import UpdateRecurrence


@dataclass(frozen=True)
class Passage:
    """What S consecutive steps made of C parameters, with the U numbers u of `UpdateRecurrence` for each.

    At their end, u is ``onward @ u + Σ_s effects[s] · g_s + rounding``.

    Parameters
    ----------
    onward : float64 array, shape (U, U, C), or (U, U, 1) if it is the same for all parameters
        What is left of u as it was before.
    effects : float64 array, shape (U, S, C), or (U, S, 1)
        What each unit of a step's gradient has become.
    rounding : float64 array, shape (U, C)
        What has become of the rounding of all steps: of what each stored, less what its formulas make, in double
        precision, of what the one before had stored.
    """

    onward: Array
    effects: Array
    rounding: Array


def passage(
    recurrence: UpdateRecurrence, numbers: Mapping[str, Array], stored: Mapping[str, Array], gradients: Array
) -> Passage:
    """Return what consecutive steps made of parameters.

    Parameters
    ----------
    recurrence : UpdateRecurrence
        The update.
    numbers : mapping of str to float64 array, shape (S,)
        The numbers of each step, such as ``η``.
    stored : mapping of str to float64 array, shape (S + 1, C)
        θ and the states of the optimizer that the update reads, before the first step and after each.
    gradients : float64 array, shape (S, C)
        The gradients.

    Raises
    ------
    ArgumentError
        If the update is not linear in the gradient.
    """
    scales = {
        name: stored[name.removesuffix("_new")][1:] if name.endswith("_new") else stored[name][:-1]
        for name in recurrence.scales
    }
    transitions, inputs = (
        np.ascontiguousarray(np.moveaxis(each, 1, -1)) for each in recurrence.coefficients({**numbers, **scales})
    )  # (S, U, U, C), (S, U, C)
    u = np.stack([stored[name] for name in recurrence.states], axis=1)  # (S + 1, U, C)
    made = _product(transitions, u[:-1, :, np.newaxis])[:, :, 0] + inputs * gradients[:, np.newaxis]
    later = np.empty_like(transitions)
    onward = np.broadcast_to(np.eye(u.shape[1])[..., np.newaxis], transitions.shape[1:])
    for step in reversed(range(len(transitions))):
        later[step] = onward
        onward = _product(onward, transitions[step])
    effects = _product(later, inputs[:, :, np.newaxis])[:, :, 0]  # (S, U, C)
    rounding = _product(later, (u[1:] - made)[:, :, np.newaxis])[:, :, 0].sum(0)
    return Passage(onward, effects.swapaxes(0, 1), rounding)


def go_on(shares: Array, onward: Array) -> None:
    """Multiply shares, (U, N, C), by the transition of each cell to some of the first states, (V, U, C), in place."""
    before = shares.copy() if len(onward) > 1 else shares
    for state, (own, factors) in enumerate(zip(shares, onward, strict=False)):
        if (factors[state] != 1).any():
            own *= factors[state]
        for other, factor in enumerate(factors):
            if other != state and factor.any():
                own += before[other] * factor


def _product(left: Array, right: Array) -> Array:
    """Return the products of matrices (…, U, V, C) and (…, V, W, C) for each c; `numpy.matmul` is slow for few V."""
    found = left[..., :, :1, :] * right[..., :1, :, :]
    for place in range(1, left.shape[-2]):
        found = found + left[..., :, place, np.newaxis, :] * right[..., np.newaxis, place, :, :]
    return np.asarray(found)
