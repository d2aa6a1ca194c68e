"""RMSprop: the gradient divided by the root of a running mean of its square."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from whence.arguments import Fraction, Positive
from whence.arrays import Array
from whence.formula import Constant, Expression, Formula, Index, Tensor, max0, scalar, sqrt
from whence.optim.optimizer import Optimizer, optimizers


@optimizers.register("rmsprop")
@dataclass(eq=False, repr=False)
class RMSprop(Optimizer):
    """``v ← αv + (1 − α)g²`` and ``θ ← θ − ηg / (√v + ε)``, optionally centered or with momentum.

    Parameters
    ----------
    learning_rate : float
        η; positive.
    alpha : float
        α, the decay rate of the mean of g²; in [0, 1).
    eps : float
        ε, which avoids division by zero; positive.
    momentum : float
        μ, in [0, 1).
    centered : bool
        Whether to divide by the standard deviation of the gradient instead of its root mean square.
    weight_decay, clip_norm, decays
        As for `Optimizer`.

    Notes
    -----
    Tieleman and Hinton (2012), lecture 6e. Centered, ``m ← αm + (1 − α)g`` and the divisor is ``√(v − m²) + ε``
    (Graves, 2013); with momentum, ``u ← μu + g / divisor`` and ``θ ← θ − ηu``, as in PyTorch. Where rounding
    makes ``v − m²`` negative, it counts as 0.
    """

    learning_rate: Positive = 0.01
    _: KW_ONLY
    alpha: Fraction = 0.99
    eps: Positive = 1e-8
    momentum: Fraction = 0.0
    centered: bool = False

    @property
    def state_names(self) -> tuple[str, ...]:
        return ("v", *("m",) * self.centered, *("u",) * bool(self.momentum))

    def update(self, theta: Array, gradient: Array) -> None:
        v = self.state["v"]
        part = gradient * gradient
        part *= 1 - self.alpha
        v *= self.alpha
        v += part
        square = v
        if self.centered:
            m = self.state["m"]
            np.multiply(gradient, 1 - self.alpha, out=part)
            m *= self.alpha
            m += part
            np.multiply(m, m, out=part)
            np.subtract(v, part, out=part)
            square = np.maximum(part, 0, out=part)
        np.sqrt(square, out=part)
        part += self.eps
        divided = np.divide(gradient, part, out=part)
        if self.momentum:
            u = self.state["u"]
            u *= self.momentum
            u += divided
            divided = u
        theta -= np.multiply(divided, self.learning_rate, out=part)

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        v, m, u, v_new, m_new, u_new = (Tensor(name)[element] for name in ("v", "m", "u", "v_new", "m_new", "u_new"))
        alpha, eta = Constant("α", self.alpha), scalar("η")
        formulas = [v_new << alpha * v + (1 - alpha) * gradient**2]
        square: Expression = v_new
        if self.centered:
            formulas.append(m_new << alpha * m + (1 - alpha) * gradient)
            square = max0(v_new - m_new**2)
        divided = gradient / (sqrt(square) + Constant("ε", self.eps))
        if self.momentum:
            formulas.append(u_new << Constant("μ", self.momentum) * u + divided)
            divided = u_new
        return [*formulas, Tensor("θ_new")[element] << start - eta * divided]
