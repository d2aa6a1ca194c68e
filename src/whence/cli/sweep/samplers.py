"""Samplers and pruners of Optuna by their names, with their own settings in brackets."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from whence.errors import ArgumentError, MissingDependencyError, UnknownNameError
from whence.registry import unknown
from whence.text_notation import read_arguments, read_item

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

_SAMPLERS = {
    "tpe": "TPESampler",
    "random": "RandomSampler",
    "cmaes": "CmaEsSampler",
    "gp": "GPSampler",
    "qmc": "QMCSampler",
    "nsgaii": "NSGAIISampler",
}
_LIBRARIES = {"cmaes": ("cmaes",), "gp": ("torch", "scipy"), "qmc": ("scipy",)}
"""What samplers need besides Optuna, which asks for it only once some trials are made."""
_PRUNERS = {
    "none": "NopPruner",
    "median": "MedianPruner",
    "percentile": "PercentilePruner",
    "halving": "SuccessiveHalvingPruner",
    "hyperband": "HyperbandPruner",
    "threshold": "ThresholdPruner",
}


def sampler(notation: str, seed: int) -> BaseSampler:
    """Return the sampler of a notation such as ``"tpe"`` or ``"tpe(multivariate=true)"``, with a seed.

    Raises
    ------
    ArgumentError
        If there is no such sampler, or it does not take the settings in brackets.
    MissingDependencyError
        If it needs a library that is not installed.
    """
    made: BaseSampler = _made(notation, "sampler", _SAMPLERS, {"seed": seed})
    return made


def pruner(notation: str) -> BasePruner:
    """Return the pruner of a notation such as ``"median"`` or ``"median(n_warmup_steps=3)"``.

    Raises
    ------
    ArgumentError
        If there is no such pruner, or it does not take the settings in brackets.
    """
    made: BasePruner = _made(notation, "pruner", _PRUNERS, {})
    return made


def _made(notation: str, kind: str, names: Mapping[str, str], given: Mapping[str, Any]) -> Any:
    item = read_item(notation)
    if item.name not in names:
        raise UnknownNameError(unknown(kind, item.name, names))
    made_by = getattr(importlib.import_module(f"optuna.{kind}s"), names[item.name])
    settings = read_arguments(item, made_by)
    if library := next((each for each in _LIBRARIES.get(item.name, ()) if find_spec(each) is None), None):
        raise MissingDependencyError(
            f"the {kind} {item.name} needs {library}, which is not installed; install it with: pip install {library}"
        )
    try:
        return made_by(**settings, **given)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"the {kind} {notation} cannot be made: {error}; change what is in its brackets") from error
