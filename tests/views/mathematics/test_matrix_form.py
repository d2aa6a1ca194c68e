"""Matrix forms say the same as index forms, for everything that has one, and read as in a textbook."""

import numpy as np
import pytest
from matrix_algebra import Algebra

import traced_networks as networks
from exhaustive import one_of_each
from nn.examples import ALL, kind_of_layer
from nn.losses import loss_cases
from optim import optimizer_cases
from whence.formula import Index, Sum, scalar, tensors, to_plain
from whence.formula.evaluate import find_extents
from whence.nn import BatchNorm, CrossEntropy, Dropout, LayerNorm, Linear, MeanSquaredError, ReLU, Sequential, Softmax
from whence.optim import SGD, Adam
from whence.trace import trace
from whence.views.mathematics import arrays_in_columns, formula_in_columns, matrix_form

rows_and_columns = pytest.mark.parametrize("rows", [True, False], ids=["rows", "columns"])


def check(step, rows, least):
    """Assert that every matrix form of a trace gives the recorded array, and that there are enough of them."""
    formulas, arrays = step.formulas, step.arrays
    if not rows:
        formulas = {name: formula_in_columns(formula) for name, formula in formulas.items()}
        arrays = arrays_in_columns(arrays, step.formulas)
    algebra = Algebra(formulas, arrays, rows, lambda formula: find_extents(formula, arrays))
    found = 0
    for name, formula in formulas.items():
        form = matrix_form(formula, step, rows=rows)
        if form is not None:
            expected = algebra.values[name]
            np.testing.assert_allclose(
                algebra.right_side(form, formula), expected, rtol=1e-7, atol=1e-9, err_msg=to_plain(form)
            )
            found += 1
    assert found >= least


@rows_and_columns
@one_of_each("example", [example for example in ALL if example.shape], kind_of_layer)
def test_every_layer(example, rows):
    check(networks.traced_example(example)[0], rows, 5)


@rows_and_columns
@one_of_each("case", [case for case in loss_cases.CASES if len(case.outputs) == 1], loss_cases.kind)
def test_every_loss(case, rows):
    loss_fn, _, targets = case.make(5)
    net = Sequential(Linear(4, *case.outputs), dtype=np.float64)
    check(trace(net, loss_fn, SGD(0.1), np.random.default_rng(1).normal(size=(5, 4)), targets), rows, 6)


@rows_and_columns
@one_of_each(("name", "config"), optimizer_cases.CASES, optimizer_cases.kind)
def test_every_optimizer(name, config, rows):
    net = networks.classifier(4)
    check(trace(net, CrossEntropy(), optimizer_cases.make(name, config), *networks.batch()), rows, 18)


def written(step, *names, rows=True):
    formulas = step.formulas if rows else {name: formula_in_columns(step.formulas[name]) for name in names}
    return [to_plain(matrix_form(formulas[name], step, rows=rows)) for name in names]


@pytest.fixture
def classifier():
    return networks.traced_classifier(4)


def test_the_equations_of_backpropagation_with_samples_as_rows(classifier):
    assert written(classifier, "z1", "a1", "loss", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "W1_new") == [
        "z1 = x W1 + 𝟏 b1",
        "a1 = max(0, z1)",
        "loss = 𝟏ᵀ ℓ / N",
        "dz2 = (p − Y) / N",
        "dW2 = a1ᵀ dz2",
        "db2 = 𝟏ᵀ dz2",
        "da1 = dz2 W2ᵀ",
        "dz1 = da1 ⊙ slope1",
        "dW1 = xᵀ dz1",
        "W1_new = W1 − η dW1",
    ]


def test_the_equations_of_backpropagation_with_samples_as_columns(classifier):
    assert written(classifier, "z1", "loss", "dz2", "dW2", "db2", "da1", "dz1", rows=False) == [
        "z1 = W1 x + b1 𝟏ᵀ",
        "loss = ℓ 𝟏 / N",
        "dz2 = (p − Y) / N",
        "dW2 = dz2 a1ᵀ",
        "db2 = dz2 𝟏",
        "da1 = W2ᵀ dz2",
        "dz1 = da1 ⊙ slope1",
    ]


