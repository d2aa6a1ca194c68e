"""A few of the random trainings of `random_trainings`; ``benchmarks/history.py`` makes more of them."""

import pytest
from random_trainings import OPTIMIZERS, largest_error_of_a_share, largest_gap


@pytest.mark.parametrize("number", range(4))
def test_first_value_and_shares_add_up_to_every_parameter(number):
    gap, cells = largest_gap(number)
    assert cells > 50
    assert gap < 1e-12


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_share_is_what_the_recurrence_lacks_without_the_samples_terms(optimizer):
    assert largest_error_of_a_share(optimizer) < 1e-10
