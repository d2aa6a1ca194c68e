"""Work on the parts of a batch in threads: NumPy releases the interpreter lock while it computes."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_SUMS = 8
_CHUNK_BYTES = 2**21


class _Team(ThreadPoolExecutor):
    """Threads that work beside the calling one; they end when nothing refers to their team."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class _Current:
    """The current team; none at first."""

    team: _Team | None = None


class _ThisThread(threading.local):
    """Whether the thread is working on a part."""

    at_work = False


_this_thread = _ThisThread()


@checks_arguments
def set_threads(count: PositiveInt) -> None:
    """Set the number of threads that `on_parts` uses, one by default.

    The layers that split their batch are convolutions, pooling, `BatchNorm` and elementwise activations; they give the
    same bits for any number of threads. Matrix products should then use one thread each, as with threadpoolctl's
    ``threadpool_limits(1, "blas")``. Calls in progress keep the threads that they began with.

    Parameters
    ----------
    count : int
        The number of threads, the calling one included.

    Raises
    ------
    ArgumentError
        If it is not a whole number of at least 1.
    """
    _Current.team = _Team(count - 1) if count > 1 else None


def on_parts(work: Callable[[_Part], _Result], parts: Iterable[_Part]) -> list[_Result]:
    """Return the result of ``work`` for each part, in the order of the parts.

    Parameters
    ----------
    work : callable
        Called with one part, at the same time as with others. Where it calls `on_parts` itself, its own thread does
        all of that work.
    parts : iterable
        What to call it with.
    """
    pending, team = list(parts), _Current.team
    if team is None or len(pending) < 2 or _this_thread.at_work:
        return [work(part) for part in pending]
    results: dict[int, _Result] = {}
    turns = iter(range(len(pending)))
    floating_point = np.geterr()

    def take_turns() -> None:
        _this_thread.at_work = True
        try:
            with np.errstate(**floating_point):
                for turn in turns:
                    results[turn] = work(pending[turn])
        finally:
            _this_thread.at_work = False

    beside = [team.submit(take_turns) for _ in range(min(team.count, len(pending) - 1))]
    try:
        take_turns()
    finally:
        wait(beside)
    for thread in beside:
        thread.result()
    return [results[turn] for turn in range(len(pending))]


def chunks(count: int, size: int) -> Iterator[slice]:
    """Yield slices of a batch, about equally long, that fit in the processor's cache, at ``size`` bytes a sample."""
    most = max(1, _CHUNK_BYTES // size)
    parts = -(-count // most)
    for part in range(parts):
        yield slice(count * part // parts, count * (part + 1) // parts)


def sum_over_parts(share: Callable[[_Part], Array], parts: Iterable[_Part]) -> Array:
    """Return the sum of the results of ``share`` for at least one part.

    Every eighth part is added to the same partial sum, and the partial sums are added at the end. So the order of
    additions, and with it every bit, is the same for any number of threads, and memory is bounded. ``share`` must
    return a new array.
    """
    pending = list(parts)

    def partial_sum(first: int) -> Array:
        total = share(pending[first])
        for part in pending[first + _SUMS :: _SUMS]:
            total += share(part)
        return total

    return functools.reduce(np.add, on_parts(partial_sum, range(min(_SUMS, len(pending)))))


def _replace_team() -> None:
    """Give a forked process a team of its own, since it has none of its parent's threads."""
    if _Current.team is not None:
        _Current.team = _Team(_Current.team.count)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace_team)
