"""The linear layer: every output is a weighted sum of all inputs, plus a bias."""

from __future__ import annotations

import numpy as np

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views, column_sums
from whence.errors import ShapeError
from whence.formula import Formulas, Index, Sum, tensors
from whence.nn.context import INFERENCE, Context
from whence.nn.initialisers import Initialiser, default_initialiser, initialiser
from whence.nn.layer import Cache, Layer, TimeDependence, layers, shape_text
from whence.nn.parameter import Parameter


@layers.register("linear", "dense")
class Linear(Layer):
    """``z = x W + b``, over the last axis of ``x``.

    Parameters
    ----------
    in_features : int
        Length of the input's last axis.
    out_features : int
        Length of the output's last axis.
    bias : bool
        Whether there is a bias.
    weight_init, bias_init : initialiser or str, optional
        First values, such as ``"uniform(-0.2, 0.2)"``. Left out, the weight is drawn after He where a rectifier
        follows and after Glorot otherwise, and the bias is zero.

    Attributes
    ----------
    weight : array, shape (in_features, out_features)
    bias : array, shape (out_features,)

    Notes
    -----
    Forward, z[n, j] = Σ_i x[n, i] W[i, j] + b[j]. Backward, with δ = ∂L/∂z: ∂L/∂W = xᵀ δ, ∂L/∂b = Σ_n δ[n],
    ∂L/∂x = δ Wᵀ (Goodfellow, Bengio, Courville, *Deep Learning*, 2016, section 6.5).
    """

    time_dependence = TimeDependence.NONE
    output_symbol = "z"
    weight = Parameter("W", decays=True)
    bias = Parameter("b", decays=False)

    def __init__(
        self,
        in_features: PositiveInt,
        out_features: PositiveInt,
        *,
        bias: bool = True,
        weight_init: Initialiser | str | None = None,
        bias_init: Initialiser | str = "zeros",
    ) -> None:
        self.in_features, self.out_features = in_features, out_features
        self.has_bias = bias
        self.weight_init = None if weight_init is None else initialiser(weight_init)
        self.bias_init = initialiser(bias_init)

    def declared_input_shape(self) -> Shape:
        return (self.in_features,)

    def shape_out(self, shape: Shape) -> Shape:
        if not shape or shape[-1] != self.in_features:
            raise ShapeError(
                f"it takes in_features = {self.in_features} on the last axis, but its input has the shape "
                f"{shape_text(shape)}"
            )
        return (*shape[:-1], self.out_features)

    def parameter_shapes(self) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.in_features, self.out_features)}
        return {**shapes, "bias": (self.out_features,)} if self.has_bias else shapes

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        draw = self.weight_init or default_initialiser(following is not None and following.rectifier)
        fans = (self.in_features, self.out_features)
        self.weight = draw(rng, fans, *fans)
        if self.has_bias:
            self.bias = self.bias_init(rng, (self.out_features,), *fans)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        z = x @ self.weight  # (N, ..., out)
        if self.has_bias:
            z += self.bias
        return z, {"x": x}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        rows = delta.reshape(-1, self.out_features)  # (N·…, out)
        x = cache["x"].reshape(-1, self.in_features)  # (N·…, in)
        np.matmul(x.T, rows, out=gradient.weight)
        if self.has_bias:
            column_sums(rows, gradient.bias)
        return delta @ self.weight.T if need_input else None

    def formulas(self, *, training: bool = True) -> Formulas:
        x, W, b, z, dx, dW, db, dz = tensors("x W b z dx dW db dz")
        *lead, j = self.element()
        i = Index("i")
        weighted = Sum(i, x[*lead, i] * W[i, j])
        db_formula = [db[j] << Sum(lead, dz[*lead, j])] if self.has_bias else []
        return Formulas(
            forward=[z[*lead, j] << (weighted + b[j] if self.has_bias else weighted)],
            backward=[
                dW[i, j] << Sum(lead, x[*lead, i] * dz[*lead, j]),
                *db_formula,
                dx[*lead, i] << Sum(j, dz[*lead, j] * W[i, j]),
            ],
        )
