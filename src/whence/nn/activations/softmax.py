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
    Forward, with m = max_k z[n, k], a[n, j] = e^(z[n, j] − m[n]) / Σ_k e^(z[n, k] − m[n]). Backward, the product with
    the Jacobian: dz[n, j] = a[n, j] (da[n, j] − Σ_k da[n, k] a[n, k]) (Bridle, 1990).
    """

    def shape_out(self, shape: Shape) -> Shape:
        if not shape:
            raise ShapeError("it is taken over the last axis, but its input has the shape (N,), with one value each")
        return shape

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        m = x.max(axis=-1)  # (N, ...)
        a = x - m[..., np.newaxis]  # (N, ..., C)
        np.exp(a, out=a)
        s = a.sum(axis=-1)  # (N, ...)
        a /= s[..., np.newaxis]
        return a, {"m": m, "s": s, "a": a}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        a = cache["a"]
        weighted: Array = delta * a  # (N, ..., C)
        weighted -= a * weighted.sum(axis=-1, keepdims=True)
        return weighted

    def formulas(self, *, training: bool = True) -> Formulas:
        z, m, s, a, dz, da = tensors("z m s a dz da")
        *lead, j = self.element()
        k = Index("k")
        return Formulas(
            forward=[
                m[*lead] << Max(k, z[*lead, k]),
                s[*lead] << Sum(k, exp(z[*lead, k] - m[*lead])),
                a[*lead, j] << exp(z[*lead, j] - m[*lead]) / s[*lead],
            ],
            backward=[dz[*lead, j] << a[*lead, j] * (da[*lead, j] - Sum(k, da[*lead, k] * a[*lead, k]))],
        )
