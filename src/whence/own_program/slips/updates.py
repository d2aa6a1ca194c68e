"""Slips in the update of weights and biases."""

from __future__ import annotations

from collections.abc import Iterator

from whence.arrays import Array
from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("weight-decay-on-biases")
def weight_decay_on_biases(step: Reference) -> Iterator[Change]:
    """The weight decay pulls biases to zero too."""
    decay = step.setting("weight_decay")
    for name in step.parameters if decay else ():
        if not step.decays(name):
            yield _decayed(step, name, decay)
            yield f"{name}_new", step.arrays[f"{name}_new"] - decay * step.arrays[name]


@slips.register("weight-decay-missing")
def weight_decay_missing(step: Reference) -> Iterator[Change]:
    """The weight decay is left out."""
    for name in step.decaying:
        yield _decayed(step, name, 0.0)


@slips.register("weight-decay-sign")
def weight_decay_sign(step: Reference) -> Iterator[Change]:
    """The weight decay pushes away from zero instead of pulling to it."""
    decay = step.setting("weight_decay")
    for name in step.decaying:
        yield _decayed(step, name, -decay)


@slips.register("weight-decay-without-learning-rate")
def weight_decay_without_learning_rate(step: Reference) -> Iterator[Change]:
    """The weight decay is not multiplied by the learning rate."""
    decay, rate = step.setting("weight_decay"), step.learning_rate
    for name in step.decaying:
        yield f"{name}_new", step.arrays[f"{name}_new"] - (1 - rate) * decay * step.arrays[name]


@slips.register("weight-decay-factor")
def weight_decay_factor(step: Reference) -> Iterator[Change]:
    """The weight decay is twice or half what it should be, or divided by the number of samples."""
    decay = step.setting("weight_decay")
    for name in step.decaying:
        for factor in (2.0, 0.5, 1 / step.samples):
            yield _decayed(step, name, factor * decay)


@slips.register("update-with-weights")
def update_with_weights(step: Reference) -> Iterator[Change]:
    """The step is along the weights instead of their gradient."""
    for name in step.parameters:
        yield _along(step, name, step.arrays[name])
        yield f"{name}_new", (1 - step.learning_rate) * step.arrays[name]


@slips.register("update-forgotten")
def update_forgotten(step: Reference) -> Iterator[Change]:
    """The parameter is left as it was."""
    for name in step.parameters:
        yield f"{name}_new", step.arrays[name]


@slips.register("momentum-sign")
def momentum_sign(step: Reference) -> Iterator[Change]:
    """The gradient is subtracted in the velocity that is then subtracted too."""
    for name in _with_velocity(step):
        for sign in (1, -1):
            remembered = step.arrays[f"v_{name}"] * step.setting("momentum")
            yield f"v_{name}_new", sign * remembered - sign * (step.arrays[f"v_{name}_new"] - remembered)


@slips.register("momentum-damped")
def momentum_damped(step: Reference) -> Iterator[Change]:
    """The gradient is multiplied by 1 − μ, or by μ, on its way into the velocity."""
    momentum = step.setting("momentum")
    for name in _with_velocity(step):
        remembered = step.arrays[f"v_{name}"] * momentum
        for factor in (1 - momentum, momentum):
            yield f"v_{name}_new", remembered + factor * (step.arrays[f"v_{name}_new"] - remembered)


@slips.register("momentum-instead-of-learning-rate")
def momentum_instead_of_learning_rate(step: Reference) -> Iterator[Change]:
    """The velocity is multiplied by the momentum instead of the learning rate."""
    for name in _with_velocity(step):
        yield f"{name}_new", step.arrays[name] - step.setting("momentum") * step.arrays[f"v_{name}_new"]


@slips.register("momentum-not-used")
def momentum_not_used(step: Reference) -> Iterator[Change]:
    """The step is along the velocity from before, which is zero at first."""
    for name in _with_velocity(step):
        yield f"{name}_new", step.arrays[name] - step.learning_rate * step.arrays[f"v_{name}"]


@slips.register("momentum-added-twice")
def momentum_added_twice(step: Reference) -> Iterator[Change]:
    """The step has the velocity and the gradient, or the velocity once more."""
    momentum = step.setting("momentum")
    for name in _with_velocity(step):
        velocity, gradient = step.arrays[f"v_{name}_new"], step.arrays[f"d{name}"]
        for step_along in (velocity + gradient, gradient + momentum * velocity, momentum * velocity):
            yield f"{name}_new", step.arrays[name] - step.learning_rate * step_along


@slips.register("learning-rate-missing")
def learning_rate_missing(step: Reference) -> Iterator[Change]:
    """The gradient is not multiplied by the learning rate."""
    for name in step.parameters:
        yield f"{name}_new", step.arrays[name] + _move(step, name) / step.learning_rate


@slips.register("learning-rate-twice")
def learning_rate_twice(step: Reference) -> Iterator[Change]:
    """The gradient is multiplied by the learning rate twice."""
    for name in step.parameters:
        yield f"{name}_new", step.arrays[name] + _move(step, name) * step.learning_rate


@slips.register("update-is-the-step")
def update_is_the_step(step: Reference) -> Iterator[Change]:
    """The parameter becomes the step itself instead of being moved by it."""
    for name in step.parameters:
        yield f"{name}_new", _move(step, name)
        yield f"{name}_new", -_move(step, name)


@slips.register("update-twice")
def update_twice(step: Reference) -> Iterator[Change]:
    """The parameter is updated twice."""
    for name in step.parameters:
        yield f"{name}_new", step.arrays[f"{name}_new"] + _move(step, name)


@slips.register("wrong-gradient")
def wrong_gradient(step: Reference) -> Iterator[Change]:
    """The parameter is updated with the gradient of another."""
    for name in step.parameters:
        for other in step.parameters:
            if other != name and step.arrays[other].shape == step.arrays[name].shape:
                yield _along(step, name, step.arrays[f"d{other}"])


def _move(step: Reference, name: str) -> Array:
    return step.arrays[f"{name}_new"] - step.arrays[name]


def _with_velocity(step: Reference) -> list[str]:
    return [name for name in step.parameters if f"v_{name}_new" in step.formulas]


def _along(step: Reference, name: str, direction: Array) -> Change:
    """Return the update along another direction than the gradient with its decay."""
    first = f"v_{name}_new" if f"v_{name}_new" in step.formulas else f"{name}_new"
    decay = step.setting("weight_decay") if step.decays(name) and "gradients" not in step.penalised else 0.0
    return first, step.value(first, {f"d{name}": direction - decay * step.arrays[name]})


def _decayed(step: Reference, name: str, decay: float) -> Change:
    """Return the gradient or the update with another decay, whichever the decay is a part of."""
    if "gradients" not in step.penalised:
        return _along(step, name, step.arrays[f"d{name}"] + decay * step.arrays[name])
    usual = step.setting("weight_decay") if step.decays(name) else 0.0
    return f"d{name}", step.arrays[f"d{name}"] + (decay - usual) * step.arrays[name]
