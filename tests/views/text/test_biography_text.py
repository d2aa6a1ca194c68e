"""What a parameter is made of, as text."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from whence.formula.digits import read_number
from whence.history import Biography
from whence.views.text import biography_text


def life(first: float, samples: list[float], last: float) -> Biography:
    shares = np.array(samples)[:, np.newaxis]
    rounding = last - first - shares.sum(0)
    return Biography(
        cells=("W1[0,0]",),
        steps=3,
        first=np.array([first]),
        decay=np.zeros(1),
        samples=shares,
        epochs=shares.sum(0, keepdims=True),
        positions={},
        rounding=rounding,
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
    text = biography_text(life(-0.156486, samples, -0.0908486), np.array([0, 1, 2]), ("a", "b", "c"))
    first, added, rounding = numbers(text, "after 3 steps\n\n")
    assert "W1[0,0] = −0.09085, after 3 steps" in text
    assert first + added + rounding == pytest.approx(-0.09085, abs=0.5e-5)
    assert sum(numbers(text, "By class:\n")) == pytest.approx(sum(samples), abs=0.5e-5)


def test_clipping_and_cancelling_are_said_with_their_numbers():
    biography = replace(life(0.5, [3e4, -3e4, 0.25], 0.75), clipped=2, clipping=np.array([-0.125]))
    said = biography_text(biography, np.array([0, 1, 2]), None)
    assert "clipped in 2 of 3 steps" in said
    assert "What clipping took away from them is −0.125." in said
    assert "times as large as the parameter and cancel each other" in said
    assert "cancel" not in biography_text(life(0.5, [3.0, -3.0, 0.25], 0.75), np.array([0, 1, 2]), None)
