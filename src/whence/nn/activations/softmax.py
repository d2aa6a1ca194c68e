"""The softmax as a layer, over the last axis."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.errors import ShapeError
from whence.formula import Formulas, Index, Max, Sum, exp, tensors
from whence.nn.activations.base import Activation
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("softmax")
class Softmax(Activation):
    """``a[n, j] = exp(z[n, j]) / Σ_k exp(z[n, k])``, over the last axis.

    For training a classifier, leave it out and use ``CrossEntropy``, which takes the logits.

    Notes
    -----
    Forward, with M = max_k z[n, k], a[n, j] = e^(z[n, j] − M[n]) / Σ_k e^(z[n, k] − M[n]). Backward, the product with
    the Jacobian: dz[n, j] = a[n, j] (da[n, j] − Σ_k da[n, k] a[n, k]) (Bridle, 1990).
    """

    def shape_out(self, shape: Shape) -> Shape:
        if not shape:
            raise ShapeError("it is taken over the last axis, but its input has the shape (N,), with one value each")
        return shape

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        largest = x.max(axis=-1)  # (N, ...)
        a = x - largest[..., np.newaxis]  # (N, ..., C)
        np.exp(a, out=a)
        total = a.sum(axis=-1)  # (N, ...)
        a /= total[..., np.newaxis]
        return a, {"M": largest, "S": total, "a": a}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        a = cache["a"]
        weighted: Array = delta * a  # (N, ..., C)
        weighted -= a * weighted.sum(axis=-1, keepdims=True)
        return weighted

    def formulas(self, *, training: bool = True) -> Formulas:
        z, M, S, a, dz, da = tensors("z M S a dz da")
        *lead, j = self.element()
        k = Index("k")
        return Formulas(
            forward=[
                M[*lead] << Max(k, z[*lead, k]),
                S[*lead] << Sum(k, exp(z[*lead, k] - M[*lead])),
                a[*lead, j] << exp(z[*lead, j] - M[*lead]) / S[*lead],
            ],
            backward=[dz[*lead, j] << a[*lead, j] * (da[*lead, j] - Sum(k, da[*lead, k] * a[*lead, k]))],
        )
