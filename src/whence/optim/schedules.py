"""Schedules: how the learning rate changes during training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from whence.arguments import (
    NotNegative,
    NotNegativeInt,
    Positive,
    PositiveFraction,
    PositiveInt,
    Range,
    checks_arguments,
)
from whence.configurable import ClassRegistry, Configurable
from whence.errors import missing_method
from whence.schema import converted

schedules: ClassRegistry[Schedule] = ClassRegistry("schedule", "schedules")


class Schedule(Configurable):
    """The learning rate at each step: a base rate times a factor.

    A subclass is a dataclass of its settings, enters itself in the registry ``schedules``, and has `factor`; if it
    depends on the losses observed, it also has `state_dict` and `load_state_dict`.
    """

    registry: ClassVar = schedules
    base_rate: float
    steps_per_epoch: int
    total_steps: int

    @property
    def spans_training(self) -> bool:
        """Whether the rate of a step depends on the number of all steps."""
        return False

    def start(self, base_rate: float, steps_per_epoch: int, total_steps: int) -> None:
        """Set the optimizer's own rate and the length of the training, before any other call."""
        self.base_rate, self.steps_per_epoch, self.total_steps = base_rate, steps_per_epoch, total_steps

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        return self.base_rate * self.factor(step)

    def factor(self, step: int) -> float:
        """Return the factor of the base rate at a step, counted from 0."""
        raise missing_method(self, "factor")

    def observe(self, loss: float) -> None:
        """Observe the loss after an epoch, on the validation samples if there are any."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the schedule as JSON."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""


@schedules.register("constant")
@dataclass(eq=False, repr=False)
class ConstantRate(Schedule):
    """``η`` is constant."""

    def factor(self, step: int) -> float:
        return 1.0


@schedules.register("step")
@dataclass(eq=False, repr=False)
class StepDecay(Schedule):
    """``η · f^⌊epoch / every⌋``: multiplied by f every few epochs.

    Parameters
    ----------
    every : int
        The number of epochs between two changes.
    decay : float
        f, in (0, 1].
    """

    every: PositiveInt
    decay: PositiveFraction = 0.1

    def factor(self, step: int) -> float:
        return float(self.decay ** (step // self.steps_per_epoch // self.every))


@schedules.register("exponential")
@dataclass(eq=False, repr=False)
class Exponential(Schedule):
    """``η · f^epoch``: multiplied by f every epoch.

    Parameters
    ----------
    decay : float
        f, in (0, 1].
    """

    decay: PositiveFraction

    def factor(self, step: int) -> float:
        return float(self.decay ** (step // self.steps_per_epoch))


@schedules.register("cosine")
@dataclass(eq=False, repr=False)
class Cosine(Schedule):
    """``η · (f + (1 − f) · (1 + cos(π · step / steps)) / 2)``: half a cosine wave from 1 down to f.

    Parameters
    ----------
    floor : float
        f, in [0, 1].

    Notes
    -----
    Loshchilov and Hutter (2017), without restarts. The floor would be reached at the step after the last.
    """

    floor: Annotated[float, Range(0, 1)] = 0.0

    @property
    def spans_training(self) -> bool:
        return True

    def factor(self, step: int) -> float:
        return _wave(self.floor, 1.0, 1 - step / self.total_steps)


@schedules.register("one_cycle")
@dataclass(eq=False, repr=False)
class OneCycle(Schedule):
    """Half a cosine wave up to the base rate, then half a cosine wave down to nearly zero.

    Parameters
    ----------
    warm : float
        The fraction of all steps in which the rate rises; in (0, 1).
    start_factor, end_factor : float
        The first and the last rate as fractions of the base rate; in (0, 1].

    Notes
    -----
    Smith and Topin (2018), with the cosines and the numbers of PyTorch's ``OneCycleLR``: the maximum is at step
    ``warm · steps − 1``, counted from 0, and the end at the last step.
    """

    warm: Annotated[float, Range(0, 1, above=True, below=True)] = 0.3
    start_factor: PositiveFraction = 0.04
    end_factor: PositiveFraction = 4e-6

    @property
    def spans_training(self) -> bool:
        return True

    def factor(self, step: int) -> float:
        top = self.warm * self.total_steps - 1
        if step < top:
            return _wave(self.start_factor, 1.0, step / top)
        last = self.total_steps - 1
        return _wave(self.end_factor, 1.0, (last - step) / (last - top))


@schedules.register("warmup")
@dataclass(eq=False, repr=False)
class WarmUp(Schedule):
    """``η · min(1, (step + 1) / steps)``: a linear rise over the first steps, then constant.

    Followed by another schedule it is written as a product: ``warmup(500) * cosine``.

    Parameters
    ----------
    steps : int
        The number of steps of the rise.

    Notes
    -----
    Goyal et al. (2017).
    """

    steps: PositiveInt

    def factor(self, step: int) -> float:
        return min(1.0, (step + 1) / self.steps)


@schedules.register("plateau")
@dataclass(eq=False, repr=False)
class Plateau(Schedule):
    """Multiplied by f whenever the loss has not improved for more than ``patience`` consecutive epochs.

    Parameters
    ----------
    decay : float
        f, in (0, 1].
    patience : int
        The number of epochs without improvement that are tolerated.
    min_rate : float
        The smallest learning rate.
    threshold : float
        The fraction of the best loss by which a loss must be smaller to count as an improvement.

    Notes
    -----
    As PyTorch's ``ReduceLROnPlateau``.
    """

    decay: PositiveFraction = 0.1
    patience: NotNegativeInt = 10
    min_rate: NotNegative = 0.0
    threshold: NotNegative = 1e-4

    def start(self, base_rate: float, steps_per_epoch: int, total_steps: int) -> None:
        super().start(base_rate, steps_per_epoch, total_steps)
        self._best: float | None = None
        self._without_progress = 0
        self._factor = 1.0

    def factor(self, step: int) -> float:
        return max(self._factor, min(1.0, self.min_rate / self.base_rate))

    def observe(self, loss: float) -> None:
        if self._best is None or loss < self._best - self.threshold * abs(self._best):
            self._best, self._without_progress = loss, 0
            return
        self._without_progress += 1
        if self._without_progress > self.patience:
            self._factor *= self.decay
            self._without_progress = 0

    def state_dict(self) -> dict[str, Any]:
        return {"best": self._best, "without_progress": self._without_progress, "factor": self._factor}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        record = converted(state, _Progress, "the state of the schedule", advice="give what state_dict returned")
        self._best, self._without_progress, self._factor = record.best, record.without_progress, record.factor


class _Progress(msgspec.Struct):
    """What `Plateau.state_dict` returns."""

    best: float | None
    without_progress: NotNegativeInt
    factor: Positive


@dataclass(eq=False, repr=False)
class Product(Schedule):
    """The product of the factors of several schedules: ``warmup(500) * cosine``."""

    parts: Sequence[Schedule]

    @property
    def spans_training(self) -> bool:
        return any(part.spans_training for part in self.parts)

    def start(self, base_rate: float, steps_per_epoch: int, total_steps: int) -> None:
        super().start(base_rate, steps_per_epoch, total_steps)
        for part in self.parts:
            part.start(base_rate, steps_per_epoch, total_steps)

    def factor(self, step: int) -> float:
        return math.prod(part.factor(step) for part in self.parts)

    def observe(self, loss: float) -> None:
        for part in self.parts:
            part.observe(loss)

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for part, remembered in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(remembered)

    def __str__(self) -> str:
        return " * ".join(map(str, self.parts))


@checks_arguments
def schedule(notation: Schedule | str) -> Schedule:
    """Return the schedule that a text such as ``"step(10, 0.5)"`` or ``"warmup(500) * cosine"`` describes.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    ArgumentError
        If it does not take these settings.
    """
    if not isinstance(notation, str):
        return notation
    parts = tuple(schedules.read(part) for part in notation.split("*"))
    return parts[0] if len(parts) == 1 else Product(parts)


def _wave(low: float, high: float, place: float) -> float:
    """Return half a cosine wave that rises from ``low`` at place 0 to ``high`` at place 1."""
    return low + (high - low) * (1 - math.cos(math.pi * place)) / 2
