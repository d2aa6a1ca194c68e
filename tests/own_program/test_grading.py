"""Grading a program: what is right in it, its first wrong cell, its conventions and the likely slip."""

import numpy as np
import pytest
import students
from programs import ARCHITECTURE, LOSS, RATE, SLIPS, exclusive_or, softmax_in_columns

from whence import grade
from whence.errors import DataError
from whence.nn import RNN, Last, Linear, MeanSquaredError, Sequential
from whence.optim import SGD
from whence.trace import trace

IDS = {
    "bias forgotten": "bias-forgotten",
    "1/N forgotten": "factor-1/N-missing",
    "slope of the activation": "derivative-of-wrong-argument",
    "transposed gradient": "wrong-transposition",
    "bias over the wrong axis": "bias-sum-wrong-axis",
    "half a slope": "derivative-of-another-function",
    "mean for a sum": "bias-mean-instead-of-sum",
    "uphill": "sign",
}


def graded(arrays, architecture=ARCHITECTURE, loss=LOSS, **given):
    return grade(arrays, architecture, loss, **{"learning_rate": RATE, **given})


def test_a_right_program_is_right():
    found = graded(exclusive_or())
    assert found.right and found.slip is None and found.conventions == ()
    assert {each.verdict for each in found.arrays} == {"right"}
    assert "All 19 arrays" in str(found)


@pytest.mark.parametrize(("slip", "first"), SLIPS.items())
def test_the_first_wrong_array_and_the_slip_are_found(slip, first):
    found = graded(exclusive_or(slip))
    assert (found.first_wrong, found.slip and found.slip.id) == (first, IDS[slip])
    assert {each.verdict for each in found.arrays if each.name != first} <= {"right", "follows"}


@pytest.mark.parametrize("rate", [0.0, -0.1, np.nan, np.inf])
def test_a_learning_rate_among_the_arrays_is_never_replaced(rate):
    with pytest.raises(DataError, match=f"the program's learning rate eta is {rate:g}; save one"):
        graded({**exclusive_or(), "eta": np.array(rate)}, learning_rate=None)


def test_a_step_beyond_the_largest_number_is_refused():
    x, y, w1 = np.array([[1e200, 2e200]]), np.array([[3.0]]), np.array([[0.5], [0.25]])
    with pytest.raises(DataError, match=r"has numbers in \S+ that are not finite; save arrays of finite numbers"):
        graded({"x": x, "y": y, "w1": w1, "z1": x @ w1}, "2, 1", "mean_squared_error")


def test_the_first_wrong_cell_has_both_numbers_and_the_formula():
    arrays = exclusive_or("half a slope")
    found = graded(arrays)
    cell = found.cell
    assert cell.there == pytest.approx(arrays[cell.own][cell.own_index], rel=1e-12)
    assert cell.here == found.trace["dz1"][cell.index] != cell.there
    assert "dz1[n, j] = da1[n, j] · slope1[n, j]" in str(found)


def test_deltas_that_are_not_yet_divided_are_a_convention():
    found = graded(softmax_in_columns(), "4, 5 relu, 3", "cross_entropy", learning_rate=0.1)
    assert found.right
    ((convention,),) = (found.conventions,)
    assert (convention.id, convention.scale.text, convention.arrays) == ("deltas", "N", ("dz2", "dz1"))
    assert [each["id"] for each in found.layout] == ["samples-as-columns", "weights-out-in"]


def test_a_slip_is_found_behind_a_convention():
    found = graded(softmax_in_columns(wrong=True), "4, 5 relu, 3", "cross_entropy", learning_rate=0.1)
    assert (found.first_wrong, found.slip.id) == ("dW1", "factor-1/N-missing")


def test_a_number_that_is_not_finite_is_no_number_in_json():
    arrays = exclusive_or()
    arrays["delta2"] = np.full_like(arrays["delta2"], np.nan)
    cell = graded(arrays).to_json()["cell"]
    assert (cell["name"], cell["found"]) == ("dz2[0,0]", None)
    assert np.isfinite(cell["expected"])


