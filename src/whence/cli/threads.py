"""How many processor cores NumPy's matrix products use."""

from __future__ import annotations

import math
import os

from threadpoolctl import threadpool_limits

from whence.errors import ArgumentError
from whence.nn import Sequential

_WORTH_SHARING = 1e8
"""Operations in a step's largest matrix product, from which on several threads pay for waiting for each other."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(threads: int | None, net: Sequential, batch_size: int) -> int:
    """Have matrix products use that many cores, and return how many.

    Parameters
    ----------
    threads : int or None
        How many; None takes all for a network whose products are large, and one for a small network, which gains
        little from more and loses much where other programs use the cores too.
    net : Sequential
        The network.
    batch_size : int
        How many samples go through it at once.

    Raises
    ------
    ArgumentError
        If there are not that many.
    """
    if threads is not None and threads > cores():
        raise ArgumentError(f"threads is {threads}, but there are {cores()} processor cores; give at most {cores()}")
    chosen = threads or (cores() if _largest_product(net, batch_size) >= _WORTH_SHARING else 1)
    threadpool_limits(limits=chosen)
    return chosen


def _largest_product(net: Sequential, batch_size: int) -> float:
    """Return how many additions and multiplications the largest matrix product of a forward pass takes."""
    products = [0.0]
    for slot in net.slots:
        if len(slot.shape) > 1:
            places = math.prod(max(length, 1) for length in net.layers[slot.layer].output_shape[:-1])
            products.append(2.0 * batch_size * places * math.prod(slot.shape))
    return max(products)
