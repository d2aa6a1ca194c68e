"""Faults of the size: too few units to hold what is to be learned."""

from __future__ import annotations

from collections.abc import Iterator

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import wider
from whence.nn.linear import WeightedSum

_NARROW, _WIDE = 8, 32


@rule("too-small-network", Floor.STEPS)
def narrow(exam: Examination) -> Iterator[Suspicion]:
    """A hidden layer is so narrow that not all fits through it, and wider ones help."""
    if not exam.underfits or exam.diverged:
        return
    layers = exam.patient.initial_net.layers
    widths = [(layer.weight.shape[-1], place) for place, layer in enumerate(layers) if isinstance(layer, WeightedSum)][
        :-1
    ]
    if not widths or min(widths)[0] > _NARROW:
        return
    units, place = min(widths)
    yield Suspicion(
        where=f"layer {place + 1}, {layers[place]!r}",
        evidence=f"all that the network knows of a sample passes through {units} number{'s' if units > 1 else ''}, and "
        f"{exam.scale.measure} on training samples ends at {exam.scores.train:.3f}, where a plain network of 64 and "
        "64 units "
        f"reaches {exam.reference.network:.3f} on others",
        confidence=0.75,
        treatments=(wider(exam.patient, _WIDE),),
    )
