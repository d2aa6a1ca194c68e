"""A chain of layers as lines of Python: the modules, and the statements that call them in turn."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from whence.interop.torch.placed_layer import SECOND, PlacedLayer, shape_in_torch


def module_lines(chain: Sequence[PlacedLayer[Any]]) -> list[str]:
    """Return the modules of a chain as arguments of ``nn.Sequential``, each with the shape of its output."""
    first_uses: dict[object, str] = {}
    lines: list[str] = []
    for placed in chain:
        shape = shape_in_torch(placed.layer.output_shape, placed.channels_out)
        first = first_uses.setdefault(placed.layer, placed.path)
        module = placed.module() if first == placed.path else "nn.Identity()"
        again = "" if first == placed.path else f", module {first} again"
        lines += textwrap.indent(f"{module},  # {shape}{again}", "    ").split("\n")
    return lines


def chain_statements(
    chain: Sequence[PlacedLayer[Any]], owner: str, x: str, channels: str, channels_out: str
) -> tuple[list[str], bool]:
    """Return the statements that call the modules of a chain, and whether ``nn.Sequential`` does the same by itself.

    Parameters
    ----------
    chain : sequence of PlacedLayer
        The layers.
    owner : str
        The expression of the ``nn.Sequential`` that has the modules.
    x : str
        The name of the value that they replace.
    channels, channels_out : {"last", "second"}
        Where the axis of channels is in the input, and has to be in the output.
    """
    layers = [placed.layer for placed in chain]
    lines: list[str] = []
    for placed in chain:
        if len(placed.layer.input_shape) > 1:
            lines += _moved(x, channels, placed.channels_in)
        lines += placed.statements(f"{owner}[{layers.index(placed.layer)}]", x)
        channels = placed.channels_out
    if len(layers[-1].output_shape) > 1:
        lines += _moved(x, channels, channels_out)
    return lines, lines == [f"{x} = {owner}[{position}]({x})" for position in range(len(chain))]


def _moved(x: str, channels: str, wanted: str) -> list[str]:
    """Return the statement that moves the axis of channels, if it has to be moved."""
    if channels == wanted:
        return []
    return [f"{x} = {x}.movedim({'-1, 1' if wanted == SECOND else '1, -1'})"]
