"""What a checkpoint keeps of a training besides its arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from whence.arguments import NotNegative, NotNegativeInt, PositiveInt


class TrainingState(msgspec.Struct, kw_only=True):
    """The position of a training, and the states of its optimizer, its schedule and its generators.

    Parameters
    ----------
    epoch, step, position, loss_sum, clipped, best_epoch, stop, steps_per_epoch, total_steps, seconds
        As of `whence.training.Training`.
    samples_seen : float
        Its ``weight_seen``.
    optimizer : dict
        The optimizer as JSON.
    optimizer_steps : int
        The number of its steps.
    best_optimizer, best_optimizer_steps
        The same of the optimizer at the end of the best epoch; None in files of version 0.1, which did not keep it.
    schedule : dict or None
        The state of the schedule, if there is one.
    net_rng, epoch_rng : dict or None
        The states of the network's generator and of the one that the epoch began with, None if batches had none.
    """

    epoch: NotNegativeInt
    step: NotNegativeInt
    position: NotNegativeInt
    loss_sum: float
    samples_seen: NotNegative
    clipped: NotNegativeInt
    best_epoch: NotNegativeInt
    stop: bool
    steps_per_epoch: PositiveInt
    total_steps: PositiveInt
    seconds: NotNegative
    optimizer: dict[str, Any]
    optimizer_steps: NotNegativeInt
    schedule: dict[str, Any] | None
    net_rng: Mapping[str, Any]
    epoch_rng: Mapping[str, Any] | None
    best_optimizer: dict[str, Any] | None = None
    best_optimizer_steps: NotNegativeInt = 0

    def __post_init__(self) -> None:
        if self.best_epoch > self.epoch or self.position > min(self.step, self.steps_per_epoch):
            raise ValueError("epoch, best_epoch, step and position do not belong together")
        for name in ("net_rng", "epoch_rng"):
            _require_generator(name, getattr(self, name))


def _require_generator(name: str, state: Mapping[str, Any] | None) -> None:
    """Raise `ValueError` unless NumPy takes a state of a bit generator."""
    if state is None:
        return
    try:
        kind = getattr(np.random, str(state["bit_generator"]))
        if not isinstance(kind, type) or not issubclass(kind, np.random.BitGenerator):
            raise ValueError
        kind().state = state
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"{name} is not the state of a generator of NumPy") from error
