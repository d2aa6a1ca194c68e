"""Grading a program: what is right in it, its first wrong cell, its conventions and the likely slip."""

import numpy as np
import pytest
from programs import ARCHITECTURE, LOSS, RATE, SLIPS, exclusive_or, softmax_in_columns

from whence import grade

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


def test_no_slip_is_named_that_does_not_give_the_numbers():
    arrays = exclusive_or()
    arrays["delta2"] = arrays["delta2"] + np.random.default_rng(0).normal(size=arrays["delta2"].shape)
    found = graded(arrays)
    assert found.first_wrong == "dz2" and found.slip is None
    assert "None of the known slips" in str(found)
