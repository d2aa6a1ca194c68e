"""Faults of the labels: wrong ones, ones on another scale than those held out, and classes that are too rare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.arrays import Array
from whence.doctor.examination import Examination
from whence.doctor.faults.inputs import inputs_hang_together, nothing_to_learn
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.training.metrics import predicted_classes
from whence.training.outputs import outputs_for

_OTHER_SCALE = 5.0
_SHIFTS = (1, -1, 2, -2)
_RARE, _RARE_SHARE_OF_EVEN = 0.06, 0.2
_FEWEST, _NOISE, _SPREAD = 100, 0.12, 0.8


@rule("labels-wrong", Floor.DATA)
def shifted_labels(exam: Examination) -> Iterator[Suspicion]:
    """The neighbours of a sample have the labels of the samples beside them: labels belong to other rows."""
    patient, rows = exam.patient, _rows_in_order(exam)
    if rows is None:
        return
    labels = patient.train.targets
    x = patient.preprocessing(patient.train.inputs[rows], np.float64).reshape(len(rows), -1)
    distances = (x**2).sum(1)[:, np.newaxis] + (x**2).sum(1) - 2 * x @ x.T
    np.fill_diagonal(distances, np.inf)
    nearest = rows[distances.argmin(axis=1)]
    agree = {shift: _agreement(labels, rows, nearest, shift) for shift in (0, *_SHIFTS)}
    best = max(agree, key=lambda shift: agree[shift])
    if best and agree[best] > agree[0] + 0.3:
        yield Suspicion(
            where="the labels",
            evidence=f"a sample and its nearest neighbour have the same label in {agree[0]:.0%} of all cases, but "
            f"{agree[best]:.0%} if each gets the label {abs(best)} row{'s' if abs(best) > 1 else ''} "
            f"{'further on' if best > 0 else 'before'}",
            advice=f"move the labels by {abs(best)} row{'s' if abs(best) > 1 else ''}",
            confidence=0.97,
            certain=True,
        )


def _rows_in_order(exam: Examination) -> Array | None:
    """Return the first rows of the training samples, if they have a label each and are enough to tell."""
    patient = exam.patient
    if (
        not exam.data.numeric
        or patient.classes is None
        or patient.train.targets.ndim > 1
        or len(patient.train) < _FEWEST
    ):
        return None
    return np.arange(min(len(patient.train), 1200))


def _agreement(labels: Array, rows: Array, nearest: Array, shift: int) -> float:
    moved = np.roll(labels, -shift)
    return float((moved[rows] == moved[nearest]).mean())


@rule("labels-wrong", Floor.DATA)
def unlearnable_labels(exam: Examination) -> Iterator[Suspicion]:
    """Inputs hang together and yet tell nothing of the labels."""
    if nothing_to_learn(exam) and inputs_hang_together(exam):
        yield Suspicion(
            where="the labels",
            evidence=f"neither this network nor plain ones predict held-out samples better than no inputs at all "
            f"({exam.scale.measure} {exam.reference.best:.3f} beside {exam.scale.naive:.3f}), though the inputs depend "
            "on each other: the labels may belong to other samples",
            advice="compare some samples with their labels",
            confidence=0.75,
            certain=True,
        )


@rule("labels-wrong", Floor.DATA)
def targets_on_another_scale(exam: Examination) -> Iterator[Suspicion]:
    """The numbers to predict are on another scale in training than in other samples, whose inputs are alike."""
    held = exam.patient.held_out
    if held is None or exam.patient.classes is not None:
        return
    for part in (exam.patient.training.get("validation"), exam.patient.test):
        if part is None or len(part) < 10:
            continue
        ours, theirs = exam.patient.train.targets, part.targets
        spread, other = _spread(ours), _spread(theirs)
        if not spread or not other:
            continue
        ratio = max(other / spread, spread / other)
        shift = abs(np.median(theirs) - np.median(ours)) / max(spread, other)
        if (ratio > _OTHER_SCALE or shift > _OTHER_SCALE) and _same_inputs(exam):
            yield Suspicion(
                where="the targets",
                evidence=f"training targets have the median {np.median(ours):.4g} and the deviation {spread:.4g}, "
                "those of other "
                f"samples {np.median(theirs):.4g} and {other:.4g}, and their inputs are alike",
                advice="prepare the targets of all samples alike",
                confidence=0.95,
                certain=True,
            )
            return


def _spread(targets: Array) -> float:
    """Return half of the range of the middle two thirds, which a few far ones do not move."""
    low, high = np.quantile(targets.astype(np.float64), (0.16, 0.84))
    return float(high - low) / 2


def _same_inputs(exam: Examination) -> bool:
    """Return whether inputs of training and held-out samples are on the same scale."""
    data = exam.data
    if not data.numeric or data.held_out is None:
        return False
    ours, theirs = data.inputs, data.held_out_inputs
    spread = np.sqrt((ours.std(axis=0) ** 2).mean()) or 1.0
    return float(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)).mean()) < 0.5 * spread


@rule("labels-wrong", Floor.DATA)
def labels_against_neighbours(exam: Examination) -> Iterator[Suspicion]:
    """Where neighbours clearly agree on a label, that of the sample itself is often another."""
    data, patient = exam.data, exam.patient
    if not data.numeric or patient.classes is None or data.targets.ndim > 1 or len(data.train) < _FEWEST:
        return
    classes = len(patient.classes)
    own = _Votes(data.votes(data.targets, data.neighbours), data.targets)
    if len(own.labels) >= _FEWEST and own.wrong > _NOISE and classes > 3 and own.spread > _SPREAD:
        yield Suspicion(
            where="the training labels",
            evidence=f"for {own.wrong:.0%} of the samples whose neighbours agree on a label, their own is another, "
            "any other",
            advice="look at these samples: whence history RUN --suspects lists them",
            confidence=0.85,
            certain=True,
        )
        return
    if data.held_out is None or data.held_out.targets.ndim > 1 or len(data.held_out) < _FEWEST // 2:
        return
    nearest, distance = data.neighbours_of_held_out
    near = distance <= np.quantile(data.nearest_distance, 0.95)
    if near.mean() < 0.8 or data.repeated[1] > 0.5:  # inputs of another kind, or the same samples
        return
    others = _Votes(data.votes(data.targets, nearest), data.held_out.targets)
    if min(len(own.labels), len(others.labels)) < _FEWEST // 2:
        return
    for part, mine, theirs in (("training", own, others), ("held-out", others, own)):
        if mine.wrong > max(_NOISE, 2.5 * theirs.wrong):
            yield Suspicion(
                where=f"the {part} labels",
                evidence=f"where training neighbours agree on a label, that of {part} samples is another for "
                f"{mine.wrong:.0%}, and "
                f"of the other part for {theirs.wrong:.0%}{_most_confused(mine.labels, mine.said, classes)}",
                advice=f"compare the {part} samples with their labels",
                confidence=0.8,
                certain=True,
            )
            return


class _Votes:
    """What neighbours say of the labels of some samples, of those for which they agree far beyond the classes' shares.

    Parameters
    ----------
    votes : (M, C) array
        The share of each class among a sample's neighbours.
    labels : (M,) int array
        The samples' own labels.
    """

    def __init__(self, votes: Array, labels: Array) -> None:
        shares = np.bincount(labels, minlength=votes.shape[1]) / len(labels)
        common = shares[labels] > 0.5 / votes.shape[1]  # of rare classes neighbours are few
        clear = common & (votes.max(axis=1) >= shares.max() + 0.5 * (1 - shares.max()))
        self.said, self.labels = votes.argmax(axis=1)[clear], labels[clear]
        against = self.said != self.labels
        self.wrong = float(against.mean()) if clear.any() else 0.0
        self.spread = _evenness(self.said[against], self.labels[against], votes.shape[1])


def _evenness(said: Array, labels: Array, classes: int) -> float:
    """Return the entropy of labels given what neighbours say, as a share of that of labels at random."""
    pairs = np.bincount(said * classes + labels, minlength=classes**2).reshape(classes, classes).astype(np.float64)
    rows = pairs.sum(axis=1)
    if not rows.sum() or classes < 3:
        return 0.0
    shares = pairs / np.maximum(rows, 1)[:, np.newaxis]
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
    most = np.log(np.minimum(np.maximum(rows, 1), classes - 1))
    return float((rows * entropy).sum() / max((rows * most).sum(), 1e-9))


def _most_confused(own: Array, said: Array, classes: int) -> str:
    """Return which label stands most often for which, if it is one pair above all."""
    wrong = own != said
    if not wrong.any():
        return ""
    pairs = np.bincount(own[wrong] * classes + said[wrong], minlength=classes**2)
    if pairs.max() < 0.5 * wrong.sum():
        return ""
    label, rather = divmod(int(pairs.argmax()), classes)
    return f", mostly class {label} that looks like {rather}"


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
    samples = exam.scale.held_out
    predicted = predicted_classes(outputs_for(patient.net, samples.inputs, patient.preprocessing, samples.lengths))
    of_rare = rare[samples.targets]
    if of_rare.sum() < 5:
        samples = exam.scale.train
        predicted = predicted_classes(outputs_for(patient.net, samples.inputs, patient.preprocessing, samples.lengths))
        of_rare = rare[samples.targets]
    if not of_rare.any() or of_rare.all():
        return
    right = predicted == samples.targets
    recall, others = float(right[of_rare].mean()), float(right[~of_rare].mean())
    if recall < 0.6 and others > recall + 0.25 and others > 0.6:
        names = [patient.classes[place] for place in np.flatnonzero(rare)]
        yield Suspicion(
            where=f"class{'es' if len(names) > 1 else ''} {', '.join(names[:6])}",
            evidence=f"{shares[rare].sum():.1%} of the training samples are of {', '.join(names[:6])}, and the "
            "network finds "
            f"{recall:.0%} of them, but {others:.0%} of the others",
            advice="weight the classes, or give as many samples of each",
            confidence=0.9,
            certain=True,
        )
