"""What is said of a network that does worse than a baseline: what to change, from what was measured."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence

import numpy as np

from whence.arrays import Array
from whence.data import Batches, Preprocessing, Samples
from whence.nn import Loss, Sequential
from whence.training.baseline import Baselines
from whence.training.callbacks import Record

_SAMPLES = 128
_NO_VARIATION = 1e-6
_VANISHING = 1e-3
_SMALL_INPUTS = 0.1
_STILL_FALLING = 0.995
_LARGEST_FALL_SHARE = 0.1
_SCORES = ("r2", "accuracy")


def shortfall(measures: Mapping[str, float], found: Baselines, samples: int, title: str) -> str | None:
    """Return a sentence on the best baseline, if a network does not reach it.

    Nothing is better than 1. An accuracy may be lower by its standard error √(p (1 − p) / N) without being called so,
    R² by 0.01; that of a prediction without inputs must be exceeded.

    Parameters
    ----------
    measures : mapping of str to float
        The network's measures of some samples.
    found : mapping of str to mapping of str to float
        Those of the baselines, from `whence.training.baseline`.
    samples : int
        The number of samples, N.
    title : str
        What these are called.
    """
    name = score_of(measures)
    if name is None or not found:
        return None
    score = measures[name]
    slack = 0.01 if name == "r2" else math.sqrt(max(score * (1 - score), 0) / samples)
    best, value = max(((key, part[name]) for key, part in found.items()), key=lambda pair: pair[1])
    if score > value or score == 1.0 or (score > value - slack and "model" in best):
        return None
    shown = "R² of {:.4f}".format if name == "r2" else "accuracy of {:.2%}".format
    below = "only that" if score == value else "less than that"
    return f"the {shown(score)} on {title} data is {below} of {_named(best)}, {shown(value).split()[-1]}"


def score_of(measures: Mapping[str, float]) -> str | None:
    """Return the name of the measure to compare, R² or the accuracy; None for text, or if it is not finite."""
    name = next((name for name in _SCORES if name in measures), None)
    return None if name is None or "bits" in measures or not math.isfinite(measures[name]) else name


def reason(
    net: Sequential,
    loss_fn: Loss,
    preprocessing: Preprocessing,
    train: Samples,
    history: Sequence[Record],
    learning_rate: float,
) -> str:
    """Return what hinders a network from learning its training samples, and what to change.

    Parameters
    ----------
    net, loss_fn, preprocessing
        The trained network, its loss, and the map from raw inputs to the network's.
    train : Samples
        The training samples, the first 128 of which are looked at.
    history : sequence of dict
        The records of the epochs.
    learning_rate : float
        The learning rate of the training.
    """
    rows = train.counted[:_SAMPLES]
    batch = Batches(train, preprocessing, len(rows), rng=None, dtype=net.dtype, input_dtype=net.input_dtype).take(rows)
    net = copy.deepcopy(net)
    outputs: dict[int, Array] = {}
    logits, tape = net.forward(batch.x, lengths=batch.lengths, watch=outputs.__setitem__)
    gradient = net.backward(loss_fn(logits, batch.y, batch.weights, batch.lengths)[1], tape)
    losses = [record["train_loss"] for record in history]
    if losses[-1] > min(losses[0], 1.1 * min(losses)) or not np.isfinite(losses).all():
        return f"the training loss rose to {losses[-1]:.4g} from {min(losses):.4g}: {_smaller(learning_rate)}"
    return (
        _still_units(net, outputs, learning_rate)
        or _vanished(net, gradient)
        or _small_inputs(batch.x)
        or _unfinished(losses)
        or "the training loss no longer falls: try more or larger hidden layers, or another --learning-rate"
    )


def _still_units(net: Sequential, outputs: Mapping[int, Array], learning_rate: float) -> str | None:
    """Return a sentence on the first activation that gives the same for every sample."""
    for place, layer in enumerate(net.layers):
        if layer.activation and place in outputs and len(outputs[place]) > 1:
            values = outputs[place].reshape(len(outputs[place]), -1)
            if (np.ptp(values, axis=0) <= _NO_VARIATION * (1 + np.abs(values).max())).all():
                if not net.theta[net.decays].any():
                    return f"all weights are 0, so that layer {place + 1}, {layer!r}, gives nothing: try another --init"
                what = "0 (dead)" if not values.any() else "the same (saturated)"
                other = " or --activation leaky_relu" if not values.any() else " or --batch-norm"
                return (
                    f"all units of layer {place + 1}, {layer!r}, are {what} for every sample: "
                    f"{_smaller(learning_rate)}{other}"
                )
    return None


def _vanished(net: Sequential, gradient: Array) -> str | None:
    """Return a sentence if the first layer's gradient is far smaller than the last's."""
    weights = [slot for slot in net.slots if slot.decays]
    if len(weights) < 3:
        return None
    first, last = (float(np.sqrt((slot.view(gradient) ** 2).mean())) for slot in (weights[0], weights[-1]))
    if first >= _VANISHING * last:
        return None
    return (
        f"the gradient vanishes on its way back, from {last:.2g} in the last layer to {first:.2g} in the first: "
        "try --activation relu, --batch-norm, or fewer hidden layers"
    )


def _small_inputs(x: Array) -> str | None:
    """Return a sentence if the inputs hardly vary."""
    spread = float(x.std()) if x.dtype.kind == "f" else 1.0
    if spread >= _SMALL_INPUTS:
        return None
    return f"the inputs vary by only {spread:.2g}: scale them to a deviation near 1, or try a larger --learning-rate"


def _unfinished(losses: Sequence[float]) -> str | None:
    """Return a sentence if the loss still fell in the last tenth of the epochs."""
    before = losses[-1 - max(1, round(_LARGEST_FALL_SHARE * len(losses)))] if len(losses) > 1 else math.inf
    return None if losses[-1] > _STILL_FALLING * before else "the training loss still falls: train longer, with -m"


def _smaller(learning_rate: float) -> str:
    return f"try a smaller --learning-rate than {learning_rate:g}"


def _named(baseline: str) -> str:
    return "a linear model" if "model" in baseline else f'"{baseline}"'
