"""Every loss under every option with every kind of targets, for the tests that walk the registry."""

from dataclasses import dataclass, field

import numpy as np

from whence.nn import losses

CLASSES = 4


@dataclass
class Case:
    """One loss, one shape of outputs without the batch axis, and one kind of targets."""

    loss: str
    outputs: tuple
    kind: str
    config: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.loss}-{self.outputs}-{self.kind}-{'-'.join(self.config)}"

    def make(self, samples, dtype=np.float64, seed=3):
        """Return the loss, outputs and targets of a batch, both read-only."""
        rng = np.random.default_rng([seed, samples])
        outputs = (2 * rng.normal(size=(samples, *self.outputs))).astype(dtype)
        targets = TARGETS[self.kind](rng, (samples, *self.outputs))
        if targets.dtype == np.float64:
            targets = targets.astype(dtype)
        outputs.flags.writeable = targets.flags.writeable = False
        return losses[self.loss](**self.config), outputs, targets


def kind(case):
    return case.loss, *case.config


def soft(rng, shape):
    parts = rng.random(shape) + 0.01
    return parts / parts.sum(axis=-1, keepdims=True)


TARGETS = {
    "labels": lambda rng, shape: rng.integers(0, CLASSES, shape[:-1]),
    "small labels": lambda rng, shape: rng.integers(0, CLASSES, shape[:-1]).astype(np.uint8),
    "one-hot": lambda rng, shape: np.eye(CLASSES)[rng.integers(0, CLASSES, shape[:-1])],
    "soft": soft,
    "numbers": lambda rng, shape: rng.normal(size=shape),
    "flat numbers": lambda rng, shape: rng.normal(size=shape[0]),
    "bits": lambda rng, shape: rng.integers(0, 2, shape),
    "flat bits": lambda rng, shape: rng.integers(0, 2, shape[0]).astype(bool),
    "probabilities": lambda rng, shape: rng.random(shape),
}

_WEIGHTS = [0.5, 2.0, 1.0, 0.25]

CASES = [
    Case("cross_entropy", (*places, CLASSES), kind, config)
    for places in ((), (3,), (2, 2))
    for kind in ("labels", "small labels", "one-hot", "soft")
    for config in (
        {},
        {"class_weights": _WEIGHTS},
        {"label_smoothing": 0.1},
        {"class_weights": _WEIGHTS, "label_smoothing": 0.3},
    )
]
CASES += [
    Case("binary_cross_entropy", outputs, kind, config)
    for outputs, kind in (((1,), "bits"), ((1,), "flat bits"), ((3,), "bits"), ((3,), "probabilities"), ((), "bits"))
    for config in ({}, {"positive_weight": 2.5})
]
CASES += [
    Case(loss, outputs, kind, config)
    for loss, config in (
        ("mean_squared_error", {}),
        ("sum_of_squared_errors", {}),
        ("l1", {}),
        ("huber", {}),
        ("huber", {"delta": 0.3}),
    )
    for outputs, kind in (((1,), "numbers"), ((1,), "flat numbers"), ((3,), "numbers"), ((2, 3), "numbers"))
]
CASES += [
    Case(loss, (*places, CLASSES), kind, config)
    for loss in ("mean_squared_error", "sum_of_squared_errors", "l1", "huber", "binary_cross_entropy")
    for places in ((), (3,))
    for kind in ("labels", "small labels")
    for config in ({}, {"class_weights": _WEIGHTS})
]
MEANS = [case for case in CASES if case.loss != "sum_of_squared_errors"]


def weights(samples):
    """Return weights of samples, one of them 0 where there are several, read-only."""
    made = np.random.default_rng(samples).random(samples) + 0.1
    if samples > 1:
        made[1] = 0
    made.flags.writeable = False
    return made
