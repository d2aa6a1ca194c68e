"""A film of a run's training, taken by training the run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from whence.cli.options.settings import to_toml
from whence.cli.runs.kept_results import kept_result
from whence.cli.steps.replayed_run import ReplayedRun
from whence.cli.training_plan import load_dataset
from whence.errors import ArgumentError, WhenceError
from whence.formula.evaluate import Source
from whence.history import Film, FilmWatcher
from whence.nn import Sequential
from whence.nn.naming import name_parameters

_MOST_LIVES = 100
_LONGEST_TITLE = 60


def film_of_run(run: ReplayedRun, frames: int) -> Film:
    """Return a film of a run up to its last epoch, with the lives of its strongest weights.

    Parameters
    ----------
    run : ReplayedRun
        The run.
    frames : int
        The number of frames.

    Raises
    ------
    ArgumentError, ReplayError, RunFolderError, TrainingInterrupted
        As for `ReplayedRun.replay`.
    """

    def compute() -> Film:
        dataset, made = run.plan.dataset, run.checkpoint
        part, samples = list(dataset.splits.items())[-1]
        watcher = FilmWatcher(
            frames,
            samples=samples,
            part=part,
            cells=_strongest(made.model.net),
            classes=dataset.classes,
            steps=int(made.history[-1]["step"]) if made.history else None,
        )
        run.replay([watcher], epochs=made.state.epoch)
        return watcher.film()

    return kept_result(run.folder, f"film of {frames} frames", Film, compute)


def require_comparable(runs: Sequence[ReplayedRun]) -> None:
    """Raise `ArgumentError` if runs learned different things, or were trained on different data."""
    first, *others = runs
    for other in others:
        if _learned(other) != _learned(first):
            raise ArgumentError(
                f"{first.folder} and {other.folder} learned different things and cannot be compared; "
                "give runs on the same data"
            )
        if not _have_same_data(first, other):
            raise ArgumentError(
                f"{first.folder} and {other.folder} were trained on different samples, those of "
                f"{first.plan.settings.data} and {other.plan.settings.data}, and cannot be compared; "
                "give runs on the same data"
            )


def titles_of(runs: Sequence[ReplayedRun]) -> list[str]:
    """Return what films are called: the names of the runs' folders and the few settings that differ."""
    settings = [to_toml(run.plan.settings) for run in runs]
    names = dict.fromkeys(name for own in settings for name in own)
    differing = [name for name in names if any(own.get(name) != settings[0].get(name) for own in settings)]
    titles = [
        " · ".join([run.folder.resolve().name, *(f"{name} {own[name]}" for name in differing if name in own)])
        for run, own in zip(runs, settings, strict=True)
    ]
    return titles if max(map(len, titles)) <= _LONGEST_TITLE else [str(run.folder) for run in runs]


def _learned(run: ReplayedRun) -> tuple[object, ...]:
    """Return what a network was trained to predict, from what."""
    preprocessing, dataset = run.plan.model.preprocessing, run.plan.dataset
    return dataset.classes, preprocessing.target_names, preprocessing.describe(), dataset.input_shape


def _have_same_data(run: ReplayedRun, other: ReplayedRun) -> bool:
    """Return whether the data of two runs hold the same samples, though each may have held out others."""
    settings, sha256 = run.plan.settings, run.plan.dataset.sha256
    if other.plan.dataset.sha256 == sha256:
        return True
    source = other.plan.settings
    try:
        return load_dataset(replace(settings, data=source.data, dir=source.dir)).sha256 == sha256
    except WhenceError:  # as they cannot be read with the settings of the run
        return False


def _strongest(net: Sequential) -> list[Source]:
    """Return weights of the first matrix or kernels: the largest of each unit, then the next of each."""
    slot = next((slot for slot in net.slots if len(slot.shape) > 1), None)
    if slot is None:
        return []
    name = name_parameters(net.layers, net.slots)[slot.path]
    weights = slot.view(net.theta)
    by_unit = np.abs(weights.reshape(-1, slot.shape[-1]))  # (inputs, units)
    order = np.argsort(-by_unit, axis=0, kind="stable")
    units = np.arange(by_unit.shape[1])
    places = (order * by_unit.shape[1] + units).ravel()[:_MOST_LIVES]
    return [(name, tuple(int(i) for i in np.unravel_index(place, slot.shape))) for place in places]
