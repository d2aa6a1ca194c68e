"""First values of parameters: constants, and random draws scaled by the numbers of inputs and outputs of a unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from whence.arguments import Positive, checks_arguments
from whence.arrays import Array, Shape
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError, missing_method

initialisers: ClassRegistry[Initialiser] = ClassRegistry("initialiser", "initialisers")


class Initialiser(Configurable):
    """A rule for the first values of a parameter.

    A subclass declares its settings by its constructor (see `Configurable`), enters itself in the registry
    ``initialisers``, and has `__call__`.
    """

    registry: ClassVar = initialisers

    def to_json(self) -> str:
        """Return the text notation, which the constructors of layers accept."""
        return str(self)

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return a float64 array of ``shape``.

        Parameters
        ----------
        rng : numpy.random.Generator
            The source of random numbers.
        shape : tuple of int
            The parameter's shape.
        fan_in, fan_out : int
            The number of inputs of one output of the layer, and the number of outputs of one input.
        """
        raise missing_method(self, "__call__")


@initialisers.register("zeros")
class Zeros(Initialiser):
    """All zero."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return np.zeros(shape)


@initialisers.register("constant")
@dataclass(eq=False, repr=False)
class Constant(Initialiser):
    """All equal to ``value``."""

    value: float

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return np.full(shape, self.value)


@initialisers.register("uniform")
@dataclass(eq=False, repr=False)
class Uniform(Initialiser):
    """Uniform between ``low`` and ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ArgumentError(f"uniform({self.low:g}, {self.high:g}) is empty; the first bound must be the smaller")

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.uniform(self.low, self.high, shape)


@initialisers.register("normal")
@dataclass(eq=False, repr=False)
class Normal(Initialiser):
    """Normal with mean 0 and standard deviation ``sigma``."""

    sigma: Positive = 1.0

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, self.sigma, shape)


@initialisers.register("glorot_uniform")
class GlorotUniform(Initialiser):
    """Uniform in ±√(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, shape)


@initialisers.register("glorot_normal")
class GlorotNormal(Initialiser):
    """Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(2.0 / (fan_in + fan_out)), shape)


@initialisers.register("he_uniform")
class HeUniform(Initialiser):
    """Uniform in ±√(6 / fan_in) (He et al., 2015)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(6.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


@initialisers.register("he_normal", "he")
class HeNormal(Initialiser):
    """Normal with variance 2 / fan_in (He et al., 2015)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(2.0 / fan_in), shape)


@initialisers.register("lecun_uniform")
class LeCunUniform(Initialiser):
    """Uniform in ±√(3 / fan_in) (LeCun et al., 1998)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(3.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


@initialisers.register("lecun_normal")
class LeCunNormal(Initialiser):
    """Normal with variance 1 / fan_in (LeCun et al., 1998)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(1.0 / fan_in), shape)


@initialisers.register("orthogonal")
@dataclass(eq=False, repr=False)
class Orthogonal(Initialiser):
    """``gain`` times a random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014).

    The last axis of the shape is that of the columns; all others are merged into rows.
    """

    gain: float = 1.0

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


@checks_arguments
def initialiser(notation: Initialiser | str) -> Initialiser:
    """Return the initialiser that a text such as ``"he_normal"`` or ``"uniform(-0.2, 0.2)"`` describes.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    ArgumentError
        If it does not take these settings.
    """
    return initialisers.read(notation)
