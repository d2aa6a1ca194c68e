"""The linear layer, and what it shares with convolutions: a weight, a bias and their initialisation."""

from __future__ import annotations

import numpy as np

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views, column_sums
from whence.errors import ShapeError
from whence.formula import Formulas, Index, Sum, tensors
from whence.nn.axes import shape_text
from whence.nn.context import INFERENCE, Context
from whence.nn.initialisers import GlorotUniform, HeNormal, Initialiser, initialiser
from whence.nn.layer import Cache, Layer, TimeDependence, layers
from whence.nn.parameter import Parameter


class WeightedSum(Layer):
    """A layer whose outputs are sums of its inputs times a weight, plus a bias.

    A subclass has `weight_shape` and `fans`.

    Parameters
    ----------
    bias : bool
        Whether there is a bias.
    weight_init, bias_init : initialiser or str, optional
        First values, such as ``"uniform(-0.2, 0.2)"``. If None, the weight has He's initialisation before a rectifier
        and Glorot's otherwise.

    Attributes
    ----------
    weight : array, shape (…, out)
    bias : array, shape (out,)
    """

    output_symbol = "z"
    weight = Parameter("W", decays=True)
    bias = Parameter("b", decays=False)

    def __init__(self, bias: bool, weight_init: Initialiser | str | None, bias_init: Initialiser | str) -> None:
        self.has_bias = bias
        self.weight_init = None if weight_init is None else initialiser(weight_init)
        self.bias_init = initialiser(bias_init)

    def weight_shape(self) -> Shape:
        """Return the shape of the weight, with the outputs on its last axis."""
        raise NotImplementedError

    def fans(self) -> tuple[int, int]:
        """Return the number of inputs of one output, and the number of outputs of one input."""
        raise NotImplementedError

    def parameter_shapes(self) -> dict[str, Shape]:
        shape = self.weight_shape()
        return {"weight": shape, "bias": shape[-1:]} if self.has_bias else {"weight": shape}

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        before_rectifier = following is not None and following.rectifier
        draw = self.weight_init or (HeNormal() if before_rectifier else GlorotUniform())
        self.weight = draw(rng, self.weight.shape, *self.fans())
        if self.has_bias:
            self.bias = self.bias_init(rng, self.bias.shape, *self.fans())


@layers.register("linear", "dense")
class Linear(WeightedSum):
    """``z = x W + b``, over the last axis of ``x``.

    Parameters
    ----------
    in_features : int
        The length of the last axis of the input.
    out_features : int
        The length of the last axis of the output.
    bias, weight_init, bias_init
        As for `WeightedSum`; the bias is zero at first.

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

    def __init__(
        self,
        in_features: PositiveInt,
        out_features: PositiveInt,
        *,
        bias: bool = True,
        weight_init: Initialiser | str | None = None,
        bias_init: Initialiser | str = "zeros",
    ) -> None:
        super().__init__(bias, weight_init, bias_init)
        self.in_features, self.out_features = in_features, out_features

    def declared_input_shape(self) -> Shape:
        return (self.in_features,)

    def shape_out(self, shape: Shape) -> Shape:
        if not shape or shape[-1] != self.in_features:
            raise ShapeError(
                f"it takes in_features = {self.in_features} on the last axis, but its input has the shape "
                f"{shape_text(shape)}"
            )
        return (*shape[:-1], self.out_features)

    def weight_shape(self) -> Shape:
        return (self.in_features, self.out_features)

    def fans(self) -> tuple[int, int]:
        return self.in_features, self.out_features

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
            column_sums(rows, out=gradient.bias)
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
