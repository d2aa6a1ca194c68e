"""Suspect samples, as text."""

from __future__ import annotations

import numpy as np

from whence.history import Suspects
from whence.views.text import suspects_csv, suspects_json, suspects_text


def found(said: list[list[float]], *, given_scales: bool = False) -> Suspects:
    count = len(said)
    first, own, others = np.full(count, 2.0), -np.arange(count) - 0.5, np.arange(count) - 1.0
    met = np.where(np.isnan(said).any(1), np.nan, others + 2)
    return Suspects(first, own, others, first + own + others, met, np.array(said), given_scales)


def test_the_other_class_is_the_most_probable_one() -> None:
    said = [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [np.nan] * 3, [0.1, 0.5, 0.4]]
    rows = suspects_json(found(said), np.array([0, 0, 2, 2]), ("ant", "bee", "cat"))
    assert [(row["sample"], row["target"], row["rather"]) for row in rows] == [
        (3, "cat", "bee"),
        (1, "ant", "bee"),
        (0, "ant", "bee"),
    ]
    text = suspects_text(found(said), np.array([0, 0, 2, 2]), ("ant", "bee", "cat"))
    assert "Perhaps wrong: ant for bee (2) and cat for bee (1).\n" in text
    assert "−0.500" in text
    assert "divides" not in text


def test_numbers_and_where_they_are_from() -> None:
    rows = suspects_json(found([[3.5], [7.25]]), np.array([[1.0], [2.0]]), None, "file {}".format, count=1)
    assert rows[0] | {"place": "file 1", "target": 2.0, "rather": 7.25} == rows[0]
    assert suspects_csv(rows).splitlines()[0] == "sample,place,target,rather,met,first,others,own,last"
    text = suspects_text(found([[3.5], [7.25]], given_scales=True), np.array([[1.0], [2.0]]), None, "file {}".format)
    assert "file 1" in text and "7.25" in text and "divides" in text


def test_samples_with_several_targets_are_named_by_their_numbers_alone() -> None:
    text = suspects_text(found([[3.5, 1.0], [7.25, 2.0]]), np.ones((2, 2)), None)
    assert "target" not in text and "\n1       " in text
