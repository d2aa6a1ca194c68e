"""Faults of regularisation: too much dropout or decay, and too little of either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import other_dropout, without_decay
from whence.nn import Dropout

_STRONG, _NEARLY_ALL = 0.5, 0.9
_NOTHING_LEFT = 0.1
_GAP = 0.3
_DROPOUT = 0.1


@rule("dropout-too-strong", Floor.REGULARISATION)
def strong_dropout(exam: Examination) -> Iterator[Suspicion]:
    """So much is dropped that the network does not learn its training samples."""
    drops = [
        (place, layer.p) for place, layer in enumerate(exam.patient.initial_net.layers) if isinstance(layer, Dropout)
    ]
    if not drops or max(p for _, p in drops) < _STRONG or not exam.may_underfit:
        return
    place, p = max(drops, key=lambda drop: drop[1])
    kept = float(np.prod([1 - each for _, each in drops]))
    yield Suspicion(
        where=f"layer {place + 1}, Dropout({p:g})",
        evidence=f"{len(drops)} layer{'s drop' if len(drops) > 1 else ' drops'} up to {p:.0%} of the outputs, so "
        "that a path "
        f"through all of them is open in {kept:.2g} of the steps; {exam.scale.measure} on training samples is "
        f"{exam.scores.train:.3f}",
        confidence=0.8,
        treatments=(other_dropout(exam.patient, _DROPOUT),),
        certain=p >= _NEARLY_ALL,
    )


@rule("regularisation-too-strong", Floor.REGULARISATION)
def strong_decay(exam: Examination) -> Iterator[Suspicion]:
    """Weight decay holds the weights back more than the loss moves them."""
    patient = exam.patient
    if not patient.optimizer.weight_decay or not exam.may_underfit:
        return
    decays = patient.net.decays
    before, after = (float(np.linalg.norm(net.theta[decays])) for net in (patient.initial_net, patient.net))
    yield Suspicion(
        where="weight-decay",
        evidence=f"a weight decay of {patient.optimizer.weight_decay:g} took the norm of the weights from "
        f"{before:.3g} to "
        f"{after:.3g}, and {exam.scale.measure} on training samples is {exam.scores.train:.3f}",
        confidence=0.8 if after < before else 0.6,
        treatments=(without_decay(),),
        certain=after < _NOTHING_LEFT * before and exam.scores.train - exam.scale.naive <= exam.scale.noise,
    )


@rule("overfitting", Floor.REGULARISATION)
def overfitting(exam: Examination) -> Iterator[Suspicion]:
    """The loss of samples held out is far above that of training samples, by a good part of what not learning costs."""
    patient = exam.patient
    if patient.held_out is None or exam.diverged or patient.streams:
        return
    train, others = exam.scores.train_loss, exam.scores.held_out_loss
    naive = exam.naive_loss
    if not np.isfinite([train, others]).all() or train > 0.5 * naive or others - train < _GAP * naive:
        return
    if others < 0.8 * naive and exam.own >= exam.reference.best - exam.scale.noise:
        return
    rates = (
        patient.optimizer.weight_decay,
        max((layer.p for layer in patient.net.layers if isinstance(layer, Dropout)), default=0.0),
    )
    yield Suspicion(
        where="the trained network",
        evidence=f"the loss of training samples is {train:.4g} and that of others {others:.4g}, where a prediction "
        "without "
        f"inputs costs {naive:.4g}; {patient.net.theta.size:,} parameters learn from {len(patient.train.counted):,} "
        "samples, "
        f"with weight decay {rates[0]:g} and dropout {rates[1]:g}",
        advice="hold out validation samples, so that the best epoch is kept; use weight decay, dropout or fewer units",
        confidence=0.85,
        certain=True,
    )
