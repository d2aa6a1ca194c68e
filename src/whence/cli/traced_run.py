"""The next training steps of a run, recorded: what ``why``, ``show``, ``sheet`` and ``formulas`` all look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from whence.cli.options.table import Settings
from whence.cli.run_folder import read_run, require_data, require_same_data
from whence.cli.training_plan import load_dataset
from whence.data import Batch, Batches, Dataset, Samples
from whence.data.dataset import Origins
from whence.data.samples import joined
from whence.errors import ArgumentError, RunFolderError
from whence.nn.axes import ANY_LENGTH
from whence.trace import Trace, load_traces, trace, trace_steps
from whence.training import Checkpoint, Model, load_checkpoint
from whence.training.metrics import outputs_for, predicted_classes
from whence.wording import counted, listed

_MOST_NUMBERS = 10_000_000
_MOST_ORIGINS = 10_000
"""The most inputs of a step of which the origins in the files are kept."""


def trace_run(
    run: str | Path,
    *,
    files: Sequence[Path] = (),
    samples: Sequence[int] | None = None,
    batch: int | None = None,
    default_batch: int | None = None,
    steps: int = 1,
) -> list[Trace]:
    """Trace the next training steps of a run without changing the run.

    Parameters
    ----------
    run : path
        The folder of a run, or a file of saved traces.
    files : sequence of Path
        Files with inputs, as for a prediction, to take for the training samples. For targets, which they lack, stands
        what the network predicts.
    samples : sequence of int, optional
        The training samples, counted from 0, that make the batch of every step; by default the first one.
    batch : int, optional
        Take batches of this many training samples instead, in order, starting again at the end of the data.
    default_batch : int, optional
        The batch size if neither is given; all training samples if there are fewer.
    steps : int
        Number of consecutive steps, all with the learning rate of the run's last step.

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
        If a sample, a batch or a number of steps is out of range.
    """
    return next(trace_ever_fewer(run, samples, batch, default_batch, steps, files))


def trace_ever_fewer(
    run: str | Path,
    samples: Sequence[int] | None,
    batch: int | None,
    default_batch: int | None,
    steps: int,
    files: Sequence[Path] = (),
) -> Iterator[list[Trace]]:
    """Yield what `trace_run` returns; then, with the default batch, also traces of ever smaller batches."""
    run = Path(run)
    if steps < 1:
        raise ArgumentError(f"steps is {steps}; it must be at least 1")
    if samples is not None and batch is not None:
        raise ArgumentError("samples and batch were both given; give one of them")
    if run.is_file():
        yield _saved(run, chosen=bool(files) or samples is not None or batch is not None, steps=steps)
        return
    if files:
        _read_run(run)
        checkpoint = load_checkpoint(run)
        name, train = listed(path.name for path in files), _samples_in(files, checkpoint.model)
        origins = None
    else:
        dataset, checkpoint = open_run(run)
        name, train, origins = dataset.name, dataset.train, dataset.origins
    sizes: Iterable[int | None] = [batch]
    if samples is None and batch is None and default_batch is not None:
        sizes = range(min(default_batch, len(train.counted)), 0, -1)
    for size in sizes:
        yield _trace_steps(name, train, origins, checkpoint, _batches(train, samples, size, steps))


def _samples_in(files: Sequence[Path], model: Model) -> Samples:
    """Return the inputs in files, with what a network predicts for them as their targets."""
    parts = []
    for path in files:
        inputs = model.preprocessing.read(path, model.net.input_shape)
        lengths = model.preprocessing.read_lengths(path)
        outputs = outputs_for(model.net, inputs, model.preprocessing, lengths)
        if model.classes is None:
            targets = np.asarray(model.preprocessing.restored(model.loss_fn.predictions(outputs), inputs), np.float64)
        else:
            targets = predicted_classes(outputs)
        parts.append(Samples(inputs, targets, lengths=lengths))
    return joined(parts)


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
    settings, _ = _read_run(run)
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


def data_of_run(run: str | Path, *, offline: bool = False) -> Dataset:
    """Return the data of a run, which are those that it was trained on.

    Parameters
    ----------
    run : path
        The folder of a run.
    offline : bool
        Whether data that would have to be downloaded are an error.

    Raises
    ------
    RunFolderError, ModelFileError, DataError
        As for `trace_run`.
    """
    run = Path(run)
    settings, sha256 = _read_run(run)
    require_data(run, settings)
    dataset = load_dataset(replace(settings, offline=offline or settings.offline))
    require_same_data(run, dataset, sha256)
    return dataset


def _read_run(run: Path) -> tuple[Settings, str]:
    if not run.is_dir():
        raise RunFolderError(f"there is no run {run}; see the folders in runs/, or train one with: whence train")
    return read_run(run)


def _saved(path: Path, *, chosen: bool, steps: int) -> list[Trace]:
    if chosen:
        raise ArgumentError(f"{path} is a saved trace, which has its samples already; give a run to choose others")
    traces = load_traces(path)
    if steps > len(traces):
        raise ArgumentError(f"steps is {steps}, but {path} holds {counted(len(traces), 'step')}; give at most that")
    return traces[:steps]


def _batches(train: Samples, samples: Sequence[int] | None, batch: int | None, steps: int) -> list[list[int]]:
    """Return the indices of the samples of each step; as in training, those of weight 0 are left out of batches."""
    usable = train.counted.tolist()
    if batch is None:
        rows = usable[:1] if samples is None else list(samples)
        if not rows:
            raise ArgumentError("samples is empty; give at least one")
        for row in rows:
            if not 0 <= row < len(train):
                raise ArgumentError(f"sample is {row}; the samples are numbered from 0 to {len(train) - 1}")
        if not set(rows) & set(usable):
            raise ArgumentError(f"sample {rows[0]} has the weight 0, so it trains nothing; try {usable[0]}")
        return [rows] * steps
    count = len(usable)
    if not 1 <= batch <= count:
        raise ArgumentError(f"batch is {batch}, but there are {counted(count, 'sample')}; give at most that")
    return [[usable[(step * batch + place) % count] for place in range(batch)] for step in range(steps)]


def _trace_steps(
    name: str, train: Samples, origins: Origins | None, checkpoint: Checkpoint, chosen: list[list[int]]
) -> list[Trace]:
    """Trace steps of a run, each on its samples, with what these are from if that is known."""
    model = checkpoint.model
    batches = (_batch(model, train, rows) for rows in chosen)
    traces: list[Trace] = []
    for made in trace_steps(model.net, model.loss_fn, checkpoint.optimizer(), batches, classes=model.classes):
        samples = chosen[len(traces)]
        data = {"name": name, "samples": samples, **model.preprocessing.describe()}
        if origins is not None and made["x"].size <= _MOST_ORIGINS:
            data["origins"] = [origins(sample) for sample in samples]
        traces.append(replace(made, description={**made.description, "data": data}))
        size = sum(map(np.size, made.values()))
        if len(chosen) > 1 and len(chosen) * size > _MOST_NUMBERS:
            raise ArgumentError(
                f"{len(chosen):,} steps have {len(chosen) * size:,} numbers, more than the limit of {_MOST_NUMBERS:,}; "
                f"take at most {counted(max(1, _MOST_NUMBERS // size), 'step')}"
            )
    return traces


def _batch(model: Model, train: Samples, rows: list[int]) -> Batch:
    """Return the batch of the samples at ``rows``."""
    net, prepared = model.net, model.preprocessing
    batches = Batches(train, prepared, len(rows), rng=None, dtype=net.dtype, input_dtype=net.input_dtype)
    return batches.take(np.array(rows))
