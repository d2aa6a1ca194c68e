"""The sides that are timed: whence, its peers as their users write them and at their best, and bare products."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.speed.rows import Row


class Side(NamedTuple):
    """What one library does for a row.

    Parameters
    ----------
    step : callable
        Called with the number of a batch; trains on it and returns the loss, or predicts and returns an output. What it
        returns becomes a number by `float`, which also waits until it is there.
    loss : callable or None
        Returns the loss on the first batch without dropout; None where nothing is trained.
    """

    step: Callable[[int], Any]
    loss: Callable[[], float] | None = None


class Unsuitable(Exception):
    """The library cannot do this row."""


SIDES = {
    "whence": ("whence_side", {}),
    "torch": ("torch_side", {}),
    "torch-channels-last": ("torch_side", {"channels_last": True, "fused": True}),
    "torch-compiled": ("torch_side", {"compiled": True, "fused": True}),
    "sklearn": ("sklearn_side", {}),
    "jax": ("jax_side", {}),
    "products": ("products_side", {}),
}
"""Every side by its name: the module that prepares it, and how."""

PEERS = {
    "torch": ("torch", "torch-channels-last", "torch-compiled"),
    "sklearn": ("sklearn",),
    "jax": ("jax",),
}
"""The sides of each library."""

NEEDS = {"torch": "torch", "sklearn": "scikit-learn", "jax": "jax"}
"""What ``pip install`` calls each library."""


def prepared(name: str, row: Row, threads: int) -> Side:
    """Return a side, ready to make steps.

    Raises
    ------
    Unsuitable
        If the library has nothing for the row.
    """
    module, options = SIDES[name]
    side: Side = importlib.import_module(f"benchmarks.speed.sides.{module}").prepare(row, threads, **options)
    return side
