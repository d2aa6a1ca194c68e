"""The player: it fills array after array, and the cell at work and its arithmetic are seen all the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from exhaustive import exhaustive
from whence.nn import mlp
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace

from .networks import convolved

SCREENS = {"telephone": (390, 844), "laptop": (1440, 900), "desktop": (1920, 1080)}
PLAY = """() => new Promise((done) => {
    const [trail, cell, outcome] = ["trail", "cell", "outcome"].map((id) => document.getElementById(id));
    const visited = new Set();
    const hidden = [];
    new MutationObserver(() => {
        const name = trail.querySelector("[aria-current]").textContent;
        const active = document.querySelector("td.active").getBoundingClientRect();
        const [first, end] = [outcome.getBoundingClientRect(), cell.getBoundingClientRect()];
        const equation = document.getElementById("equation").getBoundingClientRect();
        const isSeen = active.top >= first.bottom && active.bottom <= end.top && active.left >= 0
            && active.right <= innerWidth && first.top >= 0
            && equation.top >= end.top && equation.bottom <= innerHeight && equation.height > 0;
        if (!isSeen) hidden.push([name, active.top, active.bottom, active.left, active.right, first.bottom, end.top]);
        visited.add(name);
        if (!document.querySelector("[data-key='player.next']").disabled) return;
        if (!document.querySelector("[aria-label='Pause']")) done([visited.size, hidden]);
    }).observe(trail, { childList: true });
    document.querySelector("[data-key='play']").click();
})"""


def pictures() -> Trace:
    net = mlp((8, 8, 1), [6], 3, seed=1)
    x = np.random.default_rng(7).uniform(size=(4, 8, 8, 1)).astype(np.float32)
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([2, 1, 0, 1]))


STEPS = {"pictures": pictures, "convolution": lambda: convolved(lambda net: None)}
SEEN = [
    pytest.param("convolution", "telephone", "#dz1[0,0,0,0]", 50, marks=exhaustive),
    pytest.param("convolution", "telephone", "#x[0,0,0,0]", 100, marks=exhaustive),
    *(pytest.param("pictures", each, "#x[0,0,0,0]", 100, marks=exhaustive) for each in SCREENS),
]


@pytest.mark.parametrize(("made", "screen", "start", "least"), SEEN)
def test_the_cell_at_work_and_its_arithmetic_are_in_sight_all_the_time(
    open_page: Callable[..., Any], made: str, screen: str, start: str, least: int
) -> None:
    width, height = SCREENS[screen]
    window = {"width": width, "height": height}
    tab = open_page([STEPS[made]()], start, viewport=window, preferences={"pace": 1000})
    visited, hidden = tab.evaluate(PLAY)
    assert visited > least
    assert hidden == []
