"""whence: a neural-network library whose network can say where every number in it came from.

Everything that a five-line training loop needs is here; the packages hold the rest: ``whence.nn`` layers and losses,
``whence.optim`` optimizers and schedules, ``whence.data`` data sets, ``whence.training`` the loop, metrics and model
files, ``whence.trace`` recorded training steps, ``whence.formula`` index formulas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whence.data import load
    from whence.gradcheck import check_gradients
    from whence.nn import Sequential, mlp
    from whence.training import evaluate, fit, load_model, save_model

__version__ = "0.1.0"

__all__ = [
    "Sequential",
    "check_gradients",
    "evaluate",
    "fit",
    "load",
    "load_model",
    "mlp",
    "save_model",
]

_HOMES = {
    "Sequential": "whence.nn",
    "check_gradients": "whence.gradcheck",
    "evaluate": "whence.training",
    "fit": "whence.training",
    "load": "whence.data",
    "load_model": "whence.training",
    "mlp": "whence.nn",
    "save_model": "whence.training",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that ``import whence`` costs next to nothing."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'whence' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
