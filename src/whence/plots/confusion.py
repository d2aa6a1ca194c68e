"""The confusion matrix as a plot: correct predictions in blue, mistakes in orange."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.plots.canvas import FAINT, INK, new_figure, save, title
from whence.training.metrics import require_matrix

_MAX_CLASSES_WITH_NUMBERS = 20
_MAX_CLASSES_WITH_NAMES = 60


@checks_arguments
def confusion_matrix_picture(matrix: Array, classes: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Plot a confusion matrix.

    The blue of a cell on the diagonal grows with its share of the samples of its class; the orange of a mistake grows
    with its share relative to the most frequent mistake.

    Parameters
    ----------
    matrix : integer array, shape (C, C)
        Numbers of samples by true class (rows) and predicted class (columns).
    classes : sequence of str
        Class names in the order of their indices.
    path : path
        The PNG file to write.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    count = len(classes)
    require_matrix(matrix, classes)
    side = min(max(3.0 + 0.45 * count, 4.0), 14.0)
    figure = new_figure(side, side)
    axes = figure.add_subplot()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(_colours(shares), interpolation="nearest")
    if count <= _MAX_CLASSES_WITH_NUMBERS:
        for row, column in np.ndindex(count, count):
            number = int(matrix[row, column])
            on_dark = row == column and shares[row, column] > 0.5
            colour = "white" if on_dark else INK if number else FAINT
            text = f"{number:,}" if number else "·"
            inside = axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
            inside.set_in_layout(False)  # measuring a hundred texts that reach beyond no edge takes half the time
    if count <= _MAX_CLASSES_WITH_NAMES:
        slanted = max(map(len, classes)) > 5
        axes.set_xticks(range(count), classes, rotation=40 if slanted else 0, ha="right" if slanted else "center")
        axes.set_yticks(range(count), classes)
    axes.tick_params(length=0, labelsize=9, colors=INK)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted class", fontsize=9, color=INK)
    axes.set_ylabel("true class", fontsize=9, color=INK)
    correct, total = int(np.trace(matrix)), int(matrix.sum())
    title(axes, f"{correct:,} of {total:,} correct ({correct / max(total, 1):.2%})")
    save(figure, path)


def _colours(shares: Array) -> Array:
    """Return the colours of all cells, (C, C, 3): blue on the diagonal, orange elsewhere, nearly white if empty."""
    from matplotlib import colormaps

    diagonal = np.eye(len(shares), dtype=bool)
    mistakes = np.where(diagonal, 0.0, shares)
    blue = colormaps["Blues"](0.9 * shares)[..., :3]
    orange = colormaps["Oranges"](0.6 * mistakes / max(mistakes.max(), 1e-12))[..., :3]
    picture: Array = np.where(diagonal[..., np.newaxis], blue, orange)
    picture[(mistakes == 0) & ~diagonal] = 0.975
    return picture
