"""Faults of the length of a training: too few epochs, or batches that leave too few or too restless steps."""

from __future__ import annotations

from collections.abc import Iterator

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import more_epochs, other_batch_size

_FEW_STEPS = 2000
_MOST_STEPS_PER_EPOCH = 10
_TINY_BATCH = 4
_USUAL = 32


@rule("batch-size-unsuitable", Floor.STEPS)
def unsuitable_batch(exam: Examination) -> Iterator[Suspicion]:
    """Batches so large that few steps are made, or so small that each step follows one sample's whim."""
    patient = exam.patient
    size, samples = patient.batch_size, len(patient.train.counted)
    if not exam.underfits or patient.streams or samples < 4 * _USUAL:
        return
    if size >= 4 * _USUAL and patient.steps_per_epoch <= _MOST_STEPS_PER_EPOCH and patient.planned_steps < _FEW_STEPS:
        evidence = (
            f"batches of {size:,} of {samples:,} samples leave {patient.steps_per_epoch} steps an epoch, "
            f"{patient.planned_steps:,} in all"
        )
        confidence = 0.75
    elif size < _TINY_BATCH:
        evidence = (
            f"batches of {size} make each step follow one sample or two, with steps of "
            f"{patient.optimizer.learning_rate:g}"
        )
        confidence = 0.75
    else:
        return
    yield Suspicion(
        where="batch-size",
        evidence=evidence,
        confidence=confidence,
        treatments=(other_batch_size(patient, _USUAL if size > _USUAL else 64),),
    )


@rule("too-few-epochs", Floor.STEPS)
def few_epochs(exam: Examination) -> Iterator[Suspicion]:
    """The training ended while its loss fell, after few steps."""
    patient = exam.patient
    if not exam.underfits or exam.diverged or patient.planned_steps > _FEW_STEPS:
        return
    epochs = -(-patient.planned_steps // patient.steps_per_epoch)
    yield Suspicion(
        where="max-iter",
        evidence=f"{epochs:,} epochs are {patient.planned_steps:,} steps",
        confidence=0.75 if epochs <= 10 else 0.5,
        treatments=(more_epochs(patient, 10),),
    )
