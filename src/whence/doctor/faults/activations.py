"""Faults of activations: missing, unsuitable, dead or saturated ones, and gradients that fade on their way back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.arrays import Array
from whence.doctor.examination import Examination
from whence.doctor.facts.layers import Passage, UnitsOf
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import activations_added, other_activation
from whence.nn import BatchNorm, Dropout
from whence.nn.linear import WeightedSum

_VANISHING = 1e-2
_MANY = 0.5
_LINEAR_KINDS = ("Identity", "Flatten", "Reshape", "AvgPool2d")


@rule("no-nonlinearity", Floor.NETWORK)
def linear_network(exam: Examination) -> Iterator[Suspicion]:
    """Hidden layers without a nonlinear activation: the whole network is a linear map."""
    layers = exam.patient.initial_net.layers
    weighted = [place for place, layer in enumerate(layers) if isinstance(layer, WeightedSum)]
    if len(weighted) < 2 or not exam.lags:
        return
    hidden = layers[: weighted[-1]]
    if not all(
        isinstance(layer, WeightedSum | BatchNorm | Dropout) or type(layer).__name__ in _LINEAR_KINDS
        for layer in hidden
    ):
        return
    yield Suspicion(
        where=f"layers {weighted[0] + 1} to {weighted[-1] + 1}",
        evidence=f"{len(weighted)} layers with weights follow each other without a nonlinear activation, so that the "
        "network "
        f"is one linear map; a linear model reaches {exam.scale.measure} {exam.reference.linear:.3f}, a plain "
        "nonlinear "
        f"network {exam.reference.network:.3f}",
        confidence=0.95,
        treatments=(activations_added(exam.patient, "relu"), activations_added(exam.patient, "tanh")),
    )


@rule("unsuitable-hidden-activation", Floor.NETWORK)
def unsuitable_activation(exam: Examination) -> Iterator[Suspicion]:
    """Hidden layers whose activation squeezes gradients, such as softmax and deep sigmoids."""
    if not exam.lags or not exam.before.finite:
        return
    units = list(exam.before.activations())
    squeezing = [each for each in units if each.bounded or "Softmax" in each.text]
    if not squeezing or not (_vanishes(exam.before) or any("Softmax" in each.text for each in squeezing)):
        return
    places = [each.place for each in units if type(exam.patient.initial_net.layers[each.place]).__name__ != "Identity"]
    first = squeezing[0]
    yield Suspicion(
        where=f"layer {first.place + 1}, {first.text}",
        evidence=f"{len(squeezing)} hidden layer{'s have' if len(squeezing) > 1 else ' has'} {first.text}, and "
        f"{_fading(exam.before)}",
        confidence=0.8,
        treatments=(other_activation(exam.patient, "relu", hidden=places),),
        cells=first.cells(np.array([True])),
    )


@rule("dead-units", Floor.NETWORK)
def dead_from_the_start(exam: Examination) -> Iterator[Suspicion]:
    """Most units of a layer give 0 for every sample before the first step already, or die though steps are ordinary."""
    if not exam.lags or not exam.before.finite:
        return
    worst = max(exam.before.activations(), key=lambda each: float(each.dead.mean()), default=None)
    if worst is None or worst.dead.mean() <= 0.3 or (exam.data.numeric and exam.data.constant.all()):
        return
    rectifiers = [
        place for place, layer in enumerate(exam.patient.initial_net.layers) if layer.rectifier and layer.activation
    ]
    if not rectifiers:
        return
    yield Suspicion(
        where=f"layer {worst.place + 1}, {worst.text}",
        evidence=f"{_count(worst, worst.dead)} before the first step",
        confidence=0.7,
        treatments=(
            other_activation(exam.patient, "elu", hidden=rectifiers),
            other_activation(exam.patient, "leaky_relu", hidden=rectifiers),
        ),
        cells=worst.cells(worst.dead),
    )


@rule("dead-units", Floor.SYMPTOM)
def dead_at_the_end(exam: Examination) -> Iterator[Suspicion]:
    """Most units of a layer give 0 for every sample after the training."""
    if not exam.lags:
        return
    for each in _units(exam):
        if each.dead.mean() > _MANY:
            yield Suspicion(
                where=f"layer {each.place + 1}, {each.text}",
                evidence=_count(each, each.dead),
                confidence=0.6,
                advice="use leaky_relu or elu",
                cells=each.cells(each.dead),
            )
            return


@rule("saturated-units", Floor.SYMPTOM)
def saturated(exam: Examination) -> Iterator[Suspicion]:
    """Most units of a bounded activation are on its flat ends, at the start or at the end."""
    if not exam.lags:
        return
    for when, passage in (("before the first step", exam.before), ("after the training", exam.after)):
        for each in passage.activations() if passage.finite else ():
            flat = float(each.flat.mean())
            if each.bounded and flat > _MANY:
                yield Suspicion(
                    where=f"layer {each.place + 1}, {each.text}",
                    evidence=f"{flat:.0%} of the outputs {each.name} are on the flat ends of {each.text} {when}",
                    confidence=0.6,
                    advice="use smaller first weights, smaller steps or batch_norm",
                    cells=each.cells(each.saturated if each.saturated.any() else each.flat > _MANY),
                )
                return


@rule("vanishing-gradient", Floor.SYMPTOM)
def vanishing(exam: Examination) -> Iterator[Suspicion]:
    """The delta that reaches the first layer is far smaller than that of the last."""
    if exam.lags and exam.before.finite and _vanishes(exam.before):
        sizes = exam.before.delta_sizes()
        yield Suspicion(
            where=f"layer {sizes[0][0] + 1}",
            evidence=_fading(exam.before),
            confidence=0.6,
            advice="use relu, batch_norm, residual blocks or fewer layers",
            cells=(),
        )


def _units(exam: Examination) -> Iterator[UnitsOf]:
    passage = exam.after if exam.after.finite else exam.before
    return passage.activations()


def _vanishes(passage: Passage) -> bool:
    """Return whether the delta at the first layer is less than a hundredth of that at the last."""
    sizes = [size for *_, size in passage.delta_sizes()]
    return len(sizes) > 2 and sizes[0] < _VANISHING * sizes[-1]


def _fading(passage: Passage) -> str:
    sizes = passage.delta_sizes()
    return f"the delta fades from {sizes[-1][2]:.2g} at {sizes[-1][1]} to {sizes[0][2]:.2g} at {sizes[0][1]}"


def _count(units: UnitsOf, chosen: Array) -> str:
    return (
        f"{int(chosen.sum())} of {len(chosen)} units of {units.name} are 0 for all {len(units.values):,} samples "
        "looked at"
    )
