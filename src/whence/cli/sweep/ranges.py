"""Ranges of settings: what a trial may choose."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from whence.cli.options.table import Option
from whence.cli.options.values import SIZES
from whence.errors import ArgumentError

if TYPE_CHECKING:
    from optuna import Trial

_FORMS = "low and high, with log = true or a step if need be; or choices, a list"
_WITHIN = {"low", "high", "log", "step"}


@dataclass(frozen=True)
class Numbers:
    """Numbers from ``low`` to ``high``, whole ones if these are.

    Parameters
    ----------
    low, high : int or float
        The ends, which can be chosen too.
    log : bool
        Whether to choose on a logarithmic scale.
    step : int or float, optional
        The distance of the numbers that can be chosen, from ``low`` on.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def chosen_by(self, trial: Trial, name: str) -> float:
        """Return what a trial chooses."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log, step=int(self.step or 1))
        return trial.suggest_float(name, self.low, self.high, log=self.log, step=self.step)

    def to_json(self) -> dict[str, Any]:
        """Return the range as it is written in a file."""
        return {key: value for key, value in vars(self).items() if value}


@dataclass(frozen=True)
class Choices:
    """Some values.

    Parameters
    ----------
    values : tuple
        The values, all different.
    """

    values: tuple[Any, ...]

    def chosen_by(self, trial: Trial, name: str) -> Any:
        """Return what a trial chooses."""
        labels = [_label(value) for value in self.values]
        return self.values[labels.index(trial.suggest_categorical(name, labels))]

    def to_json(self) -> dict[str, Any]:
        """Return the range as it is written in a file."""
        return {"choices": list(self.values)}


Range: TypeAlias = Numbers | Choices


def read_range(name: str, given: Mapping[str, Any], option: Option) -> Range:
    """Return the range that a TOML table describes.

    Parameters
    ----------
    name : str
        What the range is called in messages.
    given : mapping
        The table: ``low`` and ``high``, perhaps with ``log`` or ``step``; or ``choices``.
    option : Option
        The setting, which checks the values.

    Raises
    ------
    ArgumentError
        If it is no range, or a value in it is none of the setting.
    """
    if given.keys() == {"choices"}:
        return _choices(name, given["choices"], option)
    if not {"low", "high"} <= given.keys() <= _WITHIN:
        raise ArgumentError(f"{name} is a table of {', '.join(given) or 'nothing'}; a range has {_FORMS}")
    return _numbers(name, given, option)


def _choices(name: str, given: Any, option: Option) -> Choices:
    if not isinstance(given, list) or not given:
        raise ArgumentError(f"{name} has the choices {given}; give a list of at least one value")
    values = tuple(option.kind.check(f"a choice of {name}", value) for value in given)
    labels = [_label(value) for value in values]
    if twice := next((label for label in labels if labels.count(label) > 1), None):
        raise ArgumentError(f"{name} has the choice {twice} twice; keep one")
    return Choices(values)


def _numbers(name: str, given: Mapping[str, Any], option: Option) -> Numbers:
    ends = given["low"], given["high"]
    checked = [option.kind.check(f"{end} of {name}", value) for end, value in zip(("low", "high"), ends, strict=True)]
    if option.kind is not SIZES and not all(type(value) in (int, float) for value in checked):
        raise ArgumentError(f"{name} is not a number, so it has no low and high; give choices = […]")
    low, high = ends if option.kind is SIZES else checked
    log, step = given.get("log", False), given.get("step")
    if not low < high:
        raise ArgumentError(f"{name} is from {low} to {high}; give a low that is below high")
    if not isinstance(log, bool):
        raise ArgumentError(f"log of {name} is {log!r}; expected true or false")
    if log and step is not None:
        raise ArgumentError(f"{name} has a step and is logarithmic; leave out step or log")
    if log and low <= 0:
        raise ArgumentError(f"{name} is logarithmic and from {low}; give a low above 0, or leave out log")
    if step is None:
        return Numbers(low, high, log)
    whole = isinstance(low, int)
    if isinstance(step, bool) or not isinstance(step, int if whole else int | float) or not 0 < step <= high - low:
        kind = "a whole number" if whole else "a number"
        raise ArgumentError(f"step of {name} is {step!r}; expected {kind} above 0 and up to {high - low:g}")
    return Numbers(low, _last(low, high, step), step=step)


def _last(low: float, high: float, step: float) -> float:
    """Return the last number up to ``high`` that is a whole number of steps above ``low``."""
    first, distance = Decimal(str(low)), Decimal(str(step))
    last = first + math.floor((Decimal(str(high)) - first) / distance) * distance
    return int(last) if isinstance(low, int) else float(last)


def _label(value: Any) -> Any:
    """Return a value of a setting as a choice of Optuna: lists as text."""
    return json.dumps(value) if isinstance(value, tuple) else value
