"""The titles of the steps of a computation."""

from __future__ import annotations

from whence.trace import Step

_TITLES = {
    "data": "Data: inputs and targets",
    "parameters": "Weights and biases",
    "layer": "Forward: layer {number}",
    "output": "Forward: output layer",
    "error": "Error and loss",
    "slopes": "Slopes of the activations",
    "output delta": "Backward: delta of the output",
    "layer error": "Backward: error at layer {number}",
    "layer delta": "Backward: delta of layer {number}",
    "input delta": "Backward: delta of the input",
    "clipping": "Clipping of the gradients",
    "weights": "Gradients and new weights",
    "biases": "Gradients and new biases",
    "statistics": "Running statistics",
}
_AT_INPUT = {
    "layer": "Forward: the input",
    "layer error": "Backward: error at the input",
    "layer delta": "Backward: delta of the input",
}


def band_title(step: Step) -> str:
    """Return the title of one step: ``Forward: layer 1``; layers before the first one with parameters have number 0."""
    if step.number == 0 and step.kind in _AT_INPUT:
        return _AT_INPUT[step.kind]
    return _TITLES[step.kind].format(number=step.number) if step.kind in _TITLES else step.kind.capitalize()
