"""Faults of the first weights: all units alike, too large or too small."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import default_weights
from whence.nn.chain import next_activation
from whence.nn.linear import WeightedSum

_LARGE, _SMALL = 3.0, 0.2


def _weighted(exam: Examination) -> list[tuple[int, WeightedSum]]:
    """Return the layers that sum weighted inputs, with their places."""
    return [
        (place, layer) for place, layer in enumerate(exam.patient.initial_net.layers) if isinstance(layer, WeightedSum)
    ]


@rule("symmetric-initialisation", Floor.NETWORK)
def equal_units(exam: Examination) -> Iterator[Suspicion]:
    """All units of a hidden layer begin with the same weights, so that they learn the same."""
    for place, layer in _weighted(exam)[:-1]:
        columns = layer.weight.reshape(-1, layer.weight.shape[-1])  # (in, out)
        if columns.shape[1] > 1 and (columns == columns[:, :1]).all() and (exam.lags or not columns.any()):
            name = exam.before.parameter_name(place, "weight")
            yield Suspicion(
                where=f"layer {place + 1}, {layer!r}",
                evidence=f"all {columns.shape[1]} units begin with the same weights, {columns.flat[0]:g}, so that "
                "they give "
                "the same and learn the same",
                confidence=0.95,
                treatments=(default_weights(exam.patient),),
                certain=exam.lags,
                cells=(f"{name}[{'0,' * (layer.weight.ndim - 1)}0]", f"{name}[{'0,' * (layer.weight.ndim - 1)}1]"),
            )
            return


@rule("initial-weights-too-large", Floor.NETWORK)
def large_weights(exam: Examination) -> Iterator[Suspicion]:
    """First weights are several times as large as what keeps the size of values from layer to layer."""
    if exam.lags and (found := _extreme(exam, largest=True)):
        place, name, layer, deviation, usual = found
        yield Suspicion(
            where=f"layer {place + 1}, {layer!r}",
            evidence=f"{name} begins with a root mean square of {deviation:.3g}, {deviation / usual:.1f} times the "
            f"{usual:.3g} that keeps values from growing; the first loss is {exam.before.loss:.4g}",
            confidence=0.85,
            treatments=(default_weights(exam.patient),),
            cells=(f"{name}[{'0,' * (layer.weight.ndim - 1)}0]",),
        )


@rule("initial-weights-too-small", Floor.NETWORK)
def small_weights(exam: Examination) -> Iterator[Suspicion]:
    """First weights are so small that values and gradients fade from layer to layer."""
    if exam.lags and (found := _extreme(exam, largest=False)):
        place, name, layer, deviation, usual = found
        yield Suspicion(
            where=f"layer {place + 1}, {layer!r}",
            evidence=f"{name} begins with a root mean square of {deviation:.3g}, a "
            f"{usual / max(deviation, 1e-300):.0f}th of "
            f"the {usual:.3g} that keeps values from fading",
            confidence=0.85,
            treatments=(default_weights(exam.patient),),
            cells=(f"{name}[{'0,' * (layer.weight.ndim - 1)}0]",),
        )


def _extreme(exam: Examination, *, largest: bool) -> tuple[int, str, WeightedSum, float, float] | None:
    """Return the layer whose first weights differ most from the usual size, if it is far from it."""
    found = []
    layers = exam.patient.initial_net.layers
    for place, layer in _weighted(exam):
        weight = layer.weight.reshape(-1, layer.weight.shape[-1])
        if weight.shape[1] > 1 and (weight == weight[:, :1]).all():
            continue
        fan_in, fan_out = layer.fans()
        following = next_activation(layers[place + 1 :], None)
        usual = (
            math.sqrt(2 / fan_in)
            if following is not None and following.rectifier
            else math.sqrt(2 / (fan_in + fan_out))
        )
        deviation = float(np.sqrt(np.mean(np.square(layer.weight, dtype=np.float64))))
        name = exam.before.parameter_name(place, "weight")
        found.append((place, name, layer, deviation, usual))
    if not found:
        return None
    choose = max if largest else min
    extreme = choose(found, key=lambda each: each[3] / each[4])
    ratio = extreme[3] / extreme[4]
    return extreme if (ratio > _LARGE if largest else ratio < _SMALL) else None