def test_no_slip_is_named_that_does_not_give_the_numbers():
    arrays = exclusive_or()
    arrays["delta2"] = arrays["delta2"] + np.random.default_rng(0).normal(size=arrays["delta2"].shape)
    found = graded(arrays)
    assert found.first_wrong == "dz2" and found.slip is None
    assert "None of the known slips" in str(found)


def test_a_name_that_was_guessed_wrongly_accuses_nobody():
    arrays = exclusive_or()
    arrays["error"] = np.abs(arrays.pop("d_out"))
    found = graded(arrays)
    assert found.right and found.unknown == ("error",)


def test_weights_that_were_saved_after_their_update_are_aliased():
    arrays = exclusive_or()
    arrays["w2"] = arrays["w2"] - RATE * arrays["d_w2"]
    found = graded(arrays)
    assert (found.first_wrong, found.slip.id, found.slip.array) == ("z2", "in-place-aliasing", "W2")


SLIPPED = [
    (name, slip, layer)
    for name in students.BASES
    if name != "names that say nothing"  # whose arrays can only be told by their numbers
    for slip in students.SLIPS
    for layer in (None, 1, 2)
]
FEW = 97
"""Every so many-th of the programs is graded by default: they take a quarter of a second each."""


def planted(programs):
    """Return the programs in which the slip makes a number wrong."""
    return [(name, *at) for name, *at in programs if students.is_wrong(students.BASES[name], *at)]


def grade_of(name, slip=None, layer=None):
    base = students.BASES[name]
    arrays = students.student(base, slip, layer)
    settings = {"momentum": base.momentum, "weight_decay": base.weight_decay}
    return graded(
        students.as_saved(base, arrays), base.architecture, base.loss, learning_rate=students.RATE, **settings
    )


@pytest.mark.parametrize("name", students.BASES)
def test_right_programs_on_other_networks_are_not_accused(name):
    found = grade_of(name)
    assert found.right, str(found)


@pytest.mark.parametrize(("name", "slip", "layer"), planted(SLIPPED[::FEW]))
def test_slips_in_programs_on_other_networks_are_found(name, slip, layer):
    found = grade_of(name, slip, layer)
    assert found.first_wrong == students.is_wrong(students.BASES[name], slip, layer)
    assert found.slip is not None
    assert found.slip.id == {"sign-of-update": "sign"}.get(slip, slip)


@pytest.mark.parametrize("slip", ["sign", "factor-two-missing"])
def test_a_halved_loss_has_halved_derivatives_where_a_slip_leaves_that_open(slip):
    found = grade_of("halved loss", slip)
    assert (found.first_wrong, found.slip.id) == ("dz2", slip)
    assert [each.id for each in found.conventions] == ["objective"]


@pytest.mark.exhaustive
@pytest.mark.timeout(2400)
def test_of_all_slips_nearly_all_are_found():
    found = [(grade_of(*program), program) for program in planted(SLIPPED)]
    first = [each.first_wrong == students.is_wrong(students.BASES[name], *at) for each, (name, *at) in found]
    named = [
        each.slip is not None and each.slip.id == {"sign-of-update": "sign"}.get(slip, slip)
        for each, (_, slip, _) in found
    ]
    assert np.mean(first) >= 0.95 and np.mean(named) >= 0.90


def test_the_first_wrong_array_of_a_recurrent_program_is_found_where_no_slip_is():
    net = Sequential(RNN(1, 2), Last(), Linear(2, 1), input_shape=(3, 1), dtype="float64", seed=1)
    rng = np.random.default_rng(1)
    step = trace(net, MeanSquaredError(), SGD(0.1), rng.normal(size=(4, 3, 1)), rng.normal(size=(4, 1)))
    mine = {name: step[name] for name in ("x", "y", "W1", "U1", "b1", "W2", "b2", "h1", "z2", "dz2", "dW2", "dU1")}
    mine["dU1"] = mine["dU1"] + 0.1 * rng.normal(size=(2, 2))
    found = graded(mine, "3x1, rnn 2, last, linear 1", "mean_squared_error", learning_rate=0.1)
    assert (found.first_wrong, found.slip) == ("dU1", None)
