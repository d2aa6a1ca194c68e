"""Group normalisation: the channels of each sample are normalised in groups, over all their places; and each alone."""

from __future__ import annotations

import math

import numpy as np

from whence.arguments import Positive, PositiveInt
from whence.arrays import Array, Shape, Views
from whence.errors import ShapeError
from whence.formula import Affine, Constant, Digit, Formulas, Index, Sum, sqrt, tensors
from whence.formula.expressions import affine
from whence.nn.axes import count, shape_text
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, TimeDependence, layers
from whence.nn.normalisation.base import Normalisation


@layers.register("group_norm")
class GroupNorm(Normalisation):
    """``u = γ x̂ + b``, where ``x̂ = (x − mean) / √(var + ε)`` over a group of channels of a sample, at all places.

    It is the same in training and inference. One group is layer normalisation over all axes, with γ and b by channel.

    Parameters
    ----------
    num_groups : int
        G, which divides the number of channels: the channels are split into G groups of neighbours.
    eps : float
        ε, which avoids division by zero; positive.

    Attributes
    ----------
    weight, bias : array, shape (C,)
        γ, one at first, and b, zero at first.

    Notes
    -----
    Over the M values of a group, mean = Σ x / M and var = Σ (x − mean)² / M. Backward, with dx̂ = du γ, s = Σ dx̂ / M
    and q = Σ dx̂ x̂ / M over the group, dx = (dx̂ − s − x̂ q) / √(var + ε) (Wu and He, 2018).
    """

    time_dependence = TimeDependence.ANY

    def __init__(self, num_groups: PositiveInt, eps: Positive = 1e-5) -> None:
        self.num_groups, self.eps = num_groups, eps

    def groups(self, channels: int) -> int:
        """Return G, the number of groups of so many channels."""
        return self.num_groups

    def shape_out(self, shape: Shape) -> Shape:
        *places, channels = super().shape_out(shape)
        groups = self.groups(channels)
        if channels % groups:
            raise ShapeError(f"its {groups} groups do not divide the {channels} channels of its input")
        if channels // groups * math.prod(places) == 1:
            raise ShapeError(
                f"each of its groups has a single value, since its input has the shape {shape_text(shape)}, so that "
                "nothing is left of it; use fewer groups, or leave it out"
            )
        return shape

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        by_group = self._by_group(x)
        mean = by_group.mean(axis=(1, 3))  # (N, G)
        x_hat = by_group - mean[:, np.newaxis, :, np.newaxis]  # (N, places, G, C/G)
        var = np.square(x_hat).mean(axis=(1, 3))  # (N, G)
        x_hat /= np.sqrt(var + self.eps)[:, np.newaxis, :, np.newaxis]
        x_hat = x_hat.reshape(x.shape)
        return x_hat * self.weight + self.bias, {"mean": mean, "var": var, "x̂": x_hat}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        x_hat = cache["x̂"]
        self.write_gradients(delta, x_hat, gradient)
        if not need_input:
            return None
        dx_hat, s, q = self._passed_back(delta, x_hat).values()
        dx = self._by_group(dx_hat) - s[:, np.newaxis, :, np.newaxis]  # (N, places, G, C/G)
        dx -= self._by_group(x_hat) * q[:, np.newaxis, :, np.newaxis]
        dx /= np.sqrt(cache["var"] + self.eps)[:, np.newaxis, :, np.newaxis]
        return dx.reshape(delta.shape)

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        return self._passed_back(named["du"], named["x̂"]) if "dx" in named else {}

    def formulas(self, *, training: bool = True) -> Formulas:
        x, u, mean, var, x_hat, gamma, b = tensors("x u mean var x̂ γ b")
        dx, du, dgamma, db, dx_hat, s, q = tensors("dx du dγ db dx̂ s q")
        n, *places, j = self.element()
        channels = self.input_shape[-1]
        g, size = Index("g", self.groups(channels)), channels // self.groups(channels)
        k = Index("k", size)
        group: Index | Digit = j if size == 1 else Digit(affine(j), size)
        channel: Index | Affine = g if size == 1 else size * g + k
        over = places if size == 1 else [*places, k]
        number, eps = count(over), Constant("ε", self.eps)
        root = sqrt(var[n, group] + eps)
        return Formulas(
            forward=[
                mean[n, g] << Sum(over, x[n, *places, channel]) / number,
                var[n, g] << Sum(over, (x[n, *places, channel] - mean[n, g]) ** 2) / number,
                x_hat[n, *places, j] << (x[n, *places, j] - mean[n, group]) / root,
                u[n, *places, j] << gamma[j] * x_hat[n, *places, j] + b[j],
            ],
            backward=[
                dgamma[j] << Sum([n, *places], du[n, *places, j] * x_hat[n, *places, j]),
                db[j] << Sum([n, *places], du[n, *places, j]),
                dx_hat[n, *places, j] << du[n, *places, j] * gamma[j],
                s[n, g] << Sum(over, dx_hat[n, *places, channel]) / number,
                q[n, g] << Sum(over, dx_hat[n, *places, channel] * x_hat[n, *places, channel]) / number,
                dx[n, *places, j] << (dx_hat[n, *places, j] - s[n, group] - x_hat[n, *places, j] * q[n, group]) / root,
            ],
        )

    def _by_group(self, array: Array) -> Array:
        """Return values (N, ..., C) as (N, places, G, C/G)."""
        groups = self.groups(array.shape[-1])
        return array.reshape(len(array), -1, groups, array.shape[-1] // groups)

    def _passed_back(self, delta: Array, x_hat: Array) -> dict[str, Array]:
        """Return ∂L/∂x̂, its mean over each group, and the mean of its product with x̂."""
        dx_hat: Array = delta * self.weight
        by_group = self._by_group(dx_hat)
        means = {"s": by_group.mean(axis=(1, 3)), "q": (by_group * self._by_group(x_hat)).mean(axis=(1, 3))}
        return {"dx̂": dx_hat, **means}


@layers.register("instance_norm")
class InstanceNorm(GroupNorm):
    """``u = γ x̂ + b``, where ``x̂ = (x − mean) / √(var + ε)`` over all places of one channel of a sample.

    It is group normalisation with a group for each channel.

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
    As for `GroupNorm` with G = C (Ulyanov, Vedaldi and Lempitsky, 2016).
    """

    def __init__(self, eps: Positive = 1e-5) -> None:
        self.eps = eps

    def groups(self, channels: int) -> int:
        return channels
