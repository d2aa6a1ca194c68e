"""The base of all optimizers: one step of θ along the gradient, with the formulas of that step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import reduce
from operator import add
from typing import Any, ClassVar

import numpy as np

from whence.arguments import NotNegative, Positive, as_numbers, shown
from whence.arrays import Array
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError, ShapeError, missing_method
from whence.formula import Constant, Expression, Formula, Formulas, Index, Sum, Tensor, maximum, scalar, sqrt

_ENTRIES_IN_CACHE = 2**15

optimizers: ClassRegistry[Optimizer] = ClassRegistry("optimizer", "optimizers")


@dataclass(eq=False, repr=False)
class Optimizer(Configurable):
    """Updates θ in place from the gradient.

    A subclass enters itself in the registry ``optimizers`` and has `update` and `update_formulas`; weight decay and
    clipping are common to all.

    Parameters
    ----------
    learning_rate : float
        η, the step size; positive.
    weight_decay : float
        λ. Classic decay adds λθ to the gradient; a ``decoupled`` optimizer subtracts ηλθ from θ instead.
    clip_norm : float, optional
        The largest Euclidean norm of the gradient; a longer gradient is scaled down to it, before decay.
    decays : bool array, shape (P,), optional
        Which parameters decay; `whence.nn.Sequential.decays` excludes biases and norms.

    Attributes
    ----------
    state : dict of str to array, shape (P,)
        The arrays that the optimizer keeps between steps, by name in the formulas.
    steps : int
        The number of steps made.
    norm, clip : float
        With ``clip_norm``, the norm of the last gradient and the factor that it was multiplied by.
    """

    registry: ClassVar = optimizers
    decoupled: ClassVar[bool] = False

    learning_rate: Positive
    _: KW_ONLY
    weight_decay: NotNegative = 0.0
    clip_norm: Positive | None = None
    decays: Array | None = None

    def __post_init__(self) -> None:
        self.steps = 0
        self.norm, self.clip = 0.0, 1.0
        self.state: dict[str, Array] = {}

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the arrays in ``state``."""
        return ()

    def prepare(self, theta: Array) -> None:
        """Create the state for ``theta``, all zero, unless it exists; `step` calls this itself.

        Raises
        ------
        ShapeError
            If the state, or ``decays``, belongs to a θ of another length.
        """
        if not self.state:
            self.state = {name: np.zeros_like(theta) for name in self.state_names}
        for name, array in {"decays": self.decays, **self.state}.items():
            if array is not None and array.shape != theta.shape:
                raise ShapeError(
                    f"the optimizer's {name} has the shape {array.shape} and θ {theta.shape}; "
                    "make a new optimizer for each network"
                )

    def step(self, theta: Array, gradient: Array) -> None:
        """Update ``theta`` in place by one step.

        Parameters
        ----------
        theta : array, shape (P,)
            All parameters; overwritten.
        gradient : array, shape (P,)
            ∂L/∂θ; not written to.

        Raises
        ------
        ShapeError
            If the gradient, the state or ``decays`` has another shape than θ.
        ArgumentError
            If there is weight decay without ``decays``.
        """
        if type(theta) is not np.ndarray or theta.dtype.kind != "f":
            raise ArgumentError(
                f"theta is {shown(theta)}; it must be an array, such as net.theta, to be changed in place"
            )
        gradient = as_numbers("gradient", gradient)
        self.prepare(theta)
        if gradient.shape != theta.shape:
            raise ShapeError(f"the gradient has the shape {gradient.shape} and θ {theta.shape}; they must be the same")
        if self.weight_decay and self.decays is None:
            raise ArgumentError(
                "weight decay excludes biases and norms, so the optimizer must know them; pass decays=net.decays"
            )
        self.steps += 1
        if self.clip_norm is not None:
            self.norm = math.sqrt(np.square(gradient, dtype=np.float64).sum())
            self.clip = self.clip_norm / max(self.clip_norm, self.norm)
            if self.clip < 1:
                gradient = gradient * self.clip
        if self.weight_decay:
            decay = theta * self.decays
            decay *= self.weight_decay
            if self.decoupled:
                decay *= self.learning_rate
                theta -= decay
            else:
                decay += gradient
                gradient = decay
        self.update(theta, gradient)

    def update(self, theta: Array, gradient: Array) -> None:
        """Update ``theta`` in place from a gradient that is clipped and includes decay."""
        raise missing_method(self, "update")

    def update_formulas(self, start: Expression, gradient: Expression, element: tuple[Index, ...]) -> list[Formula]:
        """Return the formulas of `update`, the last one for ``θ_new``.

        Parameters
        ----------
        start : expression
            The parameter before the update, with decoupled decay subtracted.
        gradient : expression
            Its gradient, clipped and with classic decay added.
        element : tuple of Index
            The subscripts of an entry.
        """
        raise missing_method(self, "update_formulas")

    def formulas(self, element: tuple[Index, ...] = (Index("i"),), *, decays: bool = True) -> Formulas:
        """Return the formulas of a step for a parameter ``θ`` with the gradient ``g``.

        Each state ``m`` becomes ``m_new``; ``η`` is the learning rate, ``τ`` the number of this step and ``clip`` the
        factor by which the whole gradient is clipped.

        Parameters
        ----------
        element : tuple of Index
            The subscripts of an entry, one for each axis of the parameter.
        decays : bool
            Whether weight decay applies to the parameter.
        """
        start: Expression = Tensor("θ")[element]
        gradient: Expression = Tensor("g")[element]
        if self.clip_norm is not None:
            gradient = scalar("clip") * gradient
        if self.weight_decay and decays:
            decay = Constant("λ", self.weight_decay) * start
            if self.decoupled:
                start = start - scalar("η") * decay
            else:
                gradient = gradient + decay
        return Formulas(forward=self.update_formulas(start, gradient, element))

    def clip_formulas(self, gradients: Mapping[str, tuple[Index, ...]]) -> list[Formula]:
        """Return the formulas of ``norm`` and ``clip`` over all gradients, or none without ``clip_norm``.

        Parameters
        ----------
        gradients : mapping of str to tuple of Index
            The subscripts of an entry of each gradient by its name, every index with its extent.

        Notes
        -----
        ``norm = √(Σ_i Σ_j dW1[i, j]² + Σ_i db1[i]² + …)`` and ``clip = threshold / max(threshold, norm)``, which is
        min(1, threshold / norm) without a division by zero (Pascanu et al., 2013).
        """
        if self.clip_norm is None:
            return []
        total = reduce(add, (Sum(element, Tensor(name)[element] ** 2) for name, element in gradients.items()))
        norm, bound = scalar("norm"), Constant("threshold", self.clip_norm)
        return [norm << sqrt(total), scalar("clip") << bound / maximum(bound, norm)]

    def numbers(self) -> dict[str, Array]:
        """Return the scalars of the last step by names in the formulas.

        These are ``η``, the number ``τ`` of the step and, with ``clip_norm``, ``norm`` and ``clip``.
        """
        numbers = {"η": self.learning_rate, "τ": self.steps}
        if self.clip_norm is not None:
            numbers |= {"norm": self.norm, "clip": self.clip}
        return {name: np.asarray(float(number)) for name, number in numbers.items()}

    def arrays(self) -> dict[str, Array]:
        """Return copies of the state by names in the formulas, and the `numbers` of the last step."""
        return {**{name: array.copy() for name, array in self.state.items()}, **self.numbers()}

    def state_dict(self) -> dict[str, Array]:
        """Return copies of the state by name, and the number of ``steps``."""
        return {**{name: array.copy() for name, array in self.state.items()}, "steps": np.asarray(self.steps)}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Restore what `state_dict` returned.

        Raises
        ------
        ShapeError
            If an array is missing, superfluous, or of another shape than in ``state``; nothing has changed then.
        """
        names = self.state_names if state.get("steps") or len(state) > 1 else ()
        if state.keys() != {*names, "steps"}:
            found, expected = ", ".join(sorted(state)), ", ".join(sorted({*names, "steps"}))
            raise ShapeError(f"the state has {found or 'nothing'}, but {type(self).__name__} needs {expected}")
        arrays = {name: as_numbers(name, state[name]).copy() for name in names}
        for name, array in arrays.items():
            if name in self.state and self.state[name].shape != array.shape:
                raise ShapeError(f"{name} is {array.shape} in the state, but {self.state[name].shape} here")
        self.state = arrays
        self.steps = int(state["steps"])

    def settings(self) -> dict[str, Any]:
        """Return the constructor's arguments without ``decays``, which belongs to a network."""
        return {name: value for name, value in super().settings().items() if name != "decays"}


def in_blocks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Yield the same entries of all arrays as views, as many at a time as stay in the processor's cache.

    The arrays have the shape of θ. An update that goes through them entry by entry reads each from memory only once.
    """
    for start in range(0, len(arrays[0]), _ENTRIES_IN_CACHE):
        yield tuple(array[start : start + _ENTRIES_IN_CACHE] for array in arrays)
