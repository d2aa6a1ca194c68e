"""Cross-entropy of a sigmoid over logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array, Shape
from whence.errors import DataError
from whence.formula import Constant, Entry, Expression, Formula, absolute, exp, log1p, max0, min0
from whence.nn.activations.sigmoids import sigmoid
from whence.nn.losses.base import losses
from whence.nn.losses.elementwise import ElementwiseLoss, fit


@losses.register("binary_cross_entropy", "bce")
@dataclass(eq=False, repr=False)
class BinaryCrossEntropy(ElementwiseLoss):
    """Mean of −y log p − (1 − y) log(1 − p) over samples and outputs, in nats, where p is the sigmoid of the logit z.

    Targets are 0, 1 or probabilities in between; or labels of more than two classes, taken as one-hot, so that each
    output tells one class from the others.

    Parameters
    ----------
    positive_weight : float, optional
        β, the weight of the term for y = 1; positive.

    Notes
    -----
    ``ℓ = max(0, z) − z · y + log(1 + exp(−|z|))``, which neither overflows nor takes the logarithm of 0, and
    ``∂ℓ/∂z = p − y`` (Bishop, 2006, §4.3.2). With β, ``ℓ = (1 − y) · z + (1 − y + βy) · (log(1 + exp(−|z|)) −
    min(0, z))``, as PyTorch's ``BCEWithLogitsLoss`` with ``pos_weight``.
    """

    input_symbol = "z"
    classifies = True

    positive_weight: Positive | None = None

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        z, y, beta = outputs, targets, self.positive_weight
        p = sigmoid(z)
        tail = np.log1p(np.exp(-np.abs(z)))
        if beta is None:
            return np.maximum(z, 0) - z * y + tail, p - y, {"p": p}
        weight = 1 - y + beta * y
        return (1 - y) * z + weight * (np.maximum(-z, 0) + tail), weight * p - beta * y, {"p": p}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        z, y = output, target
        p = Entry("p", z.subscripts)
        between = [p << 1 / (1 + exp(-z))]
        tail = log1p(exp(-absolute(z)))
        if self.positive_weight is None:
            return max0(z) - z * y + tail, p - y, between
        beta = Constant("β", self.positive_weight)
        weight = 1 - y + beta * y
        return (1 - y) * z + weight * (tail - min0(z)), weight * p - beta * y, between

    def checked_targets(self, outputs: Array, targets: Array) -> Array:
        if not (targets.min() >= 0 and targets.max() <= 1):
            place = np.unravel_index(np.argmax(~((targets >= 0) & (targets <= 1))), targets.shape)
            raise DataError(
                f"the target of sample {int(place[0])} is {targets[place]}, "
                "but binary cross-entropy takes 0, 1 or probabilities in between"
            )
        return targets

    def predictions(self, outputs: Array) -> Array:
        """Return the probabilities; for a single logit, those of both classes."""
        p = sigmoid(outputs)  # (N, K)
        return np.concatenate([1 - p, p], axis=-1) if p.shape[-1] == 1 else p

    def correct(self, outputs: Array, targets: Array) -> Array:
        """Return where the logit is positive and the target above ½, or neither; of labels, where theirs is largest."""
        of_labels = super().correct(outputs, targets)
        return np.asarray((outputs > 0) == (fit(outputs, targets) > 0.5)) if of_labels is None else of_labels

    def probabilities(self, outputs: Array) -> Array:
        return self.predictions(outputs) if outputs.shape[-1] == 1 else super().probabilities(outputs)

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        """Return one logit for each number of a target or for each class; one alone is for two classes."""
        return targets or (1,) if classes == 2 else super().output_shape(targets, classes)
