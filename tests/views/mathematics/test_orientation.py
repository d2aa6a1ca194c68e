"""Samples as columns: which arrays are transposed, and how their formulas follow."""

import numpy as np

from whence.formula import Sum, evaluate, indices, tensors, write
from whence.views.mathematics import arrays_in_columns, formula_in_columns

n, i, j, h, w, c, d = indices("n i j h w c d")
x, W, b, y, K = tensors("x W b y K")


def test_matrices_are_transposed_and_products_turned_round():
    formula = y[n, j] << Sum(i, x[n, i] * W[i, j]) + b[j]
    assert write(formula_in_columns(formula)) == "y[j, n] = Σ_i W[j, i] · x[i, n] + b[j]"


def test_larger_arrays_have_their_samples_last_and_others_stay():
    rng = np.random.default_rng(0)
    formula = y[n, h, w, d] << Sum(c, x[n, h, w, c] * K[h, w, c, d]) + b[d]
    turned = formula_in_columns(formula)
    assert write(turned) == "y[h, w, d, n] = Σ_c x[h, w, c, n] · K[h, w, c, d] + b[d]"
    arrays = {"x": rng.random((5, 2, 3, 4)), "K": rng.random((2, 3, 4, 2)), "b": rng.random(2)}
    arrays["y"] = evaluate(formula, arrays)
    in_columns = arrays_in_columns(arrays, {"y": formula})
    assert {name: array.shape for name, array in in_columns.items()} == {
        "x": (2, 3, 4, 5),
        "K": (2, 3, 4, 2),
        "b": (2,),
        "y": (2, 3, 2, 5),
    }
    np.testing.assert_allclose(evaluate(turned, in_columns), in_columns["y"], rtol=1e-12)


def test_an_axis_on_which_every_other_place_is_read_is_not_one_of_samples():
    formula = y[n, j] << Sum(h, x[2 * n, h, j])
    assert write(formula_in_columns(formula)) == "y[j, n] = Σ_h x[2 n, h, j]"
