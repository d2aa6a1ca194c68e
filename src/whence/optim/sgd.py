"""Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from whence.arguments import Fraction, Positive
from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Constant, Expression, Formula, Index, Tensor, scalar
from whence.optim.optimizer import Optimizer, in_blocks, optimizers


@optimizers.register("sgd")
@dataclass(eq=False, repr=False)
class SGD(Optimizer):
    """``θ ← θ − ηg``, or with momentum ``v ← μv + g`` and ``θ ← θ − ηv``.

    Parameters
    ----------
    learning_rate : float
        η; positive.
    momentum : float
        μ, in [0, 1).
    nesterov : bool
        Whether to step along ``g + μv`` (after the update of v) instead of ``v``.
    weight_decay, clip_norm, decays
        As for `Optimizer`.

    Notes
    -----
    The momentum is that of Sutskever et al. (2013), with the learning rate outside the velocity.
    """

    learning_rate: Positive = 0.1
    _: KW_ONLY
    momentum: Fraction = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise ArgumentError("nesterov=True needs momentum, but momentum is 0; set it, for example to 0.9")

    @property
    def state_names(self) -> tuple[str, ...]:
        return ("v",) if self.momentum else ()

    def update(self, theta: Array, gradient: Array) -> None:
        if not self.momentum:
            for entries, g in in_blocks(theta, gradient):
                entries -= self.learning_rate * g
            return
        v = self.state["v"]
        v *= self.momentum
        v += gradient
        if self.nesterov:
            step = self.momentum * v
            step += gradient
            step *= self.learning_rate
        else:
            step = self.learning_rate * v
        theta -= step

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        theta_new, v, v_new = Tensor("θ_new"), Tensor("v"), Tensor("v_new")
        eta, mu = scalar("η"), Constant("μ", self.momentum)
        if not self.momentum:
            return [theta_new[element] << start - eta * gradient]
        direction = gradient + mu * v_new[element] if self.nesterov else v_new[element]
        return [v_new[element] << mu * v[element] + gradient, theta_new[element] << start - eta * direction]
