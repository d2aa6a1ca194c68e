"""Cross-entropy of a softmax over logits."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Shape
from whence.formula import Formulas, Max, Size, Sum, equals, exp, indices, log, scalar, tensors
from whence.nn.losses.base import Loss, losses


@losses.register("cross_entropy", "softmax_cross_entropy")
class CrossEntropy(Loss):
    """Mean of −log p[n, y[n]], in nats, where p is the softmax of the logits z."""

    classifies = True

    def evaluate(
        self, outputs: Array, targets: Array, sample_weight: Array | None = None
    ) -> tuple[float, Array, dict[str, Array]]:
        """Return the loss, (p − one-hot y) / N, and m, s, p and ℓ."""
        rows = np.arange(len(outputs))
        m = outputs.max(axis=1)  # (N,)
        p = np.exp(outputs - m[:, np.newaxis])  # (N, C)
        s = p.sum(axis=1)  # (N,)
        p /= s[:, np.newaxis]
        sample_losses = np.log(s) + m - outputs[rows, targets]  # (N,)
        delta = p.copy()
        delta[rows, targets] -= 1
        delta /= len(outputs)
        return float(sample_losses.mean()), delta, {"m": m, "s": s, "p": p, "ℓ": sample_losses}

    def predictions(self, outputs: Array) -> Array:
        """Return the softmax over the last axis."""
        p = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        return p

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        """Return one logit for each class."""
        return (*targets, classes or 0)

    def formulas(self, targets: Array, *, weighted: bool = False) -> Formulas:
        """Return m, s, p, ℓ and loss, then dz."""
        n, j, k = indices("n j k")
        z, y, m, s, p, ell, dz = tensors("z y m s p ℓ dz")
        return Formulas(
            forward=[
                m[n] << Max(k, z[n, k]),
                s[n] << Sum(k, exp(z[n, k] - m[n])),
                p[n, j] << exp(z[n, j] - m[n]) / s[n],
                ell[n] << log(s[n]) + m[n] - z[n, y[n]],
                scalar("loss") << Sum(n, ell[n]) / Size(n),
            ],
            backward=[dz[n, j] << (p[n, j] - equals(j, y[n])) / Size(n)],
        )
