"""A sweep: how its trials became better, which settings mattered, and the measure by each setting."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.plots.canvas import FAINT, INK, new_figure, save, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COMPLETE, _PRUNED, _BEST = "#1f6fb4", FAINT, "#d9641a"
_POINTS: dict[str, Any] = {"s": 18}
_RING: dict[str, Any] = {"s": 60, "facecolor": "none", "edgecolor": _BEST, "linewidth": 1.6, "zorder": 3}
_PER_ROW, _LONGEST_NAME = 3, 22
_LARGEST_LINEAR_RANGE = 50.0


@checks_arguments
@dataclass(frozen=True)
class TrialPoint:
    """One trial of a sweep.

    Parameters
    ----------
    number : int
        Its number.
    value : float
        What was measured last.
    settings : mapping of str to object
        What it chose.
    complete : bool
        Whether it was made to its end.
    """

    number: int
    value: float
    settings: Mapping[str, Any]
    complete: bool = True


@checks_arguments
def sweep_picture(
    trials: Sequence[TrialPoint],
    path: str | os.PathLike[str],
    *,
    measure: str = "validation loss",
    minimises: bool = True,
    importances: Mapping[str, float] | None = None,
    logarithmic: Collection[str] = (),
) -> None:
    """Draw the history of a sweep, the importance of its settings, and the measure by each of them.

    Parameters
    ----------
    trials : sequence of TrialPoint
        The trials; at least one of them complete.
    path : path
        The PNG file to write.
    measure : str
        What was measured.
    minimises : bool
        Whether a lower value is better.
    importances : mapping of str to float, optional
        Shares of the settings, which add up to 1.
    logarithmic : collection of str
        The settings to draw on a logarithmic scale.

    Raises
    ------
    ArgumentError
        If no trial is complete.
    RunFolderError
        If the file cannot be written.
    """
    shown = [trial for trial in trials if math.isfinite(trial.value)]
    complete = [trial for trial in shown if trial.complete]
    if not complete:
        raise ArgumentError("none of the trials is complete, so there is nothing to draw; give at least one that is")
    best = (min if minimises else max)(complete, key=lambda trial: trial.value)
    names = list(dict.fromkeys(name for trial in shown for name in trial.settings))
    if importances:
        names.sort(key=lambda name: -importances.get(name, 0.0))
    rows = 1 + math.ceil(len(names) / _PER_ROW)
    figure = new_figure(11.0, 3.1 * rows)
    grid = figure.add_gridspec(rows, _PER_ROW)
    history = figure.add_subplot(grid[0, : 2 if importances else 3])
    _draw_history(history, shown, best, measure, minimises)
    panels = [history]
    if importances:
        _draw_importances(figure.add_subplot(grid[0, 2]), importances)
    for number, name in enumerate(names):
        axes = figure.add_subplot(grid[1 + number // _PER_ROW, number % _PER_ROW], sharey=history)
        _draw_slice(axes, shown, best, name, is_log=name in logarithmic)
        panels.append(axes)
        if number % _PER_ROW == 0:
            axes.set_ylabel(measure, fontsize=9, color=INK)
    values = [trial.value for trial in shown]
    if min(values) > 0 and max(values) / min(values) > _LARGEST_LINEAR_RANGE:
        history.set_yscale("log")
    for axes in panels:
        axes.grid(axis="y", color=FAINT, alpha=0.4, linewidth=0.6)
    for axes in figure.axes:
        _style(axes)
    save(figure, path)


def _draw_history(axes: Axes, trials: Sequence[TrialPoint], best: TrialPoint, measure: str, minimises: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    for is_complete, colour, label in ((False, _PRUNED, "pruned"), (True, _COMPLETE, "complete")):
        points = [trial for trial in trials if trial.complete is is_complete]
        if points:
            places = [trial.number for trial in points], [trial.value for trial in points]
            axes.scatter(*places, color=colour, label=label, zorder=2, **_POINTS)
    complete = [trial for trial in sorted(trials, key=lambda trial: trial.number) if trial.complete]
    numbers = [trial.number for trial in complete]
    so_far = (np.minimum if minimises else np.maximum).accumulate([trial.value for trial in complete])
    axes.step([*numbers, trials[-1].number], [*so_far, so_far[-1]], where="post", color=_BEST, label="best so far")
    axes.scatter([best.number], [best.value], **_RING)
    title(axes, f"History: best is trial {best.number}, {measure} {best.value:.4g}")
    axes.set_xlabel("trial", fontsize=9, color=INK)
    axes.set_ylabel(measure, fontsize=9, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend(fontsize=8, labelcolor=INK, edgecolor=FAINT, framealpha=0.9)


def _draw_importances(axes: Axes, importances: Mapping[str, float]) -> None:
    ordered = sorted(importances.items(), key=lambda pair: pair[1])
    places = range(len(ordered))
    bars = axes.barh(places, [share for _, share in ordered], color=_COMPLETE, height=0.6)
    axes.set_yticks(places, [_short(name) for name, _ in ordered])
    axes.bar_label(bars, [f"{share:.0%}" for _, share in ordered], padding=3, fontsize=8, color=INK)
    axes.set_xlim(0, 1.15)
    axes.set_xticks([])
    title(axes, "Importance")


def _draw_slice(axes: Axes, trials: Sequence[TrialPoint], best: TrialPoint, name: str, *, is_log: bool) -> None:
    having = [trial for trial in trials if name in trial.settings]
    chosen = [trial.settings[name] for trial in having]
    places, labels = chosen, None
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in chosen):
        labels = list(dict.fromkeys(map(str, chosen)))
        places = [labels.index(str(value)) for value in chosen]
    colours = [_COMPLETE if trial.complete else _PRUNED for trial in having]
    axes.scatter(places, [trial.value for trial in having], c=colours, **_POINTS)
    if name in best.settings:
        place = places[[trial.number for trial in having].index(best.number)]
        axes.scatter([place], [best.value], **_RING)
    if labels is not None:
        axes.set_xticks(range(len(labels)), [_short(label) for label in labels])
        axes.set_xlim(-0.5, len(labels) - 0.5)
        if sum(map(len, map(_short, labels))) > 2 * _LONGEST_NAME:
            axes.tick_params(axis="x", labelrotation=20)
    elif is_log:
        _set_log_scale(axes)
    title(axes, _short(name))


def _set_log_scale(axes: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    if high < 100 * low:  # too few powers of ten for labels
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _style(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=8, color=FAINT)
    axes.set_axisbelow(True)
