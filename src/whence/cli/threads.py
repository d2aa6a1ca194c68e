"""How many processor cores a network uses: within matrix products, or for the parts of a batch."""

from __future__ import annotations

import math
import os

from threadpoolctl import threadpool_limits

from whence.errors import ArgumentError
from whence.nn import Conv1d, Conv2d, ConvTranspose2d, Sequential, set_threads
from whence.nn.layer import undivided

_WORTH_SHARING = 1e8
"""Operations in a step's largest matrix product, from which on several threads pay for waiting for each other."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(threads: int | None, net: Sequential, batch_size: int) -> int:
    """Have the network use that many cores, and return how many.

    A network with convolutions uses them for the parts of its batches, any other within matrix products.

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
    splits_batches = any(isinstance(layer, Conv1d | Conv2d | ConvTranspose2d) for layer in undivided(net.layers))
    set_threads(chosen if splits_batches else 1)
    threadpool_limits(limits=1 if splits_batches else chosen)
    return chosen


def _largest_product(net: Sequential, batch_size: int) -> float:
    """Return how many additions and multiplications the largest matrix product of a forward pass takes."""
    products = [0.0]
    for slot in net.slots:
        if len(slot.shape) > 1:
            places = math.prod(max(length, 1) for length in net.layers[slot.layer].output_shape[:-1])
            products.append(2.0 * batch_size * places * math.prod(slot.shape))
    return max(products)
