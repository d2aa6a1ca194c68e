"""Traces that no network made: formulas at random, and formulas of every kind that a range can take."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from formula.expressions_at_random import ARRAYS, formulas
from whence.arrays import Array
from whence.formula import (
    ArgMax,
    Digit,
    Formula,
    Index,
    Max,
    Sum,
    differs,
    equals,
    erf,
    evaluate,
    exp,
    expm1,
    indices,
    log,
    log1p,
    max0,
    scalar,
    sigmoid,
    sqrt,
    tensors,
    walk,
)
from whence.formula.expressions import Constant, Number, Operation, Reduction, Size, affine
from whence.formula.formulas import rename
from whence.trace import Origin, Step, Trace

n, i, j, k, c, time = indices("n i j k c t")
u, v = Index("u", 2), Index("v", 2)
x, W, b, p, y, a, image, kernel, tokens, ids = tensors("x W b p y a image kernel tokens ids")
rows, columns, flat = Index("h", 3), Index("w", 4), Index("q", 24)

SHAPES = {"x": (3, 4), "W": (4, 2), "b": (2,), "p": (3, 4), "image": (3, 3, 4, 2), "kernel": (2, 2, 2, 3)}
SHAPES |= {"tokens": (3, 2, 4)}

EVERY_KIND = [
    a[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j],
    a[n, j] << Sum(k, exp(x[n, k]) * p[n, k] * W[k, j] ** 2),
    a[n, i] << Sum(k, x[n, k] * p[i, k]),
    scalar("a") << Sum((n, k), y[n] * x[n, k]),
    scalar("a") << Sum((n, j), y[n] * b[j] * 2),
    scalar("a") << Sum((j, k), W[k, j] * b[j]),
    scalar("a") << sqrt(Sum((n, k), x[n, k] ** 2) + Sum(j, b[j] ** 2)),
    a[k] << Sum(n, (x[n, k] - b[0]) ** 2),
    a[n] << log(Sum(k, exp(x[n, k] - y[n]))) + log1p(exp(b[0])) * expm1(b[1]),
    a[j] << Sum(k, erf(W[k, j]) * max0(W[k, j])),
    a[j] << Sum(k, sigmoid(W[k, j]) * W[k, j]),
    a[n] << Sum(k, (x[n, k] > 0) * p[n, k]),
    a[n, c] << Max((rows, columns), image[n, rows, columns, c]),
    a[n, rows, columns, i] << Sum((u, v, c), image[n, rows + u - 1, columns + v, c] * kernel[u, v, c, i]),
    a[n, rows, columns, c] << Sum((u, v, i), image[n, rows - u, columns - v, c] * kernel[u, v, c, i]),
    a[u, v, c, i] << Sum((n, rows, columns), image[n, rows + u, columns + v, c] * x[n, i]),
    a[n, flat] << image[n, Digit(affine(flat), 8), Digit(affine(flat), 2, 4), Digit(affine(flat), 1, 2)],
    a[j] << Sum((n, time), tokens[n, time, j]),
    a[n, j] << Sum((time, k), tokens[n, time, k] * W[k, j]),
    a[k, j] << Sum((n, time), tokens[n, time, k] * W[ids[n, time], j]),
    a[n] << x[n, y[n]] + W[y[n], 1] + x[y[n], y[n]] + image[0, 0, y[n], 1],
    scalar("a") << Sum(n, W[y[n], 0]),
    a[j] << Sum((n, time), (ids[n, time] > j) * b[j]),
    a[n, j] << Sum(k, x[n, k] * W[k, j], where=[1 <= 1 * k, k <= n + 1]),
    a[n, j] << Sum(k, x[n, k] * W[k, j], where=differs(k, n)),
    a[columns, j] << Sum((n, time), tokens[n, time, j], where=equals(ids[n, time], columns)),
    a[n, rows, c] << Max((u, columns), image[n, rows + u - 1, columns, c], where=[0 <= rows + u - 1, columns > 1]),
    a[n, k] << Max(i, x[i, k], where=x[i, k] <= x[n, k]),
    a[n, rows, c] << ArgMax((u, columns), image[n, rows + u - 1, columns, c], where=rows + u > 0),
    a[k] << ArgMax(n, x[n, k] ** 2, where=differs(y[n], k)) + ArgMax(n, -p[n, k]),
]


def every_kind() -> Trace:
    """Return a trace with each of the formulas above."""
    rng = np.random.default_rng(4)
    arrays: dict[str, Array] = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    arrays |= {"y": np.array([2, 0, 1]), "ids": rng.integers(0, 4, (3, 2))}
    return _trace(arrays, EVERY_KIND, "a")


def at_random() -> Trace:
    """Return a trace with random formulas, of which none has a part that may be infinite."""
    found: list[Formula] = []

    @settings(
        max_examples=150,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(formulas)
    def collect(formula: Formula) -> None:
        if all(_is_finite(node) for node in walk(formula.expression)):
            found.append(formula)

    collect()
    return _trace(ARRAYS, found, "z")


def _is_finite(node: object) -> bool:
    if isinstance(node, Reduction):
        return node.kind != "Max" or not node.where  # the largest of nothing is no number of a sheet
    if not isinstance(node, Operation) or node.symbol != "/":
        return True
    return isinstance(node.right, Constant | Size) or (isinstance(node.right, Number) and node.right.value != 0)


def _trace(given_arrays: dict[str, Array], made: list[Formula], target: str) -> Trace:
    arrays, origins = dict(given_arrays), {name: Origin("data") for name in given_arrays}
    numbered = {}
    for number, formula in enumerate(made):
        name = f"f{number}"
        numbered[name] = rename(formula, lambda old, new=name: new if old == target else old)
        arrays[name] = evaluate(formula, given_arrays)
        origins[name] = Origin("forward")
    steps = (Step("data", None, tuple(given_arrays)), Step("layer", 1, tuple(numbered)))
    description = {"loss": {"loss": "none"}, "optimizer": {"optimizer": "none"}, "classes": None}
    return Trace(arrays, numbered, origins, steps, (), description)
