"""What a layer makes of a few numbers, as a drawing in SVG: input, output, and where one cell of that comes from."""

from collections.abc import Iterator

import numpy as np

from extensions.figure import figure
from whence.arrays import Array
from whence.colours import ON_LIGHT
from whence.formula.evaluate import Source
from whence.nn import Embedding, MeanSquaredError, Sequential
from whence.optim import SGD
from whence.trace import Trace, trace

WIDTH, HEIGHT, GAP, ARROW, TITLE = 28, 20, 8, 40, 22
SAMPLES, TOKENS = 3, 5


def cell_map(network: Sequential, shape: tuple[int, ...], *, label: str) -> str:
    """Return a drawing of the input and the output of a network of one layer, and of the sources of one cell of it."""
    step = traced(network, shape)
    output = step.layers[0].output
    cell = telling_cell(step, output)
    sources = dict.fromkeys(inputs_of(step, cell), "source")
    largest = max(float(np.abs(step[name]).max()) for name in ("x", output))
    drawn, left, bottom = [], 0.0, 0.0
    for name, marked in (("x", sources), (output, {cell: "active"})):
        drawn.append(f'<text x="{left + 2:g}" y="14">{"x" if name == "x" else "y"}</text>')
        for corner, place, index in cells(step[name]):
            u, v = left + corner + place[1] * WIDTH, TITLE + place[0] * HEIGHT
            drawn.append(drawn_cell(step[name][index], largest, u, v, marked.get((name, index), "")))
            right, bottom = u + WIDTH, max(bottom, v + HEIGHT)
        left = right + ARROW
        if name == "x":
            drawn.append(f'<text x="{right + ARROW / 2}" y="{TITLE + 14}" text-anchor="middle">→</text>')
    return figure("cells", (right + 2, bottom + 2), "".join(drawn), label)


def traced(network: Sequential, shape: tuple[int, ...]) -> Trace:
    """Return a training step on made-up samples."""
    rng = np.random.default_rng(4)
    if isinstance(network.layers[0], Embedding):
        x = rng.integers(0, TOKENS, (SAMPLES, *shape))
    else:
        x = rng.normal(0.5, 1, (SAMPLES, *shape))
    outputs, _ = network.forward(x)
    return trace(network, MeanSquaredError(), SGD(0.1), x, np.zeros_like(outputs))


def telling_cell(step: Trace, output: str) -> Source:
    """Return the cell in the middle of the first sample."""
    return output, (0, *((size - 1) // 2 if axis < 2 else 0 for axis, size in enumerate(step[output].shape[1:])))


def inputs_of(step: Trace, cell: Source) -> Iterator[Source]:
    """Yield the cells of the input that a cell is computed from, through all arrays between."""
    for source in step.cell(cell[0], *cell[1]).sources:
        if source[0] == "x":
            yield source
        else:
            yield from inputs_of(step, source)


def cells(array: Array) -> Iterator[tuple[float, tuple[int, int], tuple[int, ...]]]:
    """Yield where each cell is drawn, from the left, and by row and column, and its index.

    Vectors are rows, one for each sample; of images and series the first sample is drawn, the channels of an image side
    by side.
    """
    rows_and_columns = array if array.ndim == 2 else array[0]
    for place in np.ndindex(rows_and_columns.shape):
        row, column, *channel = place
        corner = channel[0] * (rows_and_columns.shape[1] * WIDTH + GAP) if channel else 0.0
        yield corner, (row, column), place if array.ndim == 2 else (0, *place)


def drawn_cell(value: float, largest: float, u: float, v: float, mark: str) -> str:
    """Return a cell with its number, on the colour of its sign and size."""
    red, green, blue = ON_LIGHT.above_zero if value > 0 else ON_LIGHT.below_zero
    shade = f'style="fill: rgb({red} {green} {blue} / {0.6 * abs(value) / largest:.2f})"'
    text = str(value) if isinstance(value, np.integer) else f"{round(float(value), 1) + 0.0:.1f}".replace("-", "−")
    return (
        f'<rect class="cell {mark}" x="{u + 1:g}" y="{v + 1:g}" width="{WIDTH - 2}" height="{HEIGHT - 2}" {shade}/>'
        f'<text x="{u + WIDTH / 2:g}" y="{v + HEIGHT / 2 + 3.5:g}" text-anchor="middle">{text}</text>'
    )
