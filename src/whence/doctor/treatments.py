"""Treatments: changes of a training that may help it, as arguments of `fit` and as options for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.doctor.patient import Patient
from whence.nn import Dropout, losses
from whence.nn.architecture import network, notation_of
from whence.nn.layer import Layer
from whence.nn.linear import WeightedSum
from whence.nn.mlp import read_activation
from whence.optim import optimizers

Arguments = dict[str, Any]
_LEAST_DEVIATION = 0.1
_MOST_ROWS = 5000


@dataclass(frozen=True, eq=False)
class Treatment:
    """A change of a training.

    Parameters
    ----------
    options : mapping of str to object
        Options of ``whence train`` that make it; empty for a change of the data.
    advice : str
        What to do, in words.
    change : callable
        Changes the arguments of `fit`, with a new network and optimizer, in place.
    longer : bool
        Whether it makes more steps than the training did.
    """

    options: Mapping[str, Any]
    advice: str
    change: Callable[[Arguments], None]
    longer: bool = False


def other_rate(rate: float) -> Treatment:
    """Return the training with another learning rate."""

    def change(training: Arguments) -> None:
        training["optimizer"].learning_rate = rate

    return Treatment({"learning-rate": rate}, f"learn with steps of {rate:g}", change)


def other_optimizer(notation: str, rate: float) -> Treatment:
    """Return the training with another optimizer, which keeps decay and clipping."""

    def change(training: Arguments) -> None:
        before = training["optimizer"]
        training["optimizer"] = optimizers.read(
            notation, learning_rate=rate, weight_decay=before.weight_decay, clip_norm=before.clip_norm
        )

    return Treatment({"optimizer": notation, "learning-rate": rate}, f"learn by {notation}", change)


def without_decay() -> Treatment:
    """Return the training without weight decay."""

    def change(training: Arguments) -> None:
        training["optimizer"].weight_decay = 0.0

    return Treatment({"weight-decay": 0}, "leave out the weight decay", change)


def clipped(norm: float = 1.0) -> Treatment:
    """Return the training with gradients that are cut to a norm."""

    def change(training: Arguments) -> None:
        training["optimizer"].clip_norm = norm

    return Treatment({"clip-norm": norm}, f"cut gradients to a norm of {norm:g}", change)


def more_epochs(patient: Patient, times: int) -> Treatment:
    """Return the training with more epochs."""
    epochs = -(-patient.planned_steps // patient.steps_per_epoch) * times

    def change(training: Arguments) -> None:
        training.update(epochs=epochs, max_steps=None)

    return Treatment({"max-iter": epochs}, f"train for {epochs:,} epochs", change, longer=True)


def other_batch_size(patient: Patient, size: int) -> Treatment:
    """Return the training with batches of another size, for as many epochs."""
    epochs = -(-patient.planned_steps // patient.steps_per_epoch)

    def change(training: Arguments) -> None:
        training.update(batch_size=size, epochs=epochs, max_steps=None)

    return Treatment({"batch-size": size}, f"learn from batches of {size}", change, longer=size < patient.batch_size)


def other_loss(notation: str) -> Treatment:
    """Return the training with another loss."""

    def change(training: Arguments) -> None:
        training["loss_fn"] = losses.read(notation)

    return Treatment({"loss": notation}, f"minimise {notation}", change)


def other_layers(
    patient: Patient, edit: Callable[[list[Layer]], list[Layer]], options: Mapping[str, Any], advice: str
) -> Treatment:
    """Return the training of a network whose layers are edited.

    Parameters
    ----------
    patient : Patient
        The training.
    edit : callable
        Gets the layers, unbuilt, and returns those of the new network.
    options : mapping of str to object
        The options that say so for a perceptron; a network that was described by its layers is described anew.
    advice : str
        What to do, in words.
    """
    net = patient.initial_net
    symbols = patient.preprocessing.symbols
    notation = notation_of(edit([copied(layer) for layer in net.layers]), symbols=symbols)

    def change(training: Arguments) -> None:
        training["net"] = network(notation, net.input_shape, symbols=symbols, dtype=net.dtype, seed=net.seed)
        training["optimizer"].decays = None

    return Treatment({"arch": notation} if patient.described else options, advice, change)


def copied(layer: Layer, **changed: Any) -> Layer:
    """Return a new layer with the settings of one, some of them changed."""
    settings = layer.settings()
    if layer.layers:
        settings["layers"] = [copied(each) for each in layer.layers]
    return type(layer)(**{**settings, **{name: value for name, value in changed.items() if name in settings}})


def other_activation(patient: Patient, name: str, *, hidden: Sequence[int]) -> Treatment:
    """Return the training with another activation at some positions."""

    def edit(layers: list[Layer]) -> list[Layer]:
        return [read_activation(name) if place in hidden else layer for place, layer in enumerate(layers)]

    return other_layers(patient, edit, {"activation": name}, f"let hidden layers have {name}")


def activations_added(patient: Patient, name: str) -> Treatment:
    """Return the training with an activation after each hidden layer with weights that has none."""

    def edit(layers: list[Layer]) -> list[Layer]:
        weighted = [place for place, layer in enumerate(layers) if isinstance(layer, WeightedSum)]
        kept: list[Layer] = []
        for place, layer in enumerate(layers):
            if type(layer) is type(read_activation("identity")):
                continue
            kept.append(layer)
            if place in weighted[:-1]:
                kept.append(read_activation(name))
        return kept

    return other_layers(patient, edit, {"activation": name}, f"put {name} after each hidden layer")


def without_layer(patient: Patient, place: int, options: Mapping[str, Any], advice: str) -> Treatment:
    """Return the training without one of the layers."""
    return other_layers(patient, lambda layers: layers[:place] + layers[place + 1 :], options, advice)


def default_weights(patient: Patient) -> Treatment:
    """Return the training with first weights of the default scale."""

    def edit(layers: list[Layer]) -> list[Layer]:
        return [copied(layer, weight_init=None, bias_init="zeros") for layer in layers]

    return other_layers(
        patient, edit, {"init": "he_normal"}, "leave out the initialisers: the default suits each layer's size"
    )


def other_dropout(patient: Patient, p: float) -> Treatment:
    """Return the training with less dropout."""

    def edit(layers: list[Layer]) -> list[Layer]:
        return [copied(layer, p=p) if isinstance(layer, Dropout) else layer for layer in layers]

    return other_layers(patient, edit, {"dropout": p}, f"drop {p:g} of the outputs only")


def wider(patient: Patient, units: int) -> Treatment:
    """Return the training with at least so many units in each hidden layer."""
    linears = [place for place, layer in enumerate(patient.initial_net.layers) if isinstance(layer, WeightedSum)]
    sizes: list[int] = []

    def edit(layers: list[Layer]) -> list[Layer]:
        for place in linears[:-1]:
            name = "out_features" if "out_features" in layers[place].settings() else "out_channels"
            sizes.append(max(units, layers[place].settings()[name]))
            layers[place] = copied(layers[place], **{name: sizes[-1]})
        return layers

    treatment = other_layers(patient, edit, {}, f"give every hidden layer at least {units} units")
    return treatment if patient.described else replace(treatment, options={"hidden-layer-sizes": sizes})


def standardised(patient: Patient, *, targets: bool = False) -> Treatment:
    """Return the training with inputs, and if asked for numbers to predict, of mean 0 and standard deviation 1."""
    shift, scale = standardising(patient.train)
    changed: dict[str, Any] = {"shift": shift, "scale": scale}
    if targets:
        values = patient.train.targets.astype(np.float64)
        deviation = values.std(axis=0)
        changed |= {"target_shift": values.mean(axis=0), "target_scale": 1 / np.where(deviation > 0, deviation, 1.0)}

    def change(training: Arguments) -> None:
        training["preprocessing"] = replace(patient.preprocessing, **changed)

    what = "inputs and targets" if targets else "inputs"
    return Treatment({}, f"standardise the {what}: mean 0, deviation 1", change)


def standardising(train: Samples) -> tuple[Array, Array]:
    """Return shift and scale that standardise raw inputs; those that hardly vary are not blown up."""
    rows = train.counted[:: max(1, len(train.counted) // _MOST_ROWS)]
    x = train.inputs[rows].astype(np.float64)
    deviation = x.std(axis=0)
    least = _LEAST_DEVIATION * float(np.median(deviation[deviation > 0])) if deviation.any() else 0.0
    scale = np.maximum(deviation, least)
    return x.mean(axis=0), 1 / np.where(scale > 0, scale, 1.0)
