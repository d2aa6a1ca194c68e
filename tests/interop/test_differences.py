"""How far answers of other programs are from whence's: what is not a number is never taken for equal."""

from __future__ import annotations

import math

import numpy as np
import pytest

from whence.interop.differences import largest_difference


def test_it_is_that_of_the_entry_that_differs_most():
    assert largest_difference(np.array([1.0, -2.0]), np.array([1.5, 2.0])) == 4
    assert largest_difference(np.empty((0, 2)), np.empty((0, 2))) == 0


@pytest.mark.parametrize("found", [[np.nan, 1.0], [np.inf, 1.0], [1.0], [[1.0, 1.0]]])
def test_it_is_infinite_where_nothing_can_be_said(found):
    assert largest_difference(np.array(found), np.ones(2)) == math.inf
    assert largest_difference(np.ones(2), np.array(found)) == math.inf
