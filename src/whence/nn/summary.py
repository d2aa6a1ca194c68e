"""A network as a table: layers, output shapes, numbers of parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from whence.nn.axes import shape_text
from whence.nn.layer import Layer
from whence.text_table import text_table

if TYPE_CHECKING:
    from whence.nn.sequential import Sequential


def parameter_count(layer: Layer) -> int:
    """Return the number of parameters of a layer, known once it is built."""
    return sum(map(math.prod, layer.parameter_shapes().values()))


class SummaryRow(NamedTuple):
    """A layer in a table.

    Parameters
    ----------
    title : str
        Its path and itself: ``"3.1 ReLU()"``.
    layer : Layer
        The layer.
    parameters : int
        The number of its parameters.
    first : str or None
        The path at which it occurs first, with the same parameters, if that is another.
    """

    title: str
    layer: Layer
    parameters: int
    first: str | None


def summary_rows(net: Sequential) -> list[SummaryRow]:
    """Return a row for each layer, those within layers included."""
    rows = []
    firsts: dict[Layer, str] = {}
    for path, layer in _paths(net.layers):
        first = firsts.setdefault(layer, path)
        text = type(layer).__name__ if layer.layers else repr(layer)
        rows.append(SummaryRow(f"{path} {text}", layer, parameter_count(layer), None if first == path else first))
    return rows


def write_summary(net: Sequential) -> str:
    """Return the table as text, with the input first, the total last, and the layers' remarks below."""
    layers = [
        (
            row.title,
            shape_text(row.layer.output_shape),
            f"{row.parameters:,}" if row.first is None else f"shared with {row.first}",
        )
        for row in summary_rows(net)
    ]
    rows = [("input", shape_text(net.input_shape), ""), *layers, ("total", "", f"{net.theta.size:,}")]
    header, rule, *lines, total = text_table(["layer", "output", "parameters"], rows, left=2).splitlines()
    return "\n".join([header, rule, *lines, rule, total, *remarks_on(net)])


def remarks_on(net: Sequential) -> list[str]:
    """Return the remarks of all layers of a network, a sentence each."""
    before: list[Layer] = []
    remarks = []
    for path, layer in _paths(net.layers):
        remarks += [f"layer {path}, {layer!r}: {text}" for text in layer.remarks(before)]
        if not layer.layers:
            before.append(layer)
    return remarks


def _paths(layers: Sequence[Layer], within: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield every layer with its path, such as ``"3"``, before the layers within it, such as ``"3.1"``."""
    for position, layer in enumerate(layers, start=1):
        path = f"{within}{position}"
        yield path, layer
        yield from _paths(layer.layers, f"{path}.")
