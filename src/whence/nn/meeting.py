"""Meeting points of the parts of a batch, for layers whose output for a sample depends on the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

from whence.arrays import Array

_Result = TypeVar("_Result")


class Meeting:
    """Where the parts of a batch that are computed apart add up what belongs to all of it; here there is one part."""

    def total(self, share: Array) -> Array:
        """Return the sum of the shares of all parts, added in the order of the parts.

        All parts must come to the same meetings in the same order. The sum must not be written to.
        """
        return share

    def count(self, rows: int) -> int:
        """Return how many rows the whole batch has where this part has ``rows``; these grow with its samples."""
        return rows


_meeting: ContextVar[Meeting] = ContextVar("meeting")
_ALONE = Meeting()


def current_meeting() -> Meeting:
    """Return where the parts of the batch meet of which this thread computes one, or all."""
    return _meeting.get(_ALONE)


def meet(
    work: Callable[[int], _Result],
    sizes: Sequence[int],
    samples: int,
    add: Callable[[list[Array]], Array],
) -> list[_Result]:
    """Return the result of ``work`` for each part, in the order of the parts.

    Each part has a thread of its own, since all of them wait where they meet; one at a time computes.

    Parameters
    ----------
    work : callable
        Called with the number of a part.
    sizes : sequence of int
        The number of samples of each part.
    samples : int
        The number of samples of the batch, of which these parts may not be all.
    add : callable
        Returns the sum over the whole batch for the shares of these parts.
    """
    shares: list[Array] = [np.empty(0)] * len(sizes)
    turn = threading.Semaphore()
    floating_point = np.geterr()
    sums: list[Array] = []

    def add_up() -> None:
        sums[:] = [add(shares)]

    arrivals = threading.Barrier(len(sizes), action=add_up)

    class Part(Meeting):
        def __init__(self, number: int) -> None:
            self.number = number

        def total(self, share: Array) -> Array:
            shares[self.number] = share
            turn.release()
            try:
                arrivals.wait()
            finally:
                turn.acquire()
            return sums[0]

        def count(self, rows: int) -> int:
            return rows * samples // sizes[self.number]

    def run(number: int) -> _Result:
        token = _meeting.set(Part(number))
        try:
            with turn, np.errstate(**floating_point):
                return work(number)
        except BaseException:
            arrivals.abort()
            raise
        finally:
            _meeting.reset(token)

    if len(sizes) == 1:
        return [run(0)]
    with ThreadPoolExecutor(len(sizes)) as team:
        pending = [team.submit(run, number) for number in range(len(sizes))]
    for failed in (each.exception() for each in pending):
        if failed is not None and not isinstance(failed, threading.BrokenBarrierError):
            raise failed
    return [each.result() for each in pending]
