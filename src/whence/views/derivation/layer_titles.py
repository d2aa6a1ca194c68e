"""What layers are called in a derivation: ``Layer 2, linear, 10 outputs``."""

from __future__ import annotations

from whence.arrays import Shape
from whence.trace import Trace
from whence.views.texts import Texts


def layer_title(trace: Trace, position: int, texts: Texts) -> str:
    """Return a layer's number, its kind, and how many outputs it has if that is not the number of its inputs."""
    layer = trace.layers[position]
    kind = texts.kind(layer.kind)
    title = texts("layer", number=layer.number, kind=kind) if layer.number else texts("layer.0", kind=kind)
    outputs = _sized(trace, position, texts)
    return texts("layer.sized", layer=title, outputs=outputs) if outputs else title


def network_title(trace: Trace, texts: Texts) -> str:
    """Return the network in one line: ``4 inputs → linear, 3 outputs → sigmoid``."""
    parts = [_counted(trace["x"].shape[1:], "inputs", texts)]
    for position, layer in enumerate(trace.layers):
        kind, outputs = texts.kind(layer.kind), _sized(trace, position, texts)
        parts.append(texts("layer.sized", layer=kind, outputs=outputs) if outputs else kind)
    return texts("title", layers=" → ".join(parts))


def _sized(trace: Trace, position: int, texts: Texts) -> str:
    layer = trace.layers[position]
    shape = trace[layer.output].shape[1:]
    if not layer.parameters and shape == trace[layer.input].shape[1:]:
        return ""
    return _counted(shape, "outputs", texts)


def _counted(shape: Shape, key: str, texts: Texts) -> str:
    if len(shape) == 1:
        return texts(key, count=shape[0])
    return texts(f"{key}.shape", shape=" × ".join(map(str, shape)))
