"""What every optimizer is: one step of θ along the gradient, with the formulas of that step."""

from __future__ import annotations

import inspect
import math
from typing import Any, ClassVar

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Constant, Expression, Formula, Formulas, Index, Tensor, scalar
from whence.registry import Registry

optimizers: Registry[type[Optimizer]] = Registry("optimizer")


class Optimizer:
    """Moves θ, in place, against the gradient.

    A subclass enters itself in the registry ``optimizers`` and has `update` and `update_formulas`; weight decay and
    clipping are the same for all and done here.

    Parameters
    ----------
    learning_rate : float
        η, how far a step goes; positive.
    weight_decay : float
        λ. Classic decay adds λθ to the gradient; an optimizer that is ``decoupled`` subtracts ηλθ from θ instead.
    clip_norm : float, optional
        The largest Euclidean norm that the gradient may have; a longer one is scaled down to it, before decay.
    decays : bool array, shape (P,), optional
        Which parameters decay; `whence.nn.Sequential.decays` spares biases and norms.

    Attributes
    ----------
    state : dict of str to array, shape (P,)
        What the optimizer remembers, by name in the formulas.
    steps : int
        How many steps it has made.

    Raises
    ------
    ArgumentError
        If a setting is outside its range.
    """

    decoupled: ClassVar[bool] = False

    def __init__(
        self,
        learning_rate: float,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        decays: Array | None = None,
    ) -> None:
        require_positive("learning_rate", learning_rate)
        if not (math.isfinite(weight_decay) and weight_decay >= 0):
            raise ArgumentError(f"weight_decay is {weight_decay}; it must be 0 or positive")
        if clip_norm is not None:
            require_positive("clip_norm", clip_norm)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.decays = decays
        self.steps = 0
        self.state: dict[str, Array] = {}

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the arrays that the optimizer remembers."""
        return ()

    def step(self, theta: Array, gradient: Array) -> None:
        """Move ``theta`` in place by one step.

        Parameters
        ----------
        theta : array, shape (P,)
            All parameters; overwritten.
        gradient : array, shape (P,)
            ∂L/∂θ; not written to.

        Raises
        ------
        ArgumentError
            If weight decay is on and nothing says which parameters decay.
        """
        if not self.state:
            self.state = {name: np.zeros_like(theta) for name in self.state_names}
        self.steps += 1
        if self.clip_norm is not None:
            gradient = gradient * theta.dtype.type(self.clip_factor(gradient))
        if self.weight_decay:
            decay = self._decay(theta)
            if self.decoupled:
                theta -= self.learning_rate * decay
            else:
                gradient = gradient + decay
        self.update(theta, gradient)

    def clip_factor(self, gradient: Array) -> float:
        """Return what the gradient is multiplied with so that its norm is at most ``clip_norm``."""
        if self.clip_norm is None:
            return 1.0
        norm = float(np.linalg.norm(gradient.astype(np.float64, copy=False)))
        return min(1.0, self.clip_norm / norm) if norm else 1.0

    def update(self, theta: Array, gradient: Array) -> None:
        """Move ``theta`` in place by a gradient that is clipped and has decay in it already."""
        raise NotImplementedError

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        """Return the formulas of `update`, the last one for ``θ_new``.

        Parameters
        ----------
        start : expression
            The parameter before the update, decoupled decay subtracted.
        gradient : expression
            Its gradient, clipped and with classic decay added.
        element : tuple of Index
            The subscripts of an entry.
        """
        raise NotImplementedError

    def formulas(self, element: tuple[Index, ...] = (Index("i"),), *, decays: bool = True) -> Formulas:
        """Return the formulas of a step for a parameter ``θ`` with the gradient ``g``.

        Each state ``m`` becomes ``m_new``; ``η`` is the learning rate, ``t`` the number of this step and ``clip`` the
        clipping factor of the whole gradient.

        Parameters
        ----------
        element : tuple of Index
            The subscripts of an entry, one for each axis of the parameter.
        decays : bool
            Whether weight decay applies to the parameter.
        """
        theta, gradient = Tensor("θ")[element], Tensor("g")[element]
        start: Expression = theta
        effective: Expression = gradient
        if self.clip_norm is not None:
            effective = scalar("clip") * gradient
        if self.weight_decay and decays:
            decay = Constant("λ", self.weight_decay) * theta
            if self.decoupled:
                start = theta - scalar("η") * decay
            else:
                effective = effective + decay
        return Formulas(forward=self.update_formulas(start, effective, element))

    def arrays(self) -> dict[str, Array]:
        """Return copies of the state by names in the formulas, with ``η`` and the number of the last step ``t``."""
        numbers = {"η": np.asarray(self.learning_rate), "t": np.asarray(float(self.steps))}
        return {**{name: array.copy() for name, array in self.state.items()}, **numbers}

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON, without ``decays``."""
        names = inspect.signature(type(self)).parameters
        return {name: getattr(self, name) for name in names if name != "decays"}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.config().items() if value)
        return f"{type(self).__name__}({shown})"

    def _decay(self, theta: Array) -> Array:
        if self.decays is None:
            raise ArgumentError(
                "weight decay spares biases and norms, so the optimizer must know them: pass decays=net.decays"
            )
        decay: Array = theta * (self.decays * theta.dtype.type(self.weight_decay))
        return decay


def require_positive(name: str, value: float) -> None:
    """Raise `ArgumentError` unless a setting is a positive, finite number."""
    if not (math.isfinite(value) and value > 0):
        raise ArgumentError(f"{name} is {value}; it must be a positive number")
