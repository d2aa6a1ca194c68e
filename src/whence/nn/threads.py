"""Work on the parts of a batch, side by side: NumPy lets go of Python's lock while it computes, so threads pay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from whence.errors import ArgumentError

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


class _Threads:
    """The threads that work beside the calling one; none at first."""

    beside = 0
    pool: ThreadPoolExecutor | None = None


def set_threads(count: int) -> None:
    """Have `on_parts` use that many threads; at first it is one.

    Layers that split their batch, as convolutions and pools do, give the same bits for any number of threads. Products
    of matrices should use one thread each then, which threadpoolctl's ``threadpool_limits(1, "blas")`` sees to.

    Parameters
    ----------
    count : int
        How many threads, the calling one included.

    Raises
    ------
    ArgumentError
        If it is not positive.
    """
    if count < 1:
        raise ArgumentError(f"the number of threads is {count}; it must be at least 1")
    if _Threads.pool:
        _Threads.pool.shutdown()
    _Threads.beside = count - 1
    _Threads.pool = ThreadPoolExecutor(count - 1) if count > 1 else None


def on_parts(work: Callable[[_Part], _Result], parts: Iterable[_Part]) -> list[_Result]:
    """Return what ``work`` gives for each part, in the order of the parts.

    Parameters
    ----------
    work : callable
        Called with one part; calls with different parts must not get in each other's way.
    parts : iterable
        What to call it with.
    """
    waiting = list(parts)
    if _Threads.pool is None or len(waiting) < 2:
        return [work(part) for part in waiting]
    results: dict[int, _Result] = {}
    turns = iter(range(len(waiting)))
    floating_point = np.geterr()

    def take_turns() -> None:
        with np.errstate(**floating_point):
            for turn in turns:
                results[turn] = work(waiting[turn])

    beside = [_Threads.pool.submit(take_turns) for _ in range(min(_Threads.beside, len(waiting) - 1))]
    try:
        take_turns()
    finally:
        wait(beside)
    for thread in beside:
        thread.result()
    return [results[turn] for turn in range(len(waiting))]
