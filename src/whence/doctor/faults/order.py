"""Faults of the order: samples that lie sorted in the data and were trained on, or split, in that order."""

from __future__ import annotations

from collections.abc import Iterator

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule


@rule("not-shuffled", Floor.DATA)
def batches_in_order(exam: Examination) -> Iterator[Suspicion]:
    """The batches kept the order of sorted samples: the first epoch made again in that order gives the same loss."""
    order = exam.order
    if order.is_sorted and order.kept_in_batches:
        loss = exam.patient.history[0]["train_loss"]
        yield Suspicion(
            where="the batches",
            evidence="samples in a row have like targets, and the batches kept their order: the first epoch made "
            "again in "
            f"that order ends with the same loss, {loss:.6g}, and shuffled with another",
            advice="shuffle the samples in every epoch, or once before the training",
            confidence=0.99,
            certain=True,
        )


@rule("not-shuffled", Floor.DATA)
def split_in_order(exam: Examination) -> Iterator[Suspicion]:
    """The samples were sorted by an input before the last were held out, so that these lie beyond all others."""
    if found := exam.order.split_in_order:
        what, beyond, cell = found
        yield Suspicion(
            where=f"the split, by {what}",
            evidence=f"training samples lie in the order of {what}, and {beyond:.0%} of the samples held "
            "out are "
            "beyond its range in training: they were sorted before they were split",
            advice="shuffle the samples before they are split",
            confidence=0.95,
            certain=True,
            cells=(cell,) if cell else (),
        )
