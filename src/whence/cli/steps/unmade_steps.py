"""Steps that no training has made yet, from a network and its optimizer as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.cli.steps.step_samples import StepSamples
from whence.errors import ArgumentError
from whence.optim import Optimizer
from whence.trace import Trace, trace_steps
from whence.training import Model
from whence.wording import counted

_MOST_NUMBERS = 10_000_000


@dataclass(frozen=True)
class Start:
    """What a step that no training has made starts from.

    Parameters
    ----------
    model : Model
        The network and its loss.
    optimizer : Optimizer
        The optimizer with its memory.
    called : dict
        Which step it is, as `StepSamples.described` takes it.
    """

    model: Model
    optimizer: Optimizer
    called: dict[str, Any]


def steps_ever_fewer(
    start: Start, source: StepSamples, samples: Sequence[int] | None, batch: int | None, steps: int
) -> Iterator[list[Trace]]:
    """Yield the traces of consecutive steps; then, with the default samples, also traces of ever fewer of them.

    Parameters
    ----------
    start : Start
        What the first step starts from.
    source : StepSamples
        The samples to choose from.
    samples, batch, steps
        The chosen samples, and the number of steps, as for `StepSamples.chosen`.

    Raises
    ------
    ArgumentError
        If a sample or a batch is out of range, or the steps have too many numbers.
    """
    chosen = source.chosen(samples, batch, steps)
    yield _steps_from(start, source, chosen)
    if samples is None and batch is None:
        for size in range(len(chosen[0]) - 1, 0, -1):
            yield _steps_from(start, source, [chosen[0][:size]] * steps)


def _steps_from(start: Start, source: StepSamples, chosen: list[list[int]]) -> list[Trace]:
    """Trace consecutive steps, each on its samples."""
    model = start.model
    batches = (source.batch(model, rows) for rows in chosen)
    traces: list[Trace] = []
    for made in trace_steps(model.net, model.loss_fn, start.optimizer, batches, classes=model.classes):
        called = None if traces else start.called
        traces.append(source.described(made, model, chosen[len(traces)], called))
        size = sum(map(np.size, made.values()))
        if len(chosen) > 1 and len(chosen) * size > _MOST_NUMBERS:
            raise ArgumentError(
                f"{len(chosen):,} steps have {len(chosen) * size:,} numbers, more than the limit of {_MOST_NUMBERS:,}; "
                f"take at most {counted(max(1, _MOST_NUMBERS // size), 'step')}"
            )
    return traces
