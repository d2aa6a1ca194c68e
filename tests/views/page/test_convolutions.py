"""The page of a convolution: which cells enter, and what its axes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from whence.nn import Conv2d, Flatten, Linear, ReLU, Sequential
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace

SOURCES = "name => [...document.querySelectorAll(`figure[data-array='${name}'] td.source`)].map(d => d.dataset.key)"


def strided() -> Trace:
    """Return a training step of two convolutions, the second with padding and every other window only."""
    layers = (Conv2d(1, 3, 3), ReLU(), Conv2d(3, 2, 3, stride=2, padding=1), Flatten(), Linear(18, 2))
    net = Sequential(*layers, input_shape=(8, 8, 1), dtype=np.float64, seed=2)
    x = np.random.default_rng(5).uniform(size=(2, 8, 8, 1))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))


def test_only_those_kernel_cells_are_orange_that_meet_a_window(open_page: Callable[..., Any]) -> None:
    tab = open_page([strided()], "#da1[0,2,2,0]")
    [entering] = tab.evaluate(SOURCES, "W2")
    assert entering.startswith("#W2[1,1,0,")
    assert tab.locator("#equation .term").count() == 2


def test_the_axes_go_by_the_letters_of_the_formula_on_show(open_page: Callable[..., Any]) -> None:
    tab = open_page([strided()], "#dW1[0,0,0,1]")
    pagers = tab.locator('figure[data-array="dz1"] .slices > span')
    assert [pager.text_content().strip("‹›")[0] for pager in pagers.all()] == ["n", "o"]
