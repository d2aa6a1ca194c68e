"""Faults of the inputs: without content, on an unsuitable scale, or with the answer among them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from whence.arrays import Array
from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import standardised

_LARGE, _SMALL, _UNEVEN = 4.0, 0.05, 50.0
_FEW, _NOTHING = 30, 0.2
_TELLS, _TELLS_NUMBERS = 0.98, 0.995
_KNOWN = 0.1


@rule("constant-or-useless-inputs", Floor.DATA)
def constant_inputs(exam: Examination) -> Iterator[Suspicion]:
    """All inputs are the same for every sample."""
    data = exam.data
    if data.numeric and len(data.raw) > 1 and data.constant.all():
        value = f"{data.raw.flat[0]:g}" if np.ptp(data.raw) == 0 else "the same"
        yield Suspicion(
            where="the inputs",
            evidence=f"every input is {value} for all samples, so that nothing can be told from them",
            advice="look at how the inputs are prepared: a division of whole numbers gives 0",
            confidence=0.99,
            certain=True,
            cells=(f"x[{','.join('0' * exam.patient.train.inputs.ndim)}]",),
        )


@rule("constant-or-useless-inputs", Floor.DATA)
def useless_inputs(exam: Examination) -> Iterator[Suspicion]:
    """No model learns anything from the inputs, and these do not hang together either."""
    if nothing_to_learn(exam) and not inputs_hang_together(exam):
        yield Suspicion(
            where="the inputs",
            evidence=f"neither this network nor plain ones predict held-out samples better than no inputs at all "
            f"({exam.scale.measure} {exam.reference.best:.3f} beside {exam.scale.naive:.3f}), and the inputs do not "
            "depend on each other either",
            advice="give inputs that have to do with the target",
            confidence=0.75,
            certain=True,
        )


def nothing_to_learn(exam: Examination) -> bool:
    """Return whether no model predicts held-out samples better than a prediction without inputs."""
    data, patient = exam.data, exam.patient
    if not data.numeric or data.constant.all() or patient.held_out is None or len(data.raw) < _FEW:
        return False
    if exam.diverged or exam.reads_sequences:
        return False
    missing = 1 - exam.scale.naive
    return exam.reach <= min(exam.scale.noise, _NOTHING * missing)


def inputs_hang_together(exam: Examination) -> bool:
    """Return whether inputs depend on each other more than chance lets them: then they say something of the samples."""
    x = exam.data.inputs[:, ~exam.data.constant]
    if x.shape[1] < 2:
        return False
    with np.errstate(all="ignore"):
        correlation = np.nan_to_num(np.corrcoef(x[:, :300].T))
    off = np.abs(correlation[np.triu_indices(len(correlation), 1)])
    return float(np.quantile(off, 0.9)) > 4 / math.sqrt(len(x))


@rule("inputs-not-scaled", Floor.DATA)
def unscaled_inputs(exam: Examination) -> Iterator[Suspicion]:
    """The prepared inputs are far from 1, or far from each other, and standardising them helps."""
    data = exam.data
    if not data.numeric or data.constant.all() or not exam.lags:
        return
    deviations = data.deviation[~data.constant]
    uneven = float(deviations.max() / np.median(deviations))
    if not (data.size > _LARGE or data.size < _SMALL or (uneven > _UNEVEN and deviations.max() > 1)):
        return
    place = int(np.abs(data.inputs).max(axis=0).argmax())
    treatments = [standardised(exam.patient)]
    if exam.diverged and exam.patient.classes is None and np.isinf(exam.patient.net.output_range).all():
        treatments.append(standardised(exam.patient, targets=True))
    yield Suspicion(
        where="the inputs",
        evidence=f"the inputs that the network gets have a root mean square of {data.size:.3g}, up to "
        f"{np.abs(data.inputs).max():.4g}; the first weights are made for inputs near 1",
        confidence=0.9,
        treatments=tuple(treatments),
        cells=(f"x[0,{place}]",) if exam.patient.train.inputs.ndim == 2 else (),
    )


@rule("target-leaks", Floor.DATA)
def leaking_input(exam: Examination) -> Iterator[Suspicion]:
    """One input alone tells the target, which all others together do not."""
    data = exam.data
    if not data.numeric or len(data.raw) < _FEW or data.raw.shape[1] > 500 or data.train.inputs.ndim != 2:
        return
    groups = data.column_groups
    if len(groups) < 2:
        return
    numbers = exam.patient.classes is None
    enough = _TELLS_NUMBERS if numbers else _TELLS
    told = [told_by(data.raw[:, group], data.targets) for group in groups]
    best = int(np.argmax(told))
    if told[best] < enough or sum(each >= enough for each in told) > 1:
        return
    others = np.setdiff1d(np.arange(data.raw.shape[1]), groups[best])
    rest = _told_by_neighbours(data.standardised[0][:, others], data.targets, numbers=numbers)
    if rest > 1 - 3 * (1 - enough):
        return
    name = data.name_of(groups[best])
    yield Suspicion(
        where=f"the input {name}",
        evidence=f"the input {name} alone tells the target of {told[best]:.1%} of the samples, all others together "
        f"{rest:.1%}: it may have been written down after the answer was known"
        if not numbers
        else f"the input {name} alone explains {told[best]:.2%} of the target's variance, all others together "
        f"{rest:.1%}",
        advice=f"leave the input {name} out, unless it is known before the answer is",
        confidence=0.85,
        certain=True,
        cells=(f"x[0,{groups[best][0]}]",),
    )


@rule("target-leaks", Floor.DATA)
def samples_in_both_parts(exam: Examination) -> Iterator[Suspicion]:
    """Samples held out are training samples too, so that their targets are known by heart."""
    data = exam.data
    if data.held_out is None or min(len(data.held_out), len(data.train)) < _FEW:
        return
    twice, known = data.repeated
    if known > max(_KNOWN, 5 * twice):
        yield Suspicion(
            where="the split",
            evidence=f"{known:.0%} of the samples held out have the inputs of a training sample, but {twice:.1%} of "
            "the training samples those of another: what they measure is memory",
            advice="remove repeated samples before the data are split",
            confidence=round(0.5 + 0.4 * known, 2),
            certain=True,
        )


def told_by(columns: Array, targets: Array) -> float:
    """Return how much of the targets of every second sample the values of the others tell, from 0 to 1."""
    if columns.shape[1] > 1:
        values = columns.argmax(axis=1).astype(np.float64)
    else:
        values = columns[:, 0]
    odd, even = slice(1, None, 2), slice(0, None, 2)
    order = np.argsort(values[even], kind="stable")
    known = values[even][order]
    place = np.clip(np.searchsorted(known, values[odd]), 1, len(known) - 1)
    nearer = np.where(np.abs(known[place] - values[odd]) < np.abs(known[place - 1] - values[odd]), place, place - 1)
    found, wanted = targets[even][order][nearer], targets[odd]
    if targets.dtype.kind == "i":
        majority = _majority_of_equal(known, targets[even][order], nearer)
        return float((majority == wanted).mean())
    spread = ((wanted - wanted.mean(axis=0)) ** 2).sum()
    return float(1 - ((found - wanted) ** 2).sum() / spread) if spread else 0.0


def _majority_of_equal(known: Array, labels: Array, places: Array) -> Array:
    """Return for each place the most frequent label among samples of the same value."""
    starts, ends = np.searchsorted(known, known[places], "left"), np.searchsorted(known, known[places], "right")
    return np.array([np.bincount(labels[start:end]).argmax() for start, end in zip(starts, ends, strict=True)])


def _told_by_neighbours(x: Array, targets: Array, *, numbers: bool) -> float:
    """Return how much of the targets of every second sample its five nearest others tell."""
    odd, even = x[1::2], x[::2]
    distances = (odd**2).sum(1)[:, np.newaxis] + (even**2).sum(1) - 2 * odd @ even.T
    nearest = np.argpartition(distances, min(4, len(even) - 1), axis=1)[:, :5]
    near, wanted = targets[::2][nearest], targets[1::2]
    if numbers:
        spread = ((wanted - wanted.mean(axis=0)) ** 2).sum()
        by_neighbours = float(1 - ((near.mean(axis=1) - wanted) ** 2).sum() / spread) if spread else 0.0
        design = np.hstack([even, np.ones((len(even), 1))])
        weights = np.linalg.lstsq(design, targets[::2], rcond=None)[0]
        line = np.hstack([odd, np.ones((len(odd), 1))]) @ weights
        return max(by_neighbours, float(1 - ((line - wanted) ** 2).sum() / spread) if spread else 0.0)
    votes = np.array([np.bincount(row).argmax() for row in near])
    return float((votes == wanted).mean())