def test_normalisation_and_dropout():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(), *networks.batch())
    assert written(step, "mean2", "x̂2", "u2", "r2", "dγ2", "da2", "v_W1_new") == [
        "mean2 = 𝟏ᵀ z1 / N",
        "x̂2 = (z1 − 𝟏 mean2) diag(√(var2 + ε))⁻¹",
        "u2 = x̂2 diag(γ2) + 𝟏 b2",
        "r2 = a2 ⊙ mask2",
        "dγ2 = 𝟏ᵀ (du2 ⊙ x̂2)",
        "da2 = dr2 ⊙ mask2",
        "v_W1_new = β₂ v_W1 + (1 − β₂) dW1^⊙2",
    ]


def test_softmax_and_layer_normalisation():
    net = Sequential(Linear(5, 4), LayerNorm(), Softmax(), dtype=np.float64)
    x, _ = networks.batch()
    step = trace(net, MeanSquaredError(), SGD(0.1), x, np.zeros((6, 4)))
    assert written(step, "mean2", "S2", "a2", "du2") == [
        "mean2 = z1 𝟏 / K",
        "S2 = exp(u2 − M2 𝟏ᵀ) 𝟏",
        "a2 = diag(S2)⁻¹ exp(u2 − M2 𝟏ᵀ)",
        "du2 = a2 ⊙ (da2 − (da2 ⊙ a2) 𝟏 𝟏ᵀ)",
    ]


def test_what_has_no_matrix_form_has_none(classifier):
    assert matrix_form(classifier.formulas["M"], classifier) is None
    assert matrix_form(classifier.formulas["ℓ"], classifier) is None
    a, b = tensors("a b")
    i, j, k = (Index(name) for name in "ijk")
    assert matrix_form(a[i, j, k] << b[i, j, k], ()) is None
    assert matrix_form(a[i, j, k] << b[i, j], ()) is None
    assert matrix_form(a[i, j, k] << 2 * scalar("b"), ()) is None
    assert matrix_form(a[i, j] << b[i, j + 1], ()) is None
    assert matrix_form(scalar("a") << 2 * scalar("b"), ()) is None


def test_any_arrays_give_a_matrix_product():
    a, b, c = tensors("A B C")
    n, k, j = (Index(name) for name in "nkj")
    assert to_plain(matrix_form(c[n, j] << Sum(k, a[n, k] * b[k, j]), ())) == "C = A B"
    assert to_plain(matrix_form(c[n, j] << Sum(k, b[k, j] * a[n, k]), ())) == "C = A B"
    assert to_plain(matrix_form(c[j, n] << Sum(k, a[n, k] * b[k, j]), ())) == "C = Bᵀ Aᵀ"
    assert to_plain(matrix_form(c[n, j] << Sum(k, a[k, n] * b[j, k]), ())) == "C = Aᵀ Bᵀ"
    assert to_plain(matrix_form(c[n, j] << a[n, j] - (b[n, j] - a[n, j]), ())) == "C = A − (B − A)"
    assert to_plain(matrix_form(c[n, j] << a[n, j] - (-b[n, j]), ())) == "C = A − (−B)"
    assert to_plain(matrix_form(c[n, j] << -(a[n, j] + b[n, j]) - a[n, j] * b[n, j], ())) == "C = −(A + B) − A ⊙ B"
    assert to_plain(matrix_form(c[n, j] << -(2 * a[n, j]) + b[n, j], ())) == "C = −2 A + B"
    assert to_plain(matrix_form(c[n, j] << -a[n, j] / b[n, j], ())) == "C = (−A) / B"
    assert matrix_form(c[n, j] << Sum(k, a[n, k] * b[k, j], where=k <= n), ()) is None
    assert to_plain(matrix_form(c[n, j] << 2 * Sum(k, a[n, k] * b[k, j]), ())) == "C = 2 A B"
