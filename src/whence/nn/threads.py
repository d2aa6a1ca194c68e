"""Work on the parts of a batch, side by side: NumPy lets go of Python's lock while it computes, so threads pay."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from whence.arguments import PositiveInt, checked
from whence.arrays import Array

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_SUMS = 8


class _Team(ThreadPoolExecutor):
    """Threads that work beside the calling one; they end when nobody refers to their team any more."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class _Present:
    """The team that there is; none at first."""

    team: _Team | None = None


class _Here(threading.local):
    """Whether this very thread is at work on a part."""

    at_work = False


_here = _Here()


def set_threads(count: int) -> None:
    """Have `on_parts` use that many threads; at first it is one.

    The layers that split their batch are `Conv1d`, `Conv2d`, `ConvTranspose2d`, `MaxPool2d` and `AvgPool2d`; they give
    the same bits for any number of threads. Products of matrices should use one thread each then, which threadpoolctl's
    ``threadpool_limits(1, "blas")`` sees to. Work that is under way ends with the threads that it began with.

    Parameters
    ----------
    count : int
        How many threads, the calling one included.

    Raises
    ------
    ArgumentError
        If it is not a whole number of at least 1.
    """
    count = checked("set_threads", "count", count, PositiveInt)
    _Present.team = _Team(count - 1) if count > 1 else None


def on_parts(work: Callable[[_Part], _Result], parts: Iterable[_Part]) -> list[_Result]:
    """Return what ``work`` gives for each part, in the order of the parts.

    Parameters
    ----------
    work : callable
        Called with one part; calls with different parts must not get in each other's way. Where it calls `on_parts`
        itself, its own thread does all of that.
    parts : iterable
        What to call it with.
    """
    waiting, team = list(parts), _Present.team
    if team is None or len(waiting) < 2 or _here.at_work:
        return [work(part) for part in waiting]
    results: dict[int, _Result] = {}
    turns = iter(range(len(waiting)))
    floating_point = np.geterr()

    def take_turns() -> None:
        _here.at_work = True
        try:
            with np.errstate(**floating_point):
                for turn in turns:
                    results[turn] = work(waiting[turn])
        finally:
            _here.at_work = False

    beside = [team.submit(take_turns) for _ in range(min(team.count, len(waiting) - 1))]
    try:
        take_turns()
    finally:
        wait(beside)
    for thread in beside:
        thread.result()
    return [results[turn] for turn in range(len(waiting))]


def sum_over_parts(share: Callable[[_Part], Array], parts: Iterable[_Part]) -> Array:
    """Return the sum of what ``share`` gives for the parts, of which there is at least one.

    Every eighth part goes to the same sum, and these sums are added in the end. So the order of additions, on which the
    last bits depend, is the same for any number of threads, and memory does not grow with the number of parts.

    Parameters
    ----------
    share : callable
        Called with one part, as `on_parts` calls ``work``; returns a new array.
    parts : iterable
        What to call it with.
    """
    waiting = list(parts)

    def partial_sum(first: int) -> Array:
        total = share(waiting[first])
        for part in waiting[first + _SUMS :: _SUMS]:
            total += share(part)
        return total

    return functools.reduce(np.add, on_parts(partial_sum, range(min(_SUMS, len(waiting)))))


def _replace_team() -> None:
    """Give a forked process a team of its own; of its parent's threads it has none."""
    if _Present.team is not None:
        _Present.team = _Team(_Present.team.count)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace_team)
