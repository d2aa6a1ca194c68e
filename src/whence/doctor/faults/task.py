"""Faults of the task: a loss or an output activation that does not suit the targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.doctor.examination import Examination
from whence.doctor.faults.registry import Floor, Suspicion, rule
from whence.doctor.treatments import Treatment, other_loss, without_layer
from whence.nn import L1, Huber, MeanSquaredError, SumOfSquaredErrors
from whence.nn.activations.softmax import Softmax

_FAR, _MOST_OUTLIERS, _SHARE_OF_SPREAD = 10.0, 0.05, 0.5
_AT_ONE_VALUE, _FLAT = 0.6, 0.02


@rule("unsuitable-loss", Floor.TASK)
def squares_of_outliers(exam: Examination) -> Iterator[Suspicion]:
    """A few targets far from all others rule the squared error, and their inputs do not tell them."""
    patient = exam.patient
    if not isinstance(patient.loss_fn, MeanSquaredError | SumOfSquaredErrors) or patient.classes is not None:
        return
    targets = exam.data.targets.astype(np.float64)
    centre = np.median(targets, axis=0)
    deviation = 1.4826 * np.median(np.abs(targets - centre), axis=0)
    if not exam.data.numeric or not deviation.all() or len(targets) < 30:
        return
    far = np.asarray((np.abs(targets - centre) > _FAR * deviation).any(axis=1))
    if not 0 < far.mean() <= _MOST_OUTLIERS:
        return
    squares = ((targets - centre) ** 2).sum(axis=1)
    share = float(squares[far].sum() / squares.sum())
    beside = far[exam.data.neighbours[far]].mean()  # what inputs tell comes in groups
    if share > _SHARE_OF_SPREAD and beside < 0.3:
        row = int(np.abs(targets - centre).max(axis=1).argmax())
        yield Suspicion(
            where=f"the loss, {patient.loss_fn!r}",
            evidence=f"{far.mean():.1%} of the targets, such as {targets[row].flat[0]:.4g}, are more than {_FAR:g} "
            "deviations "
            f"from the median {centre.flat[0]:.4g}, while their neighbours are not: they make {share:.0%} of the "
            "squared error",
            advice="minimise l1 or huber, and look at these targets",
            confidence=0.9,
            treatments=(other_loss("l1"), other_loss("huber")),
            certain=True,
        )


@rule("unsuitable-loss", Floor.TASK)
def median_of_spikes(exam: Examination) -> Iterator[Suspicion]:
    """An absolute error is least at the median, which is the same value for most targets."""
    patient = exam.patient
    if not isinstance(patient.loss_fn, L1 | Huber) or patient.classes is not None or not exam.lags:
        return
    targets = exam.data.targets.astype(np.float64)
    deviation = targets.std(axis=0)
    near = (np.abs(targets - np.median(targets, axis=0)) < 0.1 * deviation).mean(axis=0)
    if np.median(near) < _AT_ONE_VALUE:
        return
    yield Suspicion(
        where=f"the loss, {patient.loss_fn!r}",
        evidence=f"{np.median(near):.0%} of a column's targets are at its median, where an absolute error is least "
        "whatever the inputs are; the squared error is least at the mean",
        confidence=0.9,
        treatments=(other_loss("mean_squared_error"),),
    )


@rule("unsuitable-loss", Floor.TASK)
def no_cross_entropy(exam: Examination) -> Iterator[Suspicion]:
    """Classes are learned by another loss than the cross-entropy, or by one that is weighted or smoothed too much."""
    patient = exam.patient
    if patient.classes is None or patient.streams or not exam.lags:
        return
    settings = patient.loss_fn.settings()
    plain = patient.loss_fn.classifies and not any(
        value for name, value in settings.items() if name in ("class_weights", "positive_weight", "label_smoothing")
    )
    if plain:
        return
    name = "binary_cross_entropy" if patient.net.output_shape[-1] == 1 else "cross_entropy"
    treatment = other_loss(name)
    last = len(patient.initial_net.layers) - 1
    if patient.initial_net.layers[last].activation:
        treatment = _both(treatment, without_layer(patient, last, {"output-activation": "identity"}, ""))
    yield Suspicion(
        where=f"the loss, {patient.loss_fn!r}",
        evidence=f"classes are learned by {patient.loss_fn!r}, whose slope is small where a wrong class is believed "
        "firmly",
        confidence=0.75,
        treatments=(treatment,),
    )


def _both(first: Treatment, second: Treatment) -> Treatment:
    """Return both treatments as one."""

    def change(training: dict[str, object]) -> None:
        first.change(training)
        second.change(training)

    return Treatment({**first.options, **second.options}, first.advice, change)


@rule("unsuitable-output-activation", Floor.TASK)
def unsuitable_output(exam: Examination) -> Iterator[Suspicion]:
    """The last layer is an activation that cannot give, or hardly learns, what is wanted."""
    patient = exam.patient
    last = len(patient.initial_net.layers) - 1
    layer = patient.initial_net.layers[last]
    if not layer.activation or not exam.lags or type(layer).__name__ == "Identity":
        return
    constant = isinstance(layer, Softmax) and layer.output_shape[-1] == 1
    evidence = confidence = None
    if constant:
        evidence, confidence = "the softmax of a single number is always 1", 0.99
    elif patient.loss_fn.classifies:
        evidence = f"the loss takes logits, numbers of any size, but gets what {layer!r} leaves of them"
        confidence = 0.85
    else:
        units = [each for each in exam.after.activations(hidden=False) if each.place == last]
        flat = float(units[0].flat.mean()) if units else 0.0
        low, high = layer.output_range
        wanted = exam.after.batch.y
        beyond = float(((wanted < low) | (wanted > high)).mean())
        if beyond > 0.02:
            evidence, confidence = (
                f"{beyond:.0%} of the targets are beyond what {layer!r} can give, {low:g} to {high:g}",
                0.9,
            )
        elif flat > _FLAT:
            evidence = f"{layer!r} is flat for {flat:.0%} of the outputs, so that their errors reach no weight"
            confidence = 0.7
    if evidence and confidence:
        yield Suspicion(
            where=f"layer {last + 1}, {layer!r}",
            evidence=evidence,
            advice="leave the output activation out",
            confidence=confidence,
            treatments=(
                without_layer(patient, last, {"output-activation": "identity"}, "leave the output activation out"),
            ),
            certain=constant,
            cells=(f"{exam.after.name_of(last)}[0,0]",),
        )
