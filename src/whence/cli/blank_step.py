"""A training step of a run on samples of zeros, for its formulas: they need the network, and no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.arrays import Array, Shape
from whence.cli.run_folder import read_run
from whence.cli.traced_run import optimizer_of, require_run
from whence.nn.layer import ANY
from whence.trace import Trace, trace
from whence.training import Model, load_checkpoint


def trace_blank(run: Path, count: int) -> Trace:
    """Make a training step from where a run stands on samples of zeros, and record it; the run stays as it is.

    Parameters
    ----------
    run : path
        The folder of a run.
    count : int
        How many samples to make up.

    Raises
    ------
    RunFolderError
        If there is no such run.
    ModelFileError
        If its checkpoint is missing or damaged.
    """
    require_run(run)
    settings, _ = read_run(run)
    checkpoint = load_checkpoint(run)
    model = checkpoint.model
    inputs = tuple(settings.window or 1 if length == ANY else length for length in model.net.input_shape)
    x = np.zeros((count, *inputs), model.net.input_dtype)
    y = _targets(model, model.net(x).shape)
    return trace(model.net, model.loss_fn, optimizer_of(checkpoint), x, y, classes=model.classes)


def _targets(model: Model, outputs: Shape) -> Array:
    """Return targets for outputs of a shape: the first label of classes, or numbers."""
    return np.zeros(outputs, model.net.dtype) if model.classes is None else np.zeros(outputs[:-1], np.int64)
