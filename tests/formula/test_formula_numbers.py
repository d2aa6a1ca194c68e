"""A cell in numbers: short where its sums are long, and right where it is read with a calculator."""

import re

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive
from nn.examples import EXAMPLES
from whence.formula import Index, Max, Sum, exp, indices, max0, scalar, sqrt, tensors
from whence.formula.filling import fill
from whence.formula.numbers import in_numbers

i, j = indices("i j")
u = Index("u", 3)
x, y = tensors("x y")
ARRAYS = {"x": np.array([0.5, -4.0, 0.0, 3.0, 0.25, 0.0]), "y": np.array([1.0, -2.0])}


def written(expression, arrays=ARRAYS, **options):
    return in_numbers(fill(scalar("cell") << expression, (), arrays), arrays, **options).text


@pytest.mark.parametrize(
    ("expression", "terms", "text"),
    [
        (Sum(i, x[i]), None, "0.5 + (−4) + 0 + 3 + 0.25 + 0"),
        (Sum(i, x[i]), 2, "−4 + 3 + 2 other terms that add up to 0.75 + 2 zeros"),
        (Sum(i, x[i]), 3, "0.5 + (−4) + 3 + 0.25 + 2 zeros"),
        (Sum(i, x[i]), 4, "0.5 + (−4) + 3 + 0.25 + 2 zeros"),
        (Sum(i, 0 * x[i]), 3, "6 zeros"),
        (Sum(i, x[i]) / 2 - 1, 2, "(−4 + 3 + 2 other terms that add up to 0.75 + 2 zeros) / 2 − 1"),
        (exp(-(Sum(i, x[i]) + y[0])), 2, "exp(−(−4 + 3 + 3 other terms that add up to 1.75 + 2 zeros))"),
        (y[0] - Sum(j, y[j]), 6, "1 − 1 − (−2)"),
        (Max(i, x[i]), None, "max(0.5, −4, 0, 3, 0.25, 0)"),
        (Max(i, x[i]), 2, "max(3, 0.5, 4 more)"),
        (max0(y[1]) + sqrt(y[0]), 6, "max(0, −2) + √(1)"),
        (Sum(u, x[u + 4]), 6, "0.25 + 0"),
        (Sum(u, x[u + 5] * y[0]), 1, "0 · 1"),
        (Sum(u, x[u + 6]), 6, "0"),
        (y[1] + x[0] * y[2], 6, "−2"),
        (x[0] * y[2], 6, "0.5 · 0"),
        ((y[0] > 0) * y[1] ** 2, 6, "[1 > 0] · (−2)²"),
    ],
)
def test_a_cell_in_numbers(expression, terms, text):
    assert written(expression, terms=terms) == text


def test_there_are_as_many_digits_as_the_value_needs():
    close = {"p": np.array([0.99999123])}
    (p,) = tensors("p")
    assert written(1 - p[0], close) == "1 − 0.99999123"
    assert written(p[0] - 2, close) == "1.000 − 2"
    small = {"p": np.array([1.2344e-9, 3e-7])}
    assert written(p[0] * p[1], small) == "1.2344e−9 · 3e−7"
    assert written(p[0] * p[1], small, digits=2) == "1.23e−9 · 3e−7"
    assert written((p[0] + p[1]) ** 2, small) == "(1.234e−9 + 3e−7)²"
    assert written(p[0] ** 2, small) == "(1.2344e−9)²"
    undefined = {"p": np.array([np.nan, 1.23456])}
    assert written(p[0] * p[1], undefined) == "NaN · 1.235"


@pytest.mark.parametrize("layer", EXAMPLES)
@pytest.mark.parametrize("most", [2, pytest.param(None, marks=exhaustive)])
def test_no_cell_of_any_layer_is_a_wall_of_numbers(layer, most):
    rng = np.random.default_rng(0)
    for step, names in networks.traced_formulas(EXAMPLES[layer][:most]):
        for name in names:
            index = tuple(int(rng.integers(length)) for length in step[name].shape)
            numbers = step.cell(name, *index).in_numbers(terms=4).text
            assert len(re.findall(r"\d+(?:\.\d+)?(?:e−\d+)?", numbers)) < 60, f"{name}: {numbers}"
