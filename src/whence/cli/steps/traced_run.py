"""Training steps of a run, recorded: what ``why``, ``show``, ``sheet``, ``formulas`` and ``check`` all look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from whence.cli.options.shared import BEST, NEXT
from whence.cli.runs.run_data import data_of_run
from whence.cli.runs.run_folder import read_run
from whence.cli.steps.replayed_run import ReplayedRun
from whence.cli.steps.step_samples import StepSamples
from whence.cli.steps.unmade_steps import Start, steps_ever_fewer
from whence.data import Dataset
from whence.errors import ArgumentError
from whence.nn.axes import ANY_LENGTH
from whence.text_notation import whole
from whence.trace import Trace, load_traces, trace
from whence.training import Checkpoint, load_checkpoint
from whence.wording import counted


def trace_run(
    run: str | Path,
    *,
    files: Sequence[Path] = (),
    samples: Sequence[int] | None = None,
    batch: int | None = None,
    step: str = BEST,
    steps: int = 1,
) -> list[Trace]:
    """Trace training steps of a run without changing the run.

    Parameters
    ----------
    run : path
        The folder of a run, or a file of saved traces.
    files : sequence of Path
        Files with inputs, as for a prediction, to take for the training samples. For targets, which they lack, stands
        what the network predicts.
    samples, batch
        The samples of the steps, as for `StepSamples.chosen`.
    step : str
        ``"best"``: the step after the best epoch, from the weights of the saved model. ``"next"``: the step after the
        last one. ``"first"``, ``"last"`` or a number from 1: a step that the run has made, which is replayed, by
        default on the samples that it was made on.
    steps : int
        Number of consecutive steps; those that the run has not made have the learning rate of the one before.

    Returns
    -------
    list of Trace
        One for each step. ``description["data"]`` has the samples and, if known, the names of columns or the format of
        images.

    Raises
    ------
    RunFolderError
        If there is no such run.
    ModelFileError
        If its checkpoint, or the file of traces, is missing or damaged.
    DataError
        If the data are not those that the run was trained on.
    ArgumentError
        If a sample, a batch, a step or a number of steps is out of range, or a step cannot be replayed.
    """
    return next(trace_ever_fewer(run, samples=samples, batch=batch, step=step, steps=steps, files=files))


def trace_ever_fewer(
    run: str | Path,
    *,
    samples: Sequence[int] | None,
    batch: int | None,
    step: str,
    steps: int,
    files: Sequence[Path] = (),
) -> Iterator[list[Trace]]:
    """Yield what `trace_run` returns; then, with the default samples, also traces of ever fewer of them."""
    run = Path(run)
    if steps < 1:
        raise ArgumentError(f"steps is {steps}; it must be at least 1")
    if run.is_file():
        chosen = bool(files) or (samples, batch, step) != (None, None, BEST)
        yield _saved(run, chosen=chosen, steps=steps)
        return
    if step not in (BEST, NEXT):
        if files:
            raise ArgumentError(f"files and step {step} were both given; give one of them")
        yield _replayed(run, samples, batch, step, steps)
        return
    if files:
        read_run(run)
        start = _start(load_checkpoint(run), step)
        source = StepSamples.in_files(files, start.model)
    else:
        dataset, checkpoint = open_run(run)
        start, source = _start(checkpoint, step), StepSamples.of_training(dataset)
    yield from steps_ever_fewer(start, source, samples, batch, steps)


def _start(checkpoint: Checkpoint, step: str) -> Start:
    """Return the start at the best epoch, or after the last step, also where the best epoch is not known."""
    best, epoch = checkpoint.best_optimizer(), checkpoint.state.best_epoch
    if step == BEST and best is not None and epoch:
        return Start(checkpoint.best_model(), best, {"kind": "best", "number": epoch})
    called = {"kind": "next", "number": checkpoint.state.step + 1}
    return Start(checkpoint.model, checkpoint.optimizer(), called)


def trace_without_data(run: Path, count: int) -> Trace:
    """Trace the next training step of a run on zeros: enough for its formulas.

    Parameters
    ----------
    run : path
        The folder of a run.
    count : int
        Number of samples.

    Raises
    ------
    RunFolderError, ModelFileError
        As for `trace_run`.
    """
    settings, _ = read_run(run)
    checkpoint = load_checkpoint(run)
    model = checkpoint.model
    inputs = tuple(settings.window or 1 if length == ANY_LENGTH else length for length in model.net.input_shape)
    x = np.zeros((count, *inputs), model.net.input_dtype)
    outputs = model.net(x).shape
    y = np.zeros(outputs, model.net.dtype) if model.classes is None else np.zeros(outputs[:-1], np.int64)
    return trace(model.net, model.loss_fn, checkpoint.optimizer(), x, y, classes=model.classes)


def open_run(run: str | Path) -> tuple[Dataset, Checkpoint]:
    """Return the data of a run, as `data_of_run`, and its last checkpoint."""
    return data_of_run(run), load_checkpoint(run)


def _saved(path: Path, *, chosen: bool, steps: int) -> list[Trace]:
    if chosen:
        raise ArgumentError(f"{path} is a saved trace, which has its samples already; give a run to choose others")
    traces = load_traces(path)
    if steps > len(traces):
        raise ArgumentError(f"steps is {steps}, but {path} holds {counted(len(traces), 'step')}; give at most that")
    return traces[:steps]


def _replayed(run: Path, samples: Sequence[int] | None, batch: int | None, step: str, steps: int) -> list[Trace]:
    """Trace steps that a run has made, by default on the samples that it made them on."""
    replayed = ReplayedRun.of(run)
    made = replayed.checkpoint.state.step
    named = {"first": 1, "last": made - steps + 1}
    first = named[step] if step in named else whole(step)
    if not 1 <= first <= first + steps - 1 <= made:
        raise ArgumentError(
            f"step is {step} and steps is {steps}, but {run} has made {counted(made, 'step')}; "
            f"give a step from 1 to {made}, best or next"
        )
    source, model = StepSamples.of_training(replayed.plan.dataset), replayed.plan.model
    instead = None
    if samples is not None or batch is not None:
        instead = [source.batch(model, rows) for rows in source.chosen(samples, batch, steps)]
    traces, rows = replayed.steps(first, steps, instead)
    kind = "replayed" if instead is None else "other samples"
    return [
        source.described(made, model, own, {"kind": kind, "number": number})
        for number, (made, own) in enumerate(zip(traces, rows, strict=True), first)
    ]
