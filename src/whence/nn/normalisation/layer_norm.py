"""Layer normalisation: each sample is normalised over its last axis."""

from __future__ import annotations

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array, Views
from whence.formula import Constant, Formulas, Index, Size, Sum, sqrt, tensors
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers
from whence.nn.normalisation.base import Normalisation


@layers.register("layer_norm")
class LayerNorm(Normalisation):
    """``u = γ x̂ + b``, where ``x̂ = (x − mean) / √(var + ε)`` over the last axis; the same in training and inference.

    Parameters
    ----------
    eps : float
        ε, which avoids division by zero; positive.

    Attributes
    ----------
    weight, bias : array, shape (C,)
        γ, one at first, and b, zero at first.

    Notes
    -----
    Over the C values of the last axis, mean = Σ x / C and var = Σ (x − mean)² / C. Backward, with g = du γ,
    dx = (g − Σ g / C − x̂ Σ g x̂ / C) / √(var + ε) (Ba, Kiros and Hinton, 2016).
    """

    def __init__(self, eps: Positive = 1e-5) -> None:
        self.eps = eps

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        mean = x.mean(axis=-1)  # (N, ...)
        x_hat = x - mean[..., np.newaxis]  # (N, ..., C)
        var = np.square(x_hat).mean(axis=-1)  # (N, ...)
        x_hat /= np.sqrt(var + self.eps)[..., np.newaxis]
        return x_hat * self.weight + self.bias, {"mean": mean, "var": var, "x̂": x_hat}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        x_hat = cache["x̂"]
        self.write_gradients(delta, x_hat, gradient)
        if not need_input:
            return None
        g = delta * self.weight  # (N, ..., C)
        dx: Array = g - g.mean(axis=-1, keepdims=True)
        dx -= x_hat * (g * x_hat).mean(axis=-1, keepdims=True)
        dx /= np.sqrt(cache["var"] + self.eps)[..., np.newaxis]
        return dx

    def formulas(self, *, training: bool = True) -> Formulas:
        x, u, mean, var, x_hat, gamma, b = tensors("x u mean var x̂ γ b")
        dx, du, dgamma, db = tensors("dx du dγ db")
        *lead, j = self.element()
        k, eps = Index("k"), Constant("ε", self.eps)
        g_mean = Sum(k, du[*lead, k] * gamma[k]) / Size(k)
        g_x_hat_mean = Sum(k, du[*lead, k] * gamma[k] * x_hat[*lead, k]) / Size(k)
        centred = du[*lead, j] * gamma[j] - g_mean - x_hat[*lead, j] * g_x_hat_mean
        return Formulas(
            forward=[
                mean[*lead] << Sum(k, x[*lead, k]) / Size(k),
                var[*lead] << Sum(k, (x[*lead, k] - mean[*lead]) ** 2) / Size(k),
                x_hat[*lead, j] << (x[*lead, j] - mean[*lead]) / sqrt(var[*lead] + eps),
                u[*lead, j] << gamma[j] * x_hat[*lead, j] + b[j],
            ],
            backward=[
                dgamma[j] << Sum(lead, du[*lead, j] * x_hat[*lead, j]),
                db[j] << Sum(lead, du[*lead, j]),
                dx[*lead, j] << centred / sqrt(var[*lead] + eps),
            ],
        )
