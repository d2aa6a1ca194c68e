"""The learning curve: training and validation loss and accuracy by epoch."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.plots.canvas import FAINT, INK, new_figure, save, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRAINING, VALIDATION = "#1f6fb4", "#d9641a"
Record = Mapping[str, Any]

MOST_WITH_MARKERS = 25
_MAX_LINEAR_RANGE = 50.0


@checks_arguments
def learning_curve(records: Sequence[Record], path: str | os.PathLike[str], *, best_epoch: int | None = None) -> None:
    """Plot the loss, and for a classifier the accuracy, by epoch.

    Parameters
    ----------
    records : sequence of mappings
        One for each epoch, with ``epoch`` and ``train_loss``; ``validation_loss``, ``train_accuracy`` and
        ``validation_accuracy`` are optional.
    path : path
        The PNG file to write.
    best_epoch : int, optional
        The epoch to mark as the best.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    if not records:
        raise ArgumentError("records is empty; give one for each epoch")
    classifies = any(record.get("train_accuracy") is not None for record in records)
    figure = new_figure(10.0 if classifies else 6.0, 4.0)
    panels = figure.subplots(1, 2 if classifies else 1, squeeze=False)[0]
    _panel(panels[0], records, "loss", best_epoch)
    if _needs_log_scale(records):
        panels[0].set_yscale("log")
        title(panels[0], "Loss (logarithmic scale)")
    if classifies:
        from matplotlib.ticker import PercentFormatter

        _panel(panels[1], records, "accuracy", best_epoch)
        lowest, highest = panels[1].get_ylim()
        panels[1].set_ylim(max(lowest, 0.0), min(highest, 1.0))
        panels[1].yaxis.set_major_formatter(PercentFormatter(1.0))
    save(figure, path)


def _panel(axes: Axes, records: Sequence[Record], quantity: str, best_epoch: int | None) -> None:
    from matplotlib.ticker import MaxNLocator

    for part, colour in (("train", TRAINING), ("validation", VALIDATION)):
        epochs, values = _series(records, f"{part}_{quantity}")
        if values:
            label = "training" if part == "train" else part
            marker = "o" if len(values) <= MOST_WITH_MARKERS else ""
            (line,) = axes.plot(epochs, values, color=colour, label=label, linewidth=1.8, marker=marker, markersize=3.5)
            line.set_clip_on(False)
    if best_epoch is not None and len(records) > 1:
        axes.axvline(best_epoch, color=INK, linewidth=1.0, linestyle=(0, (2, 3)), label=f"best: epoch {best_epoch}")
    title(axes, quantity.capitalize())
    axes.set_xlabel("epoch", fontsize=9, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9, color=FAINT)
    axes.grid(axis="y", color=FAINT, alpha=0.4, linewidth=0.6)
    axes.set_axisbelow(True)
    style: dict[str, Any] = {"fontsize": 9, "labelcolor": INK, "edgecolor": FAINT, "framealpha": 0.9}
    axes.legend(loc="upper right" if quantity == "loss" else "lower right", **style)


def _series(records: Sequence[Record], key: str) -> tuple[list[int], list[float]]:
    """Return the epochs in which ``key`` was measured, and its values."""
    measured = [(record["epoch"], record[key]) for record in records if record.get(key) is not None]
    return [epoch for epoch, _ in measured], [value for _, value in measured]


def _needs_log_scale(records: Sequence[Record]) -> bool:
    values = [value for part in ("train", "validation") for value in _series(records, f"{part}_loss")[1]]
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and min(finite) > 0 and max(finite) / min(finite) > _MAX_LINEAR_RANGE
