"""Adam, with classic and with decoupled weight decay."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from whence.arguments import Fraction, NotNegative, Positive
from whence.arrays import Array
from whence.formula import Constant, Expression, Formula, Index, Tensor, scalar, sqrt
from whence.optim.optimizer import Optimizer, in_blocks, optimizers


@optimizers.register("adam")
@dataclass(eq=False, repr=False)
class Adam(Optimizer):
    """Steps along a running mean of the gradient, divided by the root of a running mean of its square.

    Parameters
    ----------
    learning_rate : float
        η; positive.
    beta1, beta2 : float
        β₁ and β₂, the decay rates of the means of g and of g²; in [0, 1).
    eps : float
        ε, which avoids division by zero; positive.
    eps_uncorrected : bool
        Whether ε is added to √v before the correction of its bias, ``m̂ / ((√v + ε) / √(1 − β₂^τ))``, as TensorFlow and
        scikit-learn do.
    weight_decay, clip_norm, decays
        As for `Optimizer`.

    Notes
    -----
    ``m ← β₁m + (1 − β₁)g``, ``v ← β₂v + (1 − β₂)g²`` and ``θ ← θ − η · m̂ / (√v̂ + ε)`` with ``m̂ = m / (1 − β₁^τ)`` and
    ``v̂ = v / (1 − β₂^τ)``, where τ is the number of the step (Kingma and Ba, 2015, algorithm 1).
    """

    state_names: ClassVar = ("m", "v")

    learning_rate: Positive = 0.001
    _: KW_ONLY
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: Positive = 1e-8
    eps_uncorrected: bool = False

    def update(self, theta: Array, gradient: Array) -> None:
        """Update m and v, and subtract ``η · m̂ / (√v̂ + ε)``, with both bias corrections moved into scalar factors."""
        root = math.sqrt(1 - self.beta2**self.steps)
        for entries, g, m, v in in_blocks(theta, gradient, self.state["m"], self.state["v"]):
            part = (1 - self.beta1) * g
            m *= self.beta1
            m += part
            np.multiply(g, g, out=part)
            part *= 1 - self.beta2
            v *= self.beta2
            v += part
            np.sqrt(v, out=part)
            part += self.eps if self.eps_uncorrected else self.eps * root
            np.divide(m, part, out=part)
            part *= self.learning_rate * root / (1 - self.beta1**self.steps)
            entries -= part

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        m, v, m_new, v_new = (Tensor(name)[element] for name in ("m", "v", "m_new", "v_new"))
        beta1, beta2 = Constant("β₁", self.beta1), Constant("β₂", self.beta2)
        eta, tau, epsilon = scalar("η"), scalar("τ"), Constant("ε", self.eps)
        mean, square = m_new / (1 - beta1**tau), v_new / (1 - beta2**tau)
        added: Expression = epsilon / sqrt(1 - beta2**tau) if self.eps_uncorrected else epsilon
        return [
            m_new << beta1 * m + (1 - beta1) * gradient,
            v_new << beta2 * v + (1 - beta2) * gradient**2,
            Tensor("θ_new")[element] << start - eta * mean / (sqrt(square) + added),
        ]


@optimizers.register("adamw")
@dataclass(eq=False, repr=False)
class AdamW(Adam):
    """Adam with decoupled weight decay: ``θ ← θ − ηλθ`` before the step, without effect on m and v.

    Parameters
    ----------
    learning_rate, beta1, beta2, eps, eps_uncorrected
        As for `Adam`.
    weight_decay : float
        λ.
    clip_norm, decays
        As for `Optimizer`.

    Notes
    -----
    Loshchilov and Hutter (2019), algorithm 2, with the decay times η as in PyTorch.
    """

    decoupled: ClassVar[bool] = True

    _: KW_ONLY
    weight_decay: NotNegative = 0.01
