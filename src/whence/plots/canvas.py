"""The common style of all plots: colours, axes, and saving as a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from whence.files import replacing, require_ending

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#222222"
FAINT = "#b8b8b8"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, with a canvas that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=144, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def title(axes: Axes, text: str) -> None:
    """Set a left-aligned title."""
    axes.set_title(text, loc="left", fontsize=11, color=INK, pad=10)


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write the figure as a PNG file, atomically.

    Raises
    ------
    ArgumentError
        If the file has the ending of another format.
    """
    require_ending(path, ".png")
    if layout := figure.get_layout_engine():
        layout.execute(figure)
        figure.set_layout_engine(None)  # with one, savefig draws everything twice
    with replacing(path) as file:
        figure.savefig(file, format="png")
