"""Dropout: in training, each value is set to zero with some probability, and the others are scaled up."""

from __future__ import annotations

import numpy as np

from whence.arguments import Fraction
from whence.arrays import Array, Views
from whence.errors import ArgumentError
from whence.formula import Formulas, tensors
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, Layer, TimeDependence, layers


@layers.register("dropout")
class Dropout(Layer):
    """``r = x · mask`` in training, where the mask is 0 with probability p and 1 / (1 − p) otherwise; else ``r = x``.

    Parameters
    ----------
    p : float
        The probability that a value is set to zero, in [0, 1).

    Notes
    -----
    This is inverted dropout: values are scaled in training, so that inference does nothing. Backward, dx = dr · mask
    (Srivastava et al., 2014).
    """

    time_dependence = TimeDependence.NONE
    output_symbol = "r"

    def __init__(self, p: Fraction = 0.5) -> None:
        self.p = p

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return x times a new mask in training, otherwise x itself.

        Raises
        ------
        ArgumentError
            If there is no ``rng`` in training.
        """
        if not context.training:
            return x, {}
        mask = dropout_mask(self, self.p, x, context.rng)
        return x * mask, {"mask": mask}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        return delta * cache["mask"] if "mask" in cache else delta

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return r, then dx; the mask is drawn at random and has no formula."""
        x, r, mask, dx, dr = tensors("x r mask dx dr")
        e = self.element()
        if not training:
            return Formulas(forward=[r[e] << x[e]], backward=[dx[e] << dr[e]])
        return Formulas(forward=[r[e] << x[e] * mask[e]], backward=[dx[e] << dr[e] * mask[e]])


def dropout_mask(layer: Layer, p: float, x: Array, rng: np.random.Generator | None) -> Array:
    """Return 0 with probability p and 1 / (1 − p) otherwise, for each value of x.

    Raises
    ------
    ArgumentError
        If there is no ``rng``; the message names the layer.
    """
    if rng is None:
        raise ArgumentError(f"{layer!r} draws a mask in training; give forward a numpy.random.Generator as rng")
    draws = np.asarray(rng.random(x.shape, dtype=x.dtype.type))
    mask = (draws >= p).astype(x.dtype)
    mask *= 1 / (1 - p)
    return mask
