"""Which cells an exercise leaves blank, and that nothing shows their numbers."""

import numpy as np
import pytest

from whence.errors import ArgumentError, TooLargeError
from whence.formula.cell import cell_name
from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.nn.architecture import network
from whence.optim import SGD
from whence.trace import trace
from whence.views.exercise import make_exercise


def traced(net, shape, targets=2):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, *shape)), rng.integers(0, targets, 4)
    return trace(net, CrossEntropy(), SGD(0.1), x, y)


@pytest.fixture
def step():
    return traced(Sequential(Linear(2, 3), ReLU(), Linear(3, 2), seed=1), (2,))


def test_the_blanks_are_the_computed_cells_of_one_chain(step):
    names = [cell_name(*blank) for blank in make_exercise([step], 3).blanks]
    assert names[0].startswith("z1[") and "loss" in names and names[-1].startswith("W1_new[")
    assert {name.split("[")[0] for name in names} >= {"z1", "a1", "z2", "loss", "p", "dz2", "da1", "dz1", "dW1"}


def test_a_seed_gives_the_same_blanks_and_another_seed_others(step):
    sheets = [make_exercise([step], seed).blanks for seed in range(8)]
    assert sheets == [make_exercise([step], seed).blanks for seed in range(8)]
    assert len(set(sheets)) == 8


def test_no_number_of_a_blank_is_left_in_the_arrays(step):
    for seed in range(8):
        exercise = make_exercise([step], seed)
        telling = [answer for answer in np.abs(exercise.answers) if answer not in (0, 1)]
        left = np.concatenate([np.abs(exercise.blanked[name]).ravel() for name in step.formulas])
        assert telling and not any(np.isclose(left, answer, rtol=1e-6, atol=0).any() for answer in telling)
        assert all(np.isnan(exercise.blanked[name][index]) for name, index in exercise.blanks)


def test_other_numbers_are_as_they_were(step):
    exercise = make_exercise([step], 1)
    for name, array in exercise.blanked.items():
        shown = ~exercise.hidden.get(name, np.zeros(array.shape, bool))
        assert np.array_equal(array[shown], step[name][shown])


def test_a_copy_of_a_blank_is_hidden_but_not_asked_for():
    step = traced(network("linear 3, relu, flatten, linear 2", (2, 2), dtype="float64", seed=0), (2, 2))
    exercise = make_exercise([step], 0)
    assert not {"f1", "da1"} & exercise.by_array.keys()
    assert exercise.hidden["f1"].any() and exercise.hidden["da1"].any()


def test_a_network_too_large_is_refused_with_what_is_possible():
    large = traced(Sequential(Linear(200, 3), seed=0), (200,), 3)
    with pytest.raises(TooLargeError, match=r"computed from 200 numbers, more than the 40 .* smaller|fewer inputs"):
        make_exercise([large], 0)


def test_several_steps_are_refused(step):
    with pytest.raises(ArgumentError, match="one training step, but 2 were given"):
        make_exercise([step, step], 0)
