"""Faults of the targets: wrong ones, and ones on another scale than those held out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.arrays import Array
from whence.doctor.examination import Examination
from whence.doctor.facts.data import DataFacts
from whence.doctor.faults.inputs import inputs_hang_together, nothing_to_learn
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.wording import counted

_OTHER_SCALE = 5.0
_SHIFTS = (1, -1, 2, -2)
_AGREE, _NEARLY = 0.3, 0.9
_OTHER_SHARES, _FOLLOWS = 0.06, 0.5
_FEWEST, _NOISE, _SPREAD, _CLEAR = 100, 0.12, 0.8, 0.3


@rule("labels-wrong", Floor.DATA)
def shifted_labels(exam: Examination) -> Iterator[Suspicion]:
    """The neighbours of a sample have the targets of the samples beside them: targets belong to other rows."""
    patient, rows = exam.patient, _rows_in_order(exam)
    if rows is None:
        return
    labels = patient.train.targets if patient.classes is not None else patient.train.targets[:, 0].astype(np.float64)
    x = patient.preprocessing(patient.train.inputs[rows], np.float64).reshape(len(rows), -1)
    distances = (x**2).sum(1)[:, np.newaxis] + (x**2).sum(1) - 2 * x @ x.T
    np.fill_diagonal(distances, np.inf)
    nearest = rows[distances.argmin(axis=1)]
    agree = {shift: _agreement(labels, rows, nearest, shift) for shift in (0, *_SHIFTS)}
    best = max(agree, key=lambda shift: agree[shift])
    if best and agree[best] > agree[0] + _AGREE and not _among(x, np.roll(labels, -best)[rows]):
        numbers = patient.classes is None
        said = "targets whose correlation is" if numbers else "the same label with a frequency of"
        yield Suspicion(
            where="the targets" if numbers else "the labels",
            evidence=f"a sample and its nearest neighbour have {said} {agree[0]:.2f}, but {agree[best]:.2f} if each "
            f"gets that of {counted(abs(best), 'row')} {'further on' if best > 0 else 'before'}",
            advice=f"move the {'targets' if numbers else 'labels'} by {counted(abs(best), 'row')}",
            confidence=0.97,
            certain=True,
        )


def _rows_in_order(exam: Examination) -> Array | None:
    """Return the first rows of the training samples, if they have a target each and are enough to tell."""
    patient = exam.patient
    if not exam.data.numeric or patient.train.lengths is not None or len(patient.train) < _FEWEST:
        return None
    if patient.train.targets.ndim > 1 and (patient.classes is not None or patient.train.targets.shape[1:] != (1,)):
        return None
    return np.arange(min(len(patient.train), 1200))


def _agreement(labels: Array, rows: Array, nearest: Array, shift: int) -> float:
    """Return how often labels are those of neighbours, or how targets correlate, if all are moved."""
    moved = np.roll(labels, -shift)
    return (
        float((moved[rows] == moved[nearest]).mean())
        if labels.dtype.kind == "i"
        else _correlation(moved[rows], moved[nearest])
    )


def _among(x: Array, targets: Array) -> bool:
    """Return whether one of the inputs is nearly the targets, as the last value of a series is those before."""
    if targets.dtype.kind == "i":
        return False
    return any(abs(_correlation(column, targets)) > _NEARLY for column in x.T[:300])


def _correlation(a: Array, b: Array) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) and np.ptp(b) else 0.0


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


@rule("labels-wrong", Floor.DATA)
def labels_by_chance(exam: Examination) -> Iterator[Suspicion]:
    """Neighbours have the same label no more often than by chance in training, but much more often among others."""
    data, patient = exam.data, exam.patient
    if not data.numeric or patient.classes is None or data.targets.ndim > 1 or len(data.train) < _FEWEST:
        return
    if data.held_out is None or data.held_out.targets.ndim > 1 or len(data.held_out) < _FEWEST:
        return
    ours = _beyond_chance(data.targets, data.neighbours)
    theirs = _beyond_chance(data.held_out.targets, data.neighbours_among_held_out)
    if theirs > _CLEAR and ours < 0.1 * theirs:
        yield Suspicion(
            where="the training labels",
            evidence=f"training samples have the label of a neighbour {ours:.0%} more often than by chance, samples "
            f"held out {theirs:.0%}",
            advice="compare the training samples with their labels: they may be those of other samples",
            confidence=0.95,
            certain=True,
        )


@rule("labels-wrong", Floor.DATA)
def labels_of_other_shares(exam: Examination) -> Iterator[Suspicion]:
    """Inputs are distributed in training as among others, but labels are not."""
    data, patient = exam.data, exam.patient
    if not data.numeric or patient.classes is None or data.targets.ndim > 1 or data.held_out is None:
        return
    if min(len(data.train), len(data.held_out)) < _FEWEST or data.held_out.targets.ndim > 1:
        return
    classes = len(patient.classes)
    ours, theirs = (np.bincount(part, minlength=classes) / len(part) for part in (data.targets, data.held_out.targets))
    if np.abs(ours - theirs).sum() / 2 < _OTHER_SHARES or _follows(data, ours - theirs) > _FOLLOWS:
        return
    less, more = int((ours - theirs).argmin()), int((ours - theirs).argmax())
    names = patient.classes
    yield Suspicion(
        where="the training labels",
        evidence=f"inputs are alike in training and among samples held out, but of the labels {ours[less]:.0%} are "
        f"{names[less]} and {ours[more]:.0%} {names[more]}, not {theirs[less]:.0%} and {theirs[more]:.0%}",
        advice=f"compare training samples of the class {names[more]} with their label: some may be {names[less]}",
        confidence=0.92,
        certain=True,
    )


def _follows(data: DataFacts, more: Array) -> float:
    """Return how far means of inputs moved as they would with more of some classes, plus three standard errors.

    It is 0 if inputs stayed where they are among samples held out, and 1 if they moved with the shares of classes.
    """
    x, others = data.inputs, data.held_out_inputs
    labels = data.targets[:0] if data.held_out is None else data.held_out.targets
    means = np.stack(
        [others[labels == each if (labels == each).any() else slice(None)].mean(0) for each in range(len(more))]
    )
    expected = more @ means  # (F,)
    size = float(expected @ expected)
    variance = x.var(axis=0) / len(x) + others.var(axis=0) / len(others)
    made = float((x.mean(axis=0) - others.mean(axis=0)) @ expected)
    return (made + 3 * float(np.sqrt(expected**2 @ variance))) / size if size else np.inf


def _beyond_chance(labels: Array, neighbours: Array) -> float:
    """Return by how much more often than by chance neighbours have the same label."""
    shares = np.bincount(labels) / len(labels)
    return float((labels[neighbours] == labels[:, np.newaxis]).mean() - (shares**2).sum())


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
