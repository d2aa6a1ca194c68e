"""Schedules: how the learning rate changes while training goes on."""

from __future__ import annotations

from typing import Any

from whence.registry import Registry

schedules: Registry[type[Schedule]] = Registry("schedule")


class Schedule:
    """Says how large the learning rate is at each step."""

    def start(self, base_rate: float, steps_per_epoch: int, total_steps: int) -> None:
        """Note the optimizer's own rate and how long the training is to be."""
        self.base_rate, self.steps_per_epoch, self.total_steps = base_rate, steps_per_epoch, total_steps

    def rate(self, step: int) -> float:
        """Return the learning rate of the step that comes after ``step`` others."""
        raise NotImplementedError

    def observe(self, loss: float) -> None:
        """Take note of the loss after an epoch: on the validation samples where there are some."""

    def state_dict(self) -> dict[str, Any]:
        """Return what the schedule remembers, as JSON."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to what `state_dict` returned."""
