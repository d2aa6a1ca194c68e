"""Faults of the steps: too long, too short, or made by an unsuitable optimizer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import clipped, other_optimizer, other_rate
from whence.optim import SGD

_ADAM_RATE = 0.003
_STILL = 0.03
"""A training that moved its weights by less than this share of their length left them as they were."""
_BURST = 15.0
"""How many times longer than the usual gradient the longest in a hundred may be; in healthy recurrent networks, six."""


@rule("learning-rate-too-high", Floor.STEPS)
def long_steps(exam: Examination) -> Iterator[Suspicion]:
    """The loss grew, jumped or never fell, and shorter steps help."""
    if not exam.underfits:
        return
    control = exam.trials.control()
    rate = exam.patient.optimizer.learning_rate
    evidence = _restless(exam, control.losses, finite=control.finite)
    if evidence:
        yield Suspicion(
            where="learning-rate",
            evidence=f"{evidence}, with steps of {rate:g}",
            confidence=0.8,
            treatments=tuple(other_rate(rate / factor) for factor in (10, 100, 1000, 10_000)),
        )


@rule("exploding-gradient", Floor.SYMPTOM)
def exploding(exam: Examination) -> Iterator[Suspicion]:
    """Numbers grew until they were not finite any more."""
    if not exam.diverged:
        return
    losses = exam.trials.control().losses
    finite = [loss for loss in losses if math.isfinite(loss)]
    yield Suspicion(
        where=f"step {len(losses)}",
        evidence=f"the loss grew from {losses[0] if losses else math.nan:.4g} to {max(finite, default=math.nan):.4g} "
        "and was not "
        f"finite after {len(losses):,} steps",
        advice="cut gradients to a norm, and make shorter steps",
        confidence=0.6,
    )


@rule("exploding-gradient", Floor.STEPS)
def exploding_through_time(exam: Examination) -> Iterator[Suspicion]:
    """Gradients grow on their way back through time: without end, or in some steps many times beyond the usual."""
    if not exam.underfits or not exam.reads_sequences:
        return
    norms = exam.trials.control().norms
    usual, rare = np.quantile(norms, (0.5, 0.99))
    if exam.diverged or rare > _BURST * usual:
        yield Suspicion(
            where="the gradient through time",
            evidence="numbers that pass through time steps grew until they were not finite any more"
            if exam.diverged
            else f"the gradient's norm is {usual:.3g} in most steps, but above {rare:.3g} in one of a hundred",
            confidence=0.9 if exam.diverged else 0.75,
            treatments=(clipped(),),
            certain=True,
        )


@rule("learning-rate-too-low", Floor.STEPS)
def short_steps(exam: Examination) -> Iterator[Suspicion]:
    """The loss falls evenly, and longer steps help."""
    if not exam.underfits or exam.diverged:
        return
    patient = exam.patient
    rate = patient.optimizer.learning_rate
    still = exam.moved < _STILL
    yield Suspicion(
        where="learning-rate",
        evidence=f"the weights moved by {exam.moved:.2g} of their length in {patient.steps:,} steps of {rate:g}"
        + (", and the loss was still falling" if _still_falls(exam) else ""),
        confidence=0.85 if still else 0.7 if _still_falls(exam) else 0.5,
        treatments=tuple(other_rate(min(rate * factor, 1000.0)) for factor in (10, 100, 1000, 10_000)),
    )


@rule("unsuitable-optimizer", Floor.STEPS)
def plain_steps(exam: Examination) -> Iterator[Suspicion]:
    """Plain gradient descent, where steps that adapt to each weight help."""
    optimizer = exam.patient.optimizer
    if not exam.underfits or not isinstance(optimizer, SGD):
        return
    recurrent = any(layer.recurrent or layer.takes_indices for layer in exam.patient.net.layers)
    yield Suspicion(
        where="optimizer",
        evidence=f"{optimizer!r} makes steps of one length for all weights"
        + (", whose gradients differ much in a network that reads sequences" if recurrent else ""),
        confidence=0.85 if recurrent else 0.45,
        treatments=(other_optimizer("adam", 0.005 if recurrent else _ADAM_RATE),),
    )


def _still_falls(exam: Examination) -> bool:
    """Return whether the training loss fell by more than 1 % over the last tenth of the epochs."""
    losses = [record["train_loss"] for record in exam.patient.history]
    if len(losses) < 2:
        return True
    return bool(losses[-1] < 0.99 * losses[-1 - max(1, len(losses) // 10)])


def _restless(exam: Examination, losses: Sequence[float], *, finite: bool) -> str | None:
    """Return what shows that steps were too long, if something does."""
    if not finite or exam.diverged:
        return "the loss grew until it was not finite any more"
    if exam.moved < _STILL:
        return None
    naive, epochs = exam.naive_loss, [record["train_loss"] for record in exam.patient.history]
    first = float(np.mean(losses[: max(1, len(losses) // 50)]))
    worst, last = max([*losses, *epochs]), epochs[-1] if epochs else losses[-1]
    if last > 1.2 * naive and last > 0.5 * first:
        return f"the loss ended at {last:.4g}, above the {naive:.4g} of a prediction without inputs"
    if worst > 3 * max(first, naive):
        return f"the loss rose from {first:.4g} to {worst:.4g}"
    dead = _newly_dead(exam)
    if dead > 0.3:
        return f"{dead:.0%} of a layer's units died or saturated on the way"
    if last > 0.98 * naive and first < 5 * naive:
        return f"the loss stays at {last:.4g}, that of a prediction without inputs"
    return None


def _newly_dead(exam: Examination) -> float:
    """Return the largest share of a layer's units that the training killed or saturated."""
    if not exam.after.finite or not exam.before.finite:
        return 0.0
    pairs = zip(exam.before.activations(), exam.after.activations(), strict=True)
    return max(
        (
            float(((after.dead & ~before.dead) | (after.saturated & ~before.saturated)).mean())
            for before, after in pairs
        ),
        default=0.0,
    )
