"""The masks of dropout that a training step draws: which they are, and how probable their zeros are."""

from __future__ import annotations

from collections.abc import Iterator

from whence.errors import ArgumentError
from whence.nn import Dropout, Layer, Sequential
from whence.nn.context import Context
from whence.nn.naming import name_layers
from whence.nn.recurrent.base import Recurrent
from whence.trace import Trace


def masks_of(net: Sequential, step: Trace) -> dict[str, float]:
    """Return the probability of a zero in every mask that a step draws, by the mask's name.

    Raises
    ------
    ArgumentError
        If a layer draws other numbers.
    """
    readers = dict(_readers(net))
    found = {}
    for name, origin in step.origins.items():
        if name in step.formulas or origin.phase not in ("forward", "backward") or f"{name}_new" in step.formulas:
            continue
        if step[name].dtype.kind == "i":  # places, such as the last time steps of sequences, are always the same
            continue
        probability = _probability(readers.get(name))
        if probability is None:
            layer = "a layer" if origin.layer is None else step.layers[origin.layer].text
            raise ArgumentError(
                f"{layer} draws numbers in every step that are no masks of dropout, which a program cannot draw alike; "
                "leave it out of the network, or export without --training"
            )
        found[name] = probability
    return found


def _readers(net: Sequential) -> Iterator[tuple[str, Layer]]:
    """Yield every array that a forward formula reads, with the layer, within others, that computes it so."""
    for layer, names in zip(net.layers, name_layers(net.layers), strict=True):
        makers = layer.makers()
        for formula in layer.formulas_in(Context(training=True)).forward:
            for entry in formula.sources:
                yield names.renamed[entry.array], makers.get(formula.target.array, layer)


def _probability(layer: Layer | None) -> float | None:
    match layer:
        case Dropout(p=p):
            return p
        case Recurrent(dropout=p):
            return p
    return None
