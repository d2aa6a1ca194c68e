"""Batch normalisation: each channel is normalised over all axes but the last."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from whence.arguments import Positive, Range
from whence.arrays import Array, Views, along_rows, column_sums
from whence.errors import ShapeError
from whence.formula import Constant, Formulas, Sum, sqrt, tensors
from whence.nn.axes import count
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers
from whence.nn.meeting import current_meeting
from whence.nn.normalisation.base import Normalisation
from whence.nn.threads import chunks, on_parts, sum_over_parts


@layers.register("batch_norm")
class BatchNorm(Normalisation):
    """``u = γ x̂ + b``, where ``x̂ = (x − mean) / √(var + ε)`` per channel, over all axes but the last.

    In training, mean and variance are those of the batch, and update running estimates; in inference the running
    estimates are used.

    Parameters
    ----------
    eps : float
        ε, which avoids division by zero; positive.
    momentum : float
        The weight of the batch's statistics in the update of the running estimates, in [0, 1].

    Attributes
    ----------
    weight, bias : array, shape (C,)
        γ, one at first, and b, zero at first.
    buffers : dict of str to array, shape (C,)
        ``running_mean``, zero at first, and ``running_var``, one at first.

    Notes
    -----
    With the M values of a channel, mean = Σ x / M and var = Σ (x − mean)² / M. The running variance is updated with
    the unbiased Σ (x − mean)² / (M − 1). Backward, db = Σ du, dγ = Σ du x̂ and
    dx = γ / √(var + ε) · (du − db / M − x̂ dγ / M) (Ioffe and Szegedy, 2015).
    """

    spans_batch = True

    def __init__(self, eps: Positive = 1e-5, momentum: Annotated[float, Range(0, 1)] = 0.1) -> None:
        self.eps, self.momentum = eps, momentum

    def initial_buffers(self) -> dict[str, Array]:
        channels = self.input_shape[-1]
        return {"running_mean": np.zeros(channels), "running_var": np.ones(channels)}

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return γ x̂ + b, and in training the new running estimates in the cache.

        Raises
        ------
        ShapeError
            If a training batch has a single value per channel, which has no variance.
        """
        running = {name: buffer.copy() for name, buffer in self.buffers.items()}
        if not context.training:
            x_hat = x - running["running_mean"]  # (N, ..., C)
            x_hat /= np.sqrt(running["running_var"] + self.eps)
            return x_hat * self.weight + self.bias, {"x̂": x_hat, **running}

        batch = current_meeting()
        number = batch.count(x.size // x.shape[-1])  # M
        if number == 1:
            raise ShapeError(
                f"BatchNorm was given a training batch of shape {x.shape}, with a single value per channel; "
                "a variance needs at least 2, so make batches larger"
            )
        parts = list(chunks(len(x), 3 * x[0].nbytes))
        mean = batch.total(sum_over_parts(lambda part: _sums(x[part]), parts)) / number  # (C,)
        x_hat, u = np.empty_like(x), np.empty_like(x)

        def squares_around_mean(part: slice) -> Array:
            np.subtract(x[part], along_rows(mean, x), out=x_hat[part])
            return _sums(np.square(x_hat[part]))

        squares = batch.total(sum_over_parts(squares_around_mean, parts))  # (C,)
        var = squares / number
        deviation = np.sqrt(var + self.eps)

        def scale_part(part: slice) -> None:
            x_hat[part] /= along_rows(deviation, x)
            np.multiply(x_hat[part], along_rows(self.weight, x), out=u[part])
            u[part] += along_rows(self.bias, x)

        on_parts(scale_part, parts)
        return u, {
            "mean": mean,
            "var": var,
            "x̂": x_hat,
            **running,
            "running_mean_new": (1 - self.momentum) * running["running_mean"] + self.momentum * mean,
            "running_var_new": (1 - self.momentum) * running["running_var"] + self.momentum * (squares / (number - 1)),
        }

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Write Σ δ x̂ and Σ δ, and return ∂L/∂x, in training through the batch's statistics."""
        x_hat = cache["x̂"]
        parts = list(chunks(len(delta), 3 * delta[0].nbytes))

        def gradients_of(part: slice) -> Array:
            return np.stack((_sums(delta[part] * x_hat[part]), _sums(delta[part])))

        gradient.weight[...], gradient.bias[...] = sum_over_parts(gradients_of, parts)
        if not need_input:
            return None
        if "mean" not in cache:
            scale: Array = self.weight / np.sqrt(cache["running_var"] + self.eps)
            return delta * scale
        batch = current_meeting()
        number = batch.count(delta.size // delta.shape[-1])
        of_weight, of_bias = batch.total(gradient.weight) / -number, batch.total(gradient.bias) / number
        scale = self.weight / np.sqrt(cache["var"] + self.eps)
        dx = np.empty_like(delta)

        def backward_part(part: slice) -> None:
            np.multiply(x_hat[part], along_rows(of_weight, delta), out=dx[part])
            dx[part] += delta[part]
            dx[part] -= along_rows(of_bias, delta)
            dx[part] *= along_rows(scale, delta)

        on_parts(backward_part, parts)
        return dx

    def formulas(self, *, training: bool = True) -> Formulas:
        x, u, mean, var, x_hat, gamma, b = tensors("x u mean var x̂ γ b")
        dx, du, dgamma, db = tensors("dx du dγ db")
        running_mean, running_var, mean_new, var_new = tensors(
            "running_mean running_var running_mean_new running_var_new"
        )
        *lead, j = self.element()
        number, eps, momentum = count(lead), Constant("ε", self.eps), Constant("momentum", self.momentum)
        output = u[*lead, j] << gamma[j] * x_hat[*lead, j] + b[j]
        parameters = [dgamma[j] << Sum(lead, du[*lead, j] * x_hat[*lead, j]), db[j] << Sum(lead, du[*lead, j])]
        if not training:
            return Formulas(
                forward=[x_hat[*lead, j] << (x[*lead, j] - running_mean[j]) / sqrt(running_var[j] + eps), output],
                backward=[*parameters, dx[*lead, j] << du[*lead, j] * gamma[j] / sqrt(running_var[j] + eps)],
            )
        squares = Sum(lead, (x[*lead, j] - mean[j]) ** 2)
        centred = du[*lead, j] - db[j] / number - x_hat[*lead, j] * dgamma[j] / number
        return Formulas(
            forward=[
                mean[j] << Sum(lead, x[*lead, j]) / number,
                var[j] << squares / number,
                x_hat[*lead, j] << (x[*lead, j] - mean[j]) / sqrt(var[j] + eps),
                output,
            ],
            backward=[*parameters, dx[*lead, j] << gamma[j] / sqrt(var[j] + eps) * centred],
            update=[
                mean_new[j] << (1 - momentum) * running_mean[j] + momentum * mean[j],
                var_new[j] << (1 - momentum) * running_var[j] + momentum * (squares / (number - 1)),
            ],
        )


def _sums(values: Array) -> Array:
    """Return the sum of each channel, (C,)."""
    return column_sums(values.reshape(-1, values.shape[-1]))
