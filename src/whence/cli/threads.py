"""How many processor cores NumPy's matrix products use; it is decided before NumPy is imported."""

from __future__ import annotations

import os

from whence.errors import ArgumentError

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(threads: int | None) -> int:
    """Have matrix products use that many cores, or what the environment says, or all, and return how many.

    Raises
    ------
    ArgumentError
        If there are not that many.
    """
    if threads is not None and threads > cores():
        raise ArgumentError(f"threads is {threads}, but there are {cores()} processor cores; give at most {cores()}")
    told = next((os.environ[name] for name in _VARIABLES if os.environ.get(name, "").isdigit()), None)
    chosen = threads or int(told or 0) or cores()
    for name in _VARIABLES:
        os.environ[name] = str(chosen)
    return chosen
