"""First values of parameters: constants, and random draws scaled by how many inputs and outputs a unit has."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import ArgumentError
from whence.registry import Registry
from whence.spelling import read_spelling, write_spelling


class Initialiser(Protocol):
    """Gives a parameter its first values."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return a float64 array of ``shape``.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where random numbers come from.
        shape : tuple of int
            The parameter's shape.
        fan_in, fan_out : int
            How many inputs feed one output of the layer, and how many outputs one input feeds.
        """
        ...


initialisers: Registry[type[Initialiser]] = Registry("initialiser")


class _Spelled:
    """Takes finite numbers only, and is written as it is spelled in options: ``uniform(-0.2, 0.2)``."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            if not math.isfinite(getattr(self, field.name)):
                raise ArgumentError(f"{self} has a {field.name} that is not finite; give a number such as 0.1")

    def __str__(self) -> str:
        return write_spelling(self, initialisers, [getattr(self, field.name) for field in fields(self)])  # type: ignore[arg-type]


@initialisers.register("zeros")
@dataclass(frozen=True)
class Zeros(_Spelled):
    """All zero."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return np.zeros(shape)


@initialisers.register("constant")
@dataclass(frozen=True)
class Constant(_Spelled):
    """All equal to ``value``."""

    value: float

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return np.full(shape, self.value)


@initialisers.register("uniform")
@dataclass(frozen=True)
class Uniform(_Spelled):
    """Uniform between ``low`` and ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise ArgumentError(f"uniform({self.low:g}, {self.high:g}) is empty; the first bound must be the smaller")

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.uniform(self.low, self.high, shape)


@initialisers.register("normal")
@dataclass(frozen=True)
class Normal(_Spelled):
    """Normal with mean 0 and standard deviation ``sigma``."""

    sigma: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sigma > 0:
            raise ArgumentError(f"normal({self.sigma:g}) has no spread; the standard deviation must be positive")

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, self.sigma, shape)


@initialisers.register("glorot_uniform")
@dataclass(frozen=True)
class GlorotUniform(_Spelled):
    """Uniform in ±√(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, shape)


@initialisers.register("glorot_normal")
@dataclass(frozen=True)
class GlorotNormal(_Spelled):
    """Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(2.0 / (fan_in + fan_out)), shape)


@initialisers.register("he_uniform")
@dataclass(frozen=True)
class HeUniform(_Spelled):
    """Uniform in ±√(6 / fan_in) (He et al., 2015)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(6.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


@initialisers.register("he_normal", "he")
@dataclass(frozen=True)
class HeNormal(_Spelled):
    """Normal with variance 2 / fan_in (He et al., 2015)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(2.0 / fan_in), shape)


@initialisers.register("lecun_uniform")
@dataclass(frozen=True)
class LeCunUniform(_Spelled):
    """Uniform in ±√(3 / fan_in) (LeCun et al., 1998)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        bound = math.sqrt(3.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


@initialisers.register("lecun_normal")
@dataclass(frozen=True)
class LeCunNormal(_Spelled):
    """Normal with variance 1 / fan_in (LeCun et al., 1998)."""

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        return rng.normal(0.0, math.sqrt(1.0 / fan_in), shape)


@initialisers.register("orthogonal")
@dataclass(frozen=True)
class Orthogonal(_Spelled):
    """``gain`` times a random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014).

    The matrix has the last axis of the shape as its columns and all others as its rows.
    """

    gain: float = 1.0

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


def initialiser(spelling: Initialiser | str) -> Initialiser:
    """Return the initialiser that a text such as ``"he_normal"`` or ``"uniform(-0.2, 0.2)"`` names.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    ArgumentError
        If its numbers are not ones that it takes.
    """
    if not isinstance(spelling, str):
        return spelling
    return read_spelling(spelling, initialisers, "uniform(-0.2, 0.2)")


def default_initialiser(before_rectifier: bool) -> Initialiser:
    """Return He's initialiser for a layer that a rectifier follows, Glorot's for any other."""
    return HeNormal() if before_rectifier else GlorotUniform()
