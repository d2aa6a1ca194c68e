"""The common style of all plots: colours, axes, and saving as a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from whence.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAINING = "#1f6fb4"
VALIDATION = "#d9641a"
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


def style_axes(axes: Axes) -> None:
    """Draw only the left and the lower edge of the axes, with faint horizontal grid lines."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9, color=FAINT)
    axes.grid(axis="y", color=FAINT, alpha=0.4, linewidth=0.6)
    axes.set_axisbelow(True)


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write the figure as a PNG file, atomically."""
    with replacing(path) as file:
        figure.savefig(file, format="png")
