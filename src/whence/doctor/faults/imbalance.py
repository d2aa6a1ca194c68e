"""The fault of classes that are too rare to be learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.training.metrics import predicted_classes
from whence.training.outputs import outputs_for

_RARE, _RARE_SHARE_OF_EVEN = 0.06, 0.2
_FEWEST = 5


@rule("class-imbalance", Floor.DATA)
def rare_classes(exam: Examination) -> Iterator[Suspicion]:
    """Classes are rare in training, and the network misses them."""
    patient = exam.patient
    if patient.classes is None or patient.train.targets.ndim > 1 or exam.diverged:
        return
    count = len(patient.classes)
    shares = np.bincount(patient.train.targets, patient.train.weights, minlength=count)
    shares = shares / shares.sum()
    rare = (shares < _RARE) & (shares < _RARE_SHARE_OF_EVEN / count) | (shares < 0.1 * shares.max())
    if not rare.any() or exam.scale.measure != "accuracy":
        return
    held_out, train = exam.scale.held_out, exam.scale.train
    samples = held_out if rare[held_out.targets].sum() >= _FEWEST else train
    of_rare = rare[samples.targets]
    if not of_rare.any() or of_rare.all():
        return
    predicted = predicted_classes(outputs_for(patient.net, samples.inputs, patient.preprocessing, samples.lengths))
    right = predicted == samples.targets
    recall, others = float(right[of_rare].mean()), float(right[~of_rare].mean())
    if recall < 0.6 and others > recall + 0.25 and others > 0.6:
        names = [patient.classes[place] for place in np.flatnonzero(rare)]
        yield Suspicion(
            where=f"class{'es' if len(names) > 1 else ''} {', '.join(names[:6])}",
            evidence=f"{shares[rare].sum():.1%} of the training samples are of {', '.join(names[:6])}, and the "
            f"network finds {recall:.0%} of them, but {others:.0%} of the others",
            advice="weight the classes, or give as many samples of each",
            confidence=0.9,
            certain=True,
        )
