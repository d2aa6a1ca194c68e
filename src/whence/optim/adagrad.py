"""Adagrad: the gradient divided by the root of the sum of all its squares."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.formula import Constant, Expression, Formula, Index, Tensor, scalar, sqrt
from whence.optim.optimizer import Optimizer, optimizers


@optimizers.register("adagrad")
@dataclass(eq=False, repr=False)
class Adagrad(Optimizer):
    """``v ← v + g²`` and ``θ ← θ − ηg / (√v + ε)``.

    Parameters
    ----------
    learning_rate : float
        η; positive.
    eps : float
        ε, which avoids division by zero; positive.
    weight_decay, clip_norm, decays
        As for `Optimizer`.

    Notes
    -----
    Duchi, Hazan and Singer (2011), with a diagonal matrix.
    """

    state_names: ClassVar = ("v",)

    learning_rate: Positive = 0.01
    _: KW_ONLY
    eps: Positive = 1e-10

    def update(self, theta: Array, gradient: Array) -> None:
        v = self.state["v"]
        part = gradient * gradient
        v += part
        np.sqrt(v, out=part)
        part += self.eps
        np.divide(gradient, part, out=part)
        part *= self.learning_rate
        theta -= part

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        v, v_new = Tensor("v")[element], Tensor("v_new")[element]
        return [
            v_new << v + gradient**2,
            Tensor("θ_new")[element] << start - scalar("η") * gradient / (sqrt(v_new) + Constant("ε", self.eps)),
        ]
