"""Embeddings: a learned vector for each token."""

from __future__ import annotations

import numpy as np

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views
from whence.errors import DataError
from whence.formula import Formulas, Sum, equals, indices, tensors
from whence.nn.axes import ANY_LENGTH
from whence.nn.context import INFERENCE, Context
from whence.nn.initialisers import Initialiser, initialiser
from whence.nn.layer import Cache, Layer, TimeDependence, layers
from whence.nn.parameter import Parameter


@layers.register("embedding", "embed")
class Embedding(Layer):
    """``y[n, t] = W[x[n, t]]``: each token is replaced by its row of the weight.

    Parameters
    ----------
    num_embeddings : int
        The number of different tokens, V.
    embedding_dim : int
        The length of each vector, E.
    weight_init : initialiser or str
        First values, by default from the standard normal distribution.

    Attributes
    ----------
    weight : array, shape (V, E)
        The vectors.

    Notes
    -----
    Forward, y[n, t, j] = W[x[n, t], j], for integers x of any shape. Backward, dW[k, j] = Σ_{n, t : x[n, t] = v}
    dy[n, t, j]; there is no ∂L/∂x (Bengio et al., 2003).
    """

    time_dependence = TimeDependence.NONE
    takes_indices = True
    weight = Parameter("W", decays=True)

    def __init__(
        self, num_embeddings: PositiveInt, embedding_dim: PositiveInt, *, weight_init: Initialiser | str = "normal"
    ) -> None:
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.weight_init = initialiser(weight_init)

    def declared_input_shape(self) -> Shape:
        return (ANY_LENGTH,)

    def shape_out(self, shape: Shape) -> Shape:
        return (*shape, self.embedding_dim)

    def parameter_shapes(self) -> dict[str, Shape]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        self.weight = self.weight_init(rng, self.weight.shape, *self.weight.shape)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the vectors of the tokens.

        Raises
        ------
        DataError
            If a token is outside 0 to V − 1.
        """
        if x.min() < 0 or x.max() >= self.num_embeddings:
            place = np.unravel_index(np.argmax((x < 0) | (x >= self.num_embeddings)), x.shape)
            raise DataError(
                f"the token at {list(map(int, place))} is {x[place]}, but {self.num_embeddings} tokens are numbered "
                f"from 0 to {self.num_embeddings - 1}"
            )
        return self.weight[x], {"x": x}  # (N, …, E)

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> None:
        tokens, rows = cache["x"].reshape(-1), delta.reshape(-1, self.embedding_dim)
        # Sorted by token, the deltas of each token are adjacent, and `reduceat` sums each stretch.
        order = np.argsort(tokens, kind="stable")
        present, starts = np.unique(tokens[order], return_index=True)
        gradient.weight[...] = 0
        gradient.weight[present] = np.add.reduceat(rows[order], starts, axis=0)

    def formulas(self, *, training: bool = True) -> Formulas:
        x, W, y, dW, dy = tensors("x W y dW dy")
        *places, k, j = *indices("n t h w")[: 1 + len(self.input_shape)], *indices("k j")
        return Formulas(
            forward=[y[*places, j] << W[x[*places], j]],
            backward=[dW[k, j] << Sum(places, dy[*places, j], where=equals(x[*places], k))],
        )
