"""The number of processor cores that a network uses, within matrix products or for parts of a batch."""

from __future__ import annotations

import math
import os

from threadpoolctl import threadpool_limits

from whence.arrays import Array, Shape
from whence.errors import ArgumentError
from whence.nn import Conv1d, Conv2d, ConvTranspose2d, Embedding, Sequential, set_threads
from whence.nn.axes import ANY_LENGTH
from whence.nn.chain import leaf_layers
from whence.nn.sequential import MOST_AT_ONCE

_WORTH_SHARING_PRODUCTS, _WORTH_SHARING_BATCHES = 1e8, 6e7
"""Operations in a step's largest matrix product above which several threads are faster than one."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(threads: int | None, net: Sequential, batch: Shape) -> int:
    """Set the number of cores that the network uses, and return it.

    A network with convolutions uses them for the parts of its batches, any other within matrix products. Where products
    are small, several threads hardly speed a step up, and slow it down much when other programs use the cores too; the
    network then has one.

    Parameters
    ----------
    threads : int or None
        The largest number of cores; None for all if products are large, and for one otherwise.
    net : Sequential
        The network.
    batch : tuple of int
        Shape of a batch, (N, ...).

    Raises
    ------
    ArgumentError
        If there are fewer cores.
    """
    if threads is not None and threads > cores():
        raise ArgumentError(f"threads is {threads}, but there are {cores()} processor cores; give at most {cores()}")
    enough = _WORTH_SHARING_PRODUCTS if bits_depend_on_threads(net) else _WORTH_SHARING_BATCHES
    chosen = (threads or cores()) if _largest_product(net, batch) >= enough else 1
    use_exactly(chosen, net)
    return chosen


def use_exactly(threads: int, net: Sequential) -> None:
    """Set the number of cores that the network uses, as another training has used them."""
    within_products = bits_depend_on_threads(net)
    set_threads(1 if within_products else threads)
    threadpool_limits(limits=threads if within_products else 1)


def bits_depend_on_threads(net: Sequential) -> bool:
    """Return whether a network uses threads within matrix products, which then add in another order.

    A network with convolutions uses them for the parts of a batch instead, whose bits are the same for any number.
    """
    return not any(isinstance(layer, Conv1d | Conv2d | ConvTranspose2d) for layer in leaf_layers(net.layers))


def use_threads_to_measure(net: Sequential, inputs: Array) -> int:
    """Set the number of cores for evaluating the network on inputs (N, ...), as for `use_threads`, and return it."""
    return use_threads(None, net, (min(len(inputs), MOST_AT_ONCE), *inputs.shape[1:]))


def _largest_product(net: Sequential, batch: Shape) -> float:
    """Return the number of additions and multiplications in the largest matrix product of a forward pass."""
    samples, *lengths = batch
    open_length = dict(zip(net.input_shape, lengths, strict=False)).get(ANY_LENGTH, 1)
    products = [0.0]
    for layer in leaf_layers(net.layers):
        places = math.prod(open_length if length == ANY_LENGTH else length for length in layer.output_shape[:-1])
        for name, shape in layer.parameter_shapes().items():
            if len(shape) > 1 and not isinstance(layer, Embedding):  # whose rows are looked up
                step_by_step = layer.recurrent and name.startswith("weight_hh")
                products.append(2.0 * samples * (1 if step_by_step else places) * math.prod(shape))
    return max(products)
