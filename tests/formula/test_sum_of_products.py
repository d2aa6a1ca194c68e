"""A sum of products by matrix products is the one that its formula says."""

import numpy as np
import pytest

from whence.errors import FormulaError
from whence.formula import Index, Sum, equals, evaluate, exp, indices, tensors
from whence.formula.sum_of_products import SumOfProducts

n, i, j, k = indices("n i j k")
h, u = Index("h", 3), Index("u", 2)
x, y, W, V, Q, out = tensors("x y W V Q out")
SHAPES = {"x": (4, 5), "y": (4,), "W": (5, 6), "V": (6, 3), "Q": (5, 5)}
FORMULAS = {
    "a matrix product": out[n, j] << Sum(i, x[n, i] * W[i, j]),
    "two of them": out[n, k] << Sum((i, j), x[n, i] * W[i, j] * V[j, k]),
    "all in one": out[n] << Sum((i, j, k), W[i, j] * V[j, k] * x[n, i] * x[n, j - 1]),
    "a window with padding": out[n, h] << Sum((u, j), x[n, 2 * h + u - 1] * W[2 * h + u - 1, j]),
    "a condition": out[i] << Sum((n, j), x[n, i] * W[i, j], where=n > j),
    "an index from an array": out[n] << Sum((i, j), x[n, i] * W[i, j], where=equals(y[n], j)),
    "a factor that is a sum": out[n] << Sum((i, j), (x[n, i] + x[n, j - 1]) * W[i, j]),
    "a function": out[j] << Sum(i, exp(-W[i, j])),
    "one index twice": out[n] << Sum(i, Q[i, i] * x[n, i]),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values_are_those_of_the_formula(name, rng):
    formula = FORMULAS[name]
    made = SumOfProducts(formula)
    for samples in (4, 2):
        arrays = {array: rng.normal(size=shape) for array, shape in SHAPES.items()} | {"y": np.array([3, 0, 5, 5])}
        arrays |= {array: arrays[array][:samples] for array in ("x", "y")}
        assert np.allclose(made(arrays), evaluate(formula, arrays), rtol=1e-13, atol=1e-13)


def test_the_dtype_is_that_of_the_arrays(rng):
    arrays = {name: rng.normal(size=SHAPES[name]).astype(np.float32) for name in ("x", "W", "V")}
    assert SumOfProducts(FORMULAS["all in one"])(arrays).dtype == np.float32


def test_what_is_no_sum_is_refused():
    with pytest.raises(FormulaError, match="out is not a sum of products"):
        SumOfProducts(out[n, i] << x[n, i])
