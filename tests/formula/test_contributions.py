"""What each term contributes adds up to the cell, for every array of every kind of network."""

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive
from nn.examples import EXAMPLES
from whence.formula import Index, Max, Sum, evaluate_cell, scalar, tensors, write
from whence.formula.contributions import longest_sum, outside, terms_of, without_outside
from whence.formula.filling import fill
from whence.nn import LSTM, Conv2d, CrossEntropy, Flatten, Last, Linear, Sequential
from whence.optim import SGD, Adam
from whence.trace import trace


def filled(step, name, index):
    return fill(step.formulas[name], index, step.arrays)


def every_term(terms):
    return terms.at(terms.by_size())


@pytest.fixture(scope="module")
def recurrent():
    net = Sequential(LSTM(3, 4), Last(), Linear(4, 3), input_shape=(5, 3), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 2]))


@pytest.fixture(scope="module")
def convolved():
    net = Sequential(
        Conv2d(1, 2, 3), Conv2d(2, 3, 3), Flatten(), Linear(12, 3), input_shape=(6, 6, 1), dtype=np.float64, seed=1
    )
    x = np.random.default_rng(0).normal(size=(1, 6, 6, 1))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([1]))


@pytest.mark.parametrize("layer", EXAMPLES)
@pytest.mark.parametrize("most", [2, pytest.param(None, marks=exhaustive)])
def test_contributions_add_up_to_the_cell(layer, most):
    rng = np.random.default_rng(0)
    for step, names in networks.traced_formulas(EXAMPLES[layer][:most], lambda: Adam(clip_norm=1)):
        for name in names:
            index = tuple(int(rng.integers(length)) for length in step[name].shape)
            terms = terms_of(filled(step, name, index), step.arrays)
            value = float(step[name][index])
            found = every_term(terms)
            assert sum(term.value for term in found) == pytest.approx(value, rel=1e-9, abs=1e-12)
            assert terms.values[~terms.inside] == pytest.approx(0)
            sizes = [abs(term.value) for term in found]
            assert sizes == sorted(sizes, reverse=True)
            sources = {source for term in found for source in term.sources(step.arrays)}
            assert sources == set(step.cell(name, *index).sources)


def test_terms_are_written_with_their_places():
    step = trace(*networks.r2())
    z = every_term(terms_of(filled(step, "z1", (1, 2)), step.arrays))
    assert {write(term.expression) for term in z} == {*(f"x[1, {i}] · W1[{i}, 2]" for i in range(4)), "b1[2]"}
    assert write(filled(step, "z1", (1, 2))) == "Σ_i x[1, i] · W1[i, 2] + b1[2]"
    update = every_term(terms_of(filled(step, "W1_new", (0, 0)), step.arrays))
    assert {write(term.expression) for term in update} == {"W1[0, 0]", "−η · dW1[0, 0]"}


def test_a_mean_is_taken_apart_and_indices_become_numbers():
    step = networks.traced_classifier(4)
    loss = every_term(terms_of(filled(step, "loss", ()), step.arrays))
    assert {write(term.expression) for term in loss} == {f"ℓ[{n}] / 6" for n in range(6)}
    assert write(filled(step, "dz2", (0, 2))) == "(p[0, 2] − [2 = y[0]]) / 6"


def test_the_longest_sum_is_found_within_a_function(recurrent):
    gate = filled(recurrent, "i1", (1, 2, 3))
    assert len(terms_of(gate, recurrent.arrays)) == 1
    terms = longest_sum(gate, recurrent.arrays)
    assert len(terms) == 3 + 4 + 1
    odds = recurrent["i1"][1, 2, 3] / (1 - recurrent["i1"][1, 2, 3])
    assert terms.values.sum() == pytest.approx(np.log(odds))


def test_the_largest_of_a_maximum_is_the_highest():
    step = networks.traced_classifier(4)
    terms = longest_sum(filled(step, "M", (0,)), step.arrays)
    assert terms.kind == "Max"
    assert terms.largest(1)[0].value == step["M"][0]


def test_terms_outside_the_arrays_are_counted_apart_from_zeros(convolved):
    terms = longest_sum(filled(convolved, "dz1", (0, 0, 0, 0)), convolved.arrays)
    assert (len(terms), terms.outside, terms.zeros) == (27, 24, 0)
    assert len(terms.largest(8)) == 3
    relu = networks.traced_classifier(4)
    terms = longest_sum(filled(relu, "dW2", (1, 0)), relu.arrays)
    assert terms.zeros == (relu["a1"][:, 1] == 0).sum()
    assert all(term.value for term in terms.largest(6))


def test_what_lies_outside_is_not_written(recurrent):
    def kept(name, index):
        found = without_outside(filled(recurrent, name, index), recurrent.arrays)
        return write(found), [write(entry) for entry in outside(found, recurrent.arrays)]

    assert kept("δ1", (0, 1, 6)) == ("δf1[0, 1, 2]", [])
    assert "h1" not in kept("f1", (0, 0, 1))[0]
    assert kept("c1", (0, 0, 1)) == ("i1[0, 0, 1] · g1[0, 0, 1]", [])
    assert kept("c1", (0, 1, 1))[0].count("·") == 2
    assert kept("δf1", (0, 0, 1))[1] == ["c1[0, −1, 1]"]


@pytest.mark.parametrize("reduction", [Sum, Max])
def test_terms_that_are_no_numbers_come_first(reduction):
    (x,), i = tensors("x"), Index("i")
    arrays = {"x": np.array([3.0, np.nan, -5.0, np.nan, 7.0])}
    cell = evaluate_cell(scalar("y") << reduction(i, 2 * x[i]), (), arrays)
    assert [write(term.expression) for term in cell.terms.largest(3)] == ["2 · x[1]", "2 · x[3]", "2 · x[4]"]
    assert cell.in_numbers(terms=2).text.count("NaN") >= 2


def test_a_cell_is_filled_once(monkeypatch):
    step = trace(*networks.r2())
    filled = []
    monkeypatch.setattr("whence.formula.cell.fill", lambda *given: filled.append(given[1]) or fill(*given))
    cell = step.cell("z1", 1, 2)
    assert (len(cell.terms), len(cell.sources), cell.is_sum_of_terms) == (5, 9, True)
    assert cell.in_numbers().text and cell.inside and str(cell)
    assert filled == [(1, 2)]
