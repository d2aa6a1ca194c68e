"""Which training samples made a prediction: the number over the training, by class, and the samples that moved it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.colours import ON_LIGHT
from whence.data import Samples
from whence.formula import write_number
from whence.history import PredictionBiography
from whence.plots.canvas import FAINT, INK, new_figure, save, title
from whence.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_DIGITS = 3
_LOWER, _RAISE = ("#{:02x}{:02x}{:02x}".format(*ON_LIGHT[place]) for place in (0, -1))


@checks_arguments
def prediction_picture(
    biography: PredictionBiography,
    samples: Samples,
    path: str | os.PathLike[str],
    *,
    classes: tuple[str, ...] | None = None,
    asked: Samples | None = None,
    count: PositiveInt = 8,
) -> None:
    """Draw a number over the training, what the samples of each class added to it, and those that moved it most.

    Parameters
    ----------
    biography : PredictionBiography
        The biography of the number.
    samples : Samples
        The training samples. Images, (N, H, W, C), are drawn; of others, the numbers are written.
    path : path
        The PNG file to write.
    classes : tuple of str, optional
        The names of the classes, if the targets are their numbers.
    asked : Samples, optional
        The sample that the number is of, drawn beside it if it is an image.
    count : int
        Maximum number of samples that raised it, and of those that lowered it.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    figure = new_figure(10.0, 6.4)
    parts: Any = figure.subfigures(3, 1, height_ratios=[1.5, 1, 1], hspace=0.03)
    above, *below = parts
    _draw_number(above, biography, samples, classes, asked)
    order = np.argsort(-biography.samples, kind="stable")
    for part, rows, what in zip(below, (order, order[::-1]), ("raised", "lowered"), strict=True):
        signed = biography.samples if what == "raised" else -biography.samples
        _draw_samples(part, [int(row) for row in rows[:count] if signed[row] > 0], what, biography, samples, classes)
    save(figure, path)


def _draw_number(
    part: SubFigure,
    biography: PredictionBiography,
    samples: Samples,
    classes: tuple[str, ...] | None,
    asked: Samples | None,
) -> None:
    pictured = asked is not None and _is_picture(asked.inputs)
    by_class = classes is not None and samples.targets.ndim == 1
    widths = [*([0.8] if pictured else []), 2.0, *([1.4] if by_class else [])]
    panels = [*part.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]]
    if pictured and asked is not None:
        _draw_picture(panels.pop(0), asked.inputs[0])
    values = biography.values
    panels[0].plot(values, color=_RAISE, linewidth=1.4)
    ends = " → ".join(write_number(float(value), _DIGITS) for value in values[[0, -1]])
    title(panels[0], f"{biography.number}: {ends} in {counted(len(values) - 1, 'step')}")
    panels[0].set_xlabel("step", fontsize=9, color=INK)
    if by_class and classes is not None:
        sums = np.bincount(samples.targets, weights=biography.samples, minlength=len(classes))
        panels[1].barh(classes, sums, color=np.where(sums < 0, _LOWER, _RAISE))
        panels[1].invert_yaxis()
        title(panels[1], "added by the samples of each class")
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(FAINT)
        axes.tick_params(labelsize=8, color=FAINT, labelcolor=INK)


def _draw_samples(
    part: SubFigure,
    rows: list[int],
    what: str,
    biography: PredictionBiography,
    samples: Samples,
    classes: tuple[str, ...] | None,
) -> None:
    """Draw samples side by side, or their shares as bars if they are no images."""
    heading = f"the samples that {what} it most" if rows else f"no sample {what} it"
    part.suptitle(heading, x=0.01, ha="left", fontsize=11, color=INK)
    if not rows:
        return
    names = [_name(row, samples.targets, classes) for row in rows]
    shares = biography.samples[rows]
    if not _is_picture(samples.inputs):
        axes = part.subplots()
        axes.bar(names, shares, color=_RAISE if what == "raised" else _LOWER)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, color=FAINT, labelcolor=INK)
        return
    for axes, row, name, share in zip(part.subplots(1, len(rows), squeeze=False)[0], rows, names, shares, strict=True):
        _draw_picture(axes, samples.inputs[row])
        axes.set_title(f"{name}\n{write_number(float(share), _DIGITS)}", fontsize=8, color=INK)


def _name(row: int, targets: Array, classes: tuple[str, ...] | None) -> str:
    if targets.ndim != 1:
        return str(row)
    target: Any = targets[row] if classes is None else classes[targets[row]]
    return f"{row} ({target})"


def _is_picture(inputs: Array) -> bool:
    return inputs.ndim == 4 and inputs.shape[-1] in (1, 3)


def _draw_picture(axes: Axes, image: Array) -> None:
    """Draw a picture (H, W, C), one of a single channel with its largest values dark."""
    axes.imshow(image[..., 0] if image.shape[-1] == 1 else image, cmap="gray_r", interpolation="nearest")
    axes.set_axis_off()
