"""Training steps of what a view was given: a run, a model file, a file of traces, or an architecture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from whence.cli.options.shared import BEST
from whence.cli.steps.described_network import is_described, refuse_options, trace_described
from whence.cli.steps.traced_model import is_model_file, trace_model
from whence.cli.steps.traced_run import trace_ever_fewer
from whence.trace import Trace


def trace_network(
    network: str,
    given: Mapping[str, Any],
    *,
    samples: Sequence[int] | None,
    batch: int | None,
    step: str,
    steps: int = 1,
    files: Sequence[Path] = (),
) -> Iterator[list[Trace]]:
    """Yield the traces of training steps; then, with the default samples, also traces of ever fewer of them.

    Parameters
    ----------
    network : str
        The folder of a run, a model file, a file of saved traces, or an architecture.
    given : mapping
        The options of an architecture, as for `trace_described`, or of a model file, as for `trace_model`; None for one
        that was not given.
    samples, batch, step, steps, files
        The step, as for `whence.cli.steps.traced_run.trace_run`.

    Raises
    ------
    click.UsageError
        If an option does not suit a run, or an architecture.
    """
    if is_model_file(network):
        if step != BEST:
            raise click.UsageError("a model file has only the step from its weights; leave out --step")
        return trace_model(network, given, samples=samples, batch=batch, steps=steps, files=files)
    if not is_described(network):
        refuse_options(given)
        return trace_ever_fewer(network, samples=samples, batch=batch, step=step, steps=steps, files=files)
    if step not in (BEST, "first") or files:
        raise click.UsageError("an architecture has only a first step, and no files; leave out --step and FILES")
    return trace_described(network, given, samples=samples, batch=batch, steps=steps)
