"""What a parameter is made of, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from whence.data import Dataset, Preprocessing, Samples, load
from whence.formula.digits import read_number
from whence.history import Biography
from whence.views.text import biography_json, biography_text


def of_classes() -> Dataset:
    samples = Samples(np.zeros((3, 2)), np.array([0, 1, 2]))
    return Dataset("classes", samples, None, None, ("a", "b", "c"), Preprocessing())


def life(first: float, samples: Sequence[float], last: float) -> Biography:
    shares = np.array(samples)[:, np.newaxis]
    rounding = 0.75 * (last - first - shares.sum(0))
    return Biography(
        cells=("W1[0,0]",),
        steps=3,
        first=np.array([first]),
        decay=np.zeros(1),
        samples=shares,
        epochs=shares.sum(0, keepdims=True),
        positions={},
        rounding=rounding,
        unexplained=last - first - shares.sum(0) - rounding,
        last=np.array([last]),
        clipped=0,
        clipping=np.zeros(1),
        given_scales=False,
        mixing=False,
    )


def numbers(text: str, heading: str) -> list[float]:
    """Return the numbers of the lines below a heading, up to an empty one."""
    lines = text.split(heading)[1].split("\n\n")[0].splitlines()
    found = (re.search(r"(−?\d[\d.]*(e−?\d+)?)(\s+[█▏▎▍▌▋▊▉]+)?$", line) for line in lines)
    return [read_number(match[1]) for match in found if match]


def test_the_shown_parts_add_up_to_the_shown_value_and_those_of_classes_to_the_samples():
    samples = [0.103744, -0.125821, 0.087714]
    text = biography_text(life(-0.156486, samples, -0.0908486), of_classes())
    first, added, rounding, unexplained = numbers(text, "after 3 steps\n\n")
    assert "W1[0,0] = −0.09085, after 3 steps" in text
    assert first + added + rounding + unexplained == pytest.approx(-0.09085, abs=0.5e-5)
    assert sum(numbers(text, "By class:\n")) == pytest.approx(sum(samples), abs=0.5e-5)


def test_clipping_and_cancelling_are_said_with_their_numbers():
    biography = replace(life(0.5, [3e4, -3e4, 0.25], 0.75), clipped=2, clipping=np.array([-0.125]))
    said = biography_text(biography, of_classes())
    assert numbers(said, "after 3 steps\n\n") == [0.5, 0.375, -0.125, 0.0, 0.0]
    assert "clipped in 2 of 3 steps" in said
    assert "times as large as the parameter and cancels out" in said
    without = biography_text(life(0.5, [3.0, -3.0, 0.25], 0.75), of_classes())
    assert "cancel" not in without
    assert "clipping" not in without


def test_rows_of_json_add_up_to_the_parameter():
    parts = {"clipping": np.array([-0.125]), "decay": np.array([0.125]), "last": np.array([0.375])}
    found = biography_json(replace(life(0.5, [0.75, -1.0, 0.0], 0.25), clipped=1, **parts), of_classes())
    rows = [found[name] for name in ("first", "samples", "clipping", "decay", "rounding")]
    assert rows == [0.5, -0.125, -0.125, 0.125, 0]
    assert found["value"] == 0.375
    assert found["positions"] is None


def test_epochs_are_shown_one_by_one_or_in_spans():
    epochs = np.array([[0.125], [0.25]])
    said = biography_text(replace(life(0.5, [0.375, 0.0, 0.0], 0.875), epochs=epochs), of_classes())
    assert numbers(said, "Over time:\n") == [0.125, 0.25]
    many = replace(life(0.5, [5.0, 0.0, 0.0], 5.5), epochs=np.full((20, 1), 0.25))
    assert numbers(biography_text(many, of_classes()), "Over time:\n") == [0.5] * 10


def test_samples_are_shown_with_what_is_in_them():
    digits = load("digits")
    shares = np.zeros(len(digits.train))
    shares[[11, 4]] = 0.5, -0.25
    said = biography_text(life(0.5, shares, 0.75), digits)
    listed = said.split("The samples that added most:\n")[1].splitlines()
    assert [line.split()[1] for line in listed[:2]] == ["11", "4"]
    assert any("⣿" in line for line in listed[3:])
