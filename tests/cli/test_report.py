import numpy as np

from whence.cli.report import comparison, parts_text
from whence.data import Samples


def test_small_numbers_are_shown_beside_small_targets():
    assert comparison(np.array([[1.5e-6]]), np.array([[2.25e-6]]), ["y"]).splitlines()[-1].split() == [
        "1",
        "1.5e-06",
        "2.25e-06",
    ]


def test_parts_of_data_are_counted():
    one, two = (Samples(np.zeros((count, 3), int), np.zeros((count, 3), int)) for count in (1, 2))
    assert parts_text({"train": two, "test": one}, "sample") == "2 training, 1 test sample"
    assert parts_text({"train": two, "validation": one}, "character") == "6 training, 3 validation characters"
    assert parts_text({"all": two}, "sample") == "2 samples"
