"""A film of a training as pictures: some of its frames on one sheet, or all of them in motion."""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.files import replacing, require_ending
from whence.history import Film
from whence.history.filming.first_layer import FirstLayer
from whence.plots.canvas import FAINT, INK, new_figure, save, title
from whence.plots.curve import MOST_WITH_MARKERS, TRAINING, VALIDATION
from whence.plots.weights import diverging, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Show: TypeAlias = Callable[[int], list[Any]]
"""Brings a panel to a frame, and returns what has changed in it and what lies above that."""

ANIMATIONS = {".gif": "GIF", ".apng": "PNG"}
"""The formats that `film_animation` writes, by the endings of their files."""
_ON_THE_SHEET = 6
_SIDE, _DPI = 2.4, 100
_MILLISECONDS, _MILLISECONDS_AT_THE_END = 120, 2000
_RGB = 3


@checks_arguments
def film_sheet(film: Film, path: str | os.PathLike[str], *, frames: PositiveInt = _ON_THE_SHEET) -> None:
    """Draw frames from the whole film on one sheet, above the loss curve.

    Shown are what the network predicts over its one or two inputs, and the weights of its first layer, as far as the
    film has them.

    Parameters
    ----------
    film : Film
        The film.
    path : path
        The PNG file to write.
    frames : int
        The number of frames, of which the first and the last are two.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    save(_sheet(film, frames), path)


@checks_arguments
def film_animation(film: Film, path: str | os.PathLike[str]) -> None:
    """Draw all frames in motion, beside the loss curve with the step of each.

    Parameters
    ----------
    film : Film
        The film.
    path : path
        The file to write: an animated PNG, in all colours, if it ends in ``.apng``, otherwise a GIF.

    Raises
    ------
    ArgumentError
        If it has another ending than ``.gif`` or ``.apng``.
    RunFolderError
        If the file cannot be written.
    """
    from PIL import Image

    require_ending(path, *ANIMATIONS)
    kind = ANIMATIONS.get(Path(path).suffix.lower(), "GIF")
    panels = _panels(film)
    figure = new_figure(1.6 * _SIDE * (len(panels) + 1), 1.6 * _SIDE)
    figure.set_dpi(_DPI)
    shown = list(zip(figure.subplots(1, len(panels) + 1, squeeze=False)[0], [*panels, _draw_loss], strict=True))
    when = figure.suptitle(_when(film, 0), x=0.01, ha="left", fontsize=11, color=INK)
    shows = [draw(axes, film) for axes, draw in shown]
    for artist in (when, *(artist for show in shows for artist in show(0))):
        artist.set_animated(True)
    canvas: Any = figure.canvas
    canvas.draw()
    still = canvas.copy_from_bbox(figure.bbox)
    pictures = []
    for frame in range(len(film.steps)):
        canvas.restore_region(still)
        when.set_text(_when(film, frame))
        figure.draw_artist(when)
        for show in shows:
            for artist in show(frame):
                artist.axes.draw_artist(artist)
        pixels = np.asarray(canvas.buffer_rgba())[..., :_RGB]
        picture = Image.fromarray(pixels)
        pictures.append(picture.quantize(method=Image.Quantize.FASTOCTREE) if kind == "GIF" else picture)
    first, *others = pictures
    durations = [_MILLISECONDS] * len(others) + [_MILLISECONDS_AT_THE_END]
    with replacing(path) as file:
        first.save(file, kind, save_all=True, append_images=others, duration=durations, loop=0)


@checks_arguments
def embedded_film_sheet(film: Film) -> str:
    """Return the picture of `film_sheet` as an HTML element, for notebooks."""
    content = io.BytesIO()
    _sheet(film, _ON_THE_SHEET).savefig(content, format="png", dpi=_DPI)
    picture = base64.b64encode(content.getvalue()).decode("ascii")
    return f'<img alt="frames of a training" style="width: 100%" src="data:image/png;base64,{picture}">'


def _sheet(film: Film, count: int) -> Figure:
    places = np.linspace(0, 1, count) ** 2  # closer together at the beginning, where most changes
    frames = np.unique((places * (len(film.steps) - 1)).round().astype(int)).tolist()
    panels = _panels(film)
    figure = new_figure(_SIDE * len(frames), _SIDE * (len(panels) + 1))
    grid = figure.add_gridspec(len(panels) + 1, len(frames))
    for row, draw in enumerate(panels):
        for column, frame in enumerate(frames):
            axes = figure.add_subplot(grid[row, column])
            draw(axes, film)(frame)
            if row == 0:
                title(axes, _when(film, frame))
            if column:
                axes.set_yticks([])
                axes.set_ylabel("")
    axes = figure.add_subplot(grid[-1, :])
    _draw_loss(axes, film)
    for frame in frames:
        axes.axvline(film.steps[frame], color=FAINT, linewidth=1.0, linestyle=(0, (2, 3)), zorder=0)
    return figure


def _panels(film: Film) -> list[Callable[[Axes, Film], Show]]:
    """Return what draws the parts of a film that change from frame to frame."""
    panels: list[Callable[[Axes, Film], Show]] = []
    if film.surface is not None:
        panels.append(_draw_curve if len(film.surface.axes) == 1 else _draw_surface)
    if film.first_layer is not None:
        panels.append(_draw_first_layer)
    return panels


def _when(film: Film, frame: int) -> str:
    step = int(film.steps[frame])
    return f"step {step:,} · epoch {step / film.steps_per_epoch:.3g}"


def _draw_loss(axes: Axes, film: Film) -> Show:
    """Draw the loss by step; frames have a cursor."""
    curves = film.curves
    axes.plot(curves.steps, curves.loss, color=TRAINING, linewidth=1.2, label="training batches")
    measured = [(record["step"], record["validation_loss"]) for record in film.history if "validation_loss" in record]
    if measured:
        marker = "o" if len(measured) <= MOST_WITH_MARKERS else ""
        style: dict[str, Any] = {"linewidth": 1.8, "marker": marker, "markersize": 3.5}
        axes.plot(*zip(*measured, strict=True), color=VALIDATION, label="validation", **style)
    if film.best_epoch < len(film.history):
        best = film.history[film.best_epoch - 1]["step"]
        axes.axvline(best, color=VALIDATION, linewidth=1.0, linestyle="--", label="saved model")
    positive = curves.loss[curves.loss > 0]
    if len(positive) == len(curves.loss) and positive.max() > 50 * positive.min():
        axes.set_yscale("log")
    _plain(axes, "step", "loss")
    axes.legend(loc="upper right", fontsize=8, labelcolor=INK, edgecolor=FAINT)
    cursor = axes.axvline(0, color=INK, linewidth=1.0, visible=False)

    def show(frame: int) -> list[Any]:
        cursor.set(visible=True, xdata=[film.steps[frame]] * 2)
        return [cursor]

    return show


def _draw_surface(axes: Axes, film: Film) -> Show:
    """Draw what is predicted over two inputs: the colours of the classes by their probabilities, or of numbers."""
    assert film.surface is not None
    surface, values = film.surface, film.surface.values
    (left, *_, right), (bottom, *_, top) = surface.axes
    x, y = surface.points.T
    style: dict[str, Any] = {"s": 9, "linewidths": 0.4, "edgecolors": "white", "zorder": 2}
    shown: dict[str, Any] = {"extent": (left, right, bottom, top), "origin": "lower", "aspect": "auto"}
    if film.classes is None:
        low, high = float(surface.targets[:, 0].min()), float(surface.targets[:, 0].max())
        picture = axes.imshow(values[0, ..., 0], vmin=low, vmax=high, **shown)
        points = axes.scatter(x, y, c=surface.targets[:, 0], vmin=low, vmax=high, **style)
        pictures = values[..., 0]
    else:
        colours = _class_colours(len(film.classes))
        pictures = 1 - 0.55 * (1 - np.clip(values @ colours, 0, 1))
        picture = axes.imshow(pictures[0], interpolation="bilinear", **shown)
        points = axes.scatter(x, y, color=colours[surface.targets], **style)
    _plain(axes, *surface.inputs)

    def show(frame: int) -> list[Any]:
        picture.set_data(pictures[frame])
        return [picture, points]

    return show


def _draw_curve(axes: Axes, film: Film) -> Show:
    """Draw what is predicted over one input: a number, or the probability of each class."""
    assert film.surface is not None
    surface = film.surface
    x, points = surface.axes[0], surface.points[:, 0]
    if film.classes is None:
        axes.scatter(points, surface.targets[:, 0], s=6, color=FAINT)
        axes.set_ylim(*_range(surface.targets[:, 0]))
        colours: Any = [INK]
        named = film.targets[0] if film.targets else "prediction"
    else:
        colours = _class_colours(len(film.classes))
        axes.scatter(points, np.full(len(points), -0.05), s=6, color=colours[surface.targets])
        axes.set_ylim(-0.1, 1.05)
        named = "probability"
    lines = [axes.plot(x, x, color=colour, linewidth=1.8)[0] for colour in colours]
    _plain(axes, surface.inputs[0], named)

    def show(frame: int) -> list[Any]:
        for number, line in enumerate(lines):
            line.set_ydata(surface.values[frame, :, number])
        return lines

    return show


def _draw_first_layer(axes: Axes, film: Film) -> Show:
    """Draw the weights of the first layer: an image for each unit, or a matrix."""
    assert film.first_layer is not None
    pictures = _first_layer_pictures(film.first_layer)
    bound = float(np.nanquantile(np.abs(pictures), 0.995)) or 1.0
    if pictures.shape[-1] == _RGB:
        shades = np.clip(0.5 + 0.5 * pictures / bound, 0, 1)
        pictures = np.where(np.isnan(shades), 1.0, shades)
        picture = axes.imshow(pictures[0], interpolation="nearest")
    else:
        pictures = pictures[..., 0]
        aspect: Any = "auto" if film.first_layer.kind == "matrix" else "equal"
        picture = axes.imshow(
            pictures[0], cmap=diverging(), vmin=-bound, vmax=bound, interpolation="nearest", aspect=aspect
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_ylabel(film.first_layer.name, fontsize=9, color=INK)

    def show(frame: int) -> list[Any]:
        picture.set_data(pictures[frame])
        return [picture]

    return show


def _first_layer_pictures(layer: FirstLayer) -> Array:
    """Return a picture (F, H, W, C) of the first layer in each frame, with gaps of NaN."""
    weights = layer.weights
    if layer.kind == "matrix":
        return weights[..., np.newaxis]
    units, height, width, channels = weights.shape[1:]
    if channels != _RGB:
        weights = weights.mean(axis=-1, keepdims=True)
    columns = min(units, math.ceil(math.sqrt(units * height / width)))
    return np.stack([mosaic(frame, columns) for frame in weights])


def _class_colours(count: int) -> Array:
    """Return a colour for each class, (K, 3)."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    if count == 2:
        return np.array([to_rgb(TRAINING), to_rgb(VALIDATION)])
    return colormaps["tab10" if count <= 10 else "tab20"](np.arange(count) % 20)[:, :_RGB]


def _range(targets: Array) -> tuple[float, float]:
    """Return the range of targets, with a margin."""
    low, high = float(targets.min()), float(targets.max())
    margin = 0.1 * (high - low) or 1.0
    return low - margin, high + margin


def _plain(axes: Axes, x: str, y: str) -> None:
    """Style axes, and name them."""
    axes.set_xlabel(x, fontsize=9, color=INK)
    axes.set_ylabel(y, fontsize=9, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=8, color=FAINT)
