"""A network as a table: layers, output shapes, numbers of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whence.nn.layer import ANY

if TYPE_CHECKING:
    from whence.nn.sequential import Sequential


def summary_rows(net: Sequential) -> list[tuple[str, str, str]]:
    """Return a row for each layer: the layer, its output shape and its number of parameters."""
    counts = {position: 0 for position in range(len(net.layers))}
    for slot in net.slots:
        counts[slot.layer] += slot.stop - slot.start
    rows = []
    for position, layer in enumerate(net.layers):
        first = net.layers.index(layer)
        count = f"{counts[position]:,}" if first == position else f"shared with {first}"
        rows.append((f"{position} {layer!r}", shape_text(layer.output_shape), count))
    return rows


def write_summary(net: Sequential) -> str:
    """Return the table as text, with the input first and the total last."""
    header = ("layer", "output", "parameters")
    rows = [("input", shape_text(net.input_shape), ""), *summary_rows(net)]
    total = ("total", "", f"{net.theta.size:,}")
    widths = [max(len(row[column]) for row in (header, total, *rows)) for column in range(3)]
    lines = [
        f"{layer:<{widths[0]}}  {output:<{widths[1]}}  {count:>{widths[2]}}".rstrip()
        for layer, output, count in (header, *rows, total)
    ]
    rule = "─" * (sum(widths) + 4)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape with its batch axis, and T for a length that is left open: ``(N, 28, 28)``, ``(N, T, 65)``."""
    lengths = ("T" if length == ANY else str(length) for length in shape)
    return f"({', '.join(('N', *lengths))})" if shape else "(N,)"
