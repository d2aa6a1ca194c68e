"""The page of a convolution: which cells enter, and what its axes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from whence.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace

from .driving import arrives, go
from .networks import images

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


def test_in_the_dark_corner_of_an_image_the_slices_shown_are_still_those_that_enter(
    open_page: Callable[..., Any],
) -> None:
    net = Sequential(Conv2d(1, 3, 3, padding="same"), Flatten(), Linear(192, 2), input_shape=(8, 8, 1), seed=2)
    x = np.zeros((2, 8, 8, 1))
    x[:, 5, 5] = 1
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))], "#z1[1,0,0,2]")
    assert tab.evaluate(SOURCES, "W1") == [f"#W1[{u},{v},0,2]" for u in (1, 2) for v in (1, 2)]
    assert tab.evaluate(SOURCES, "x") == [f"#x[1,{i},{j},0]" for i in (0, 1) for j in (0, 1)]


def test_the_axes_go_by_the_letters_of_the_formula_on_show(open_page: Callable[..., Any]) -> None:
    tab = open_page([strided()], "#dW1[0,0,0,1]")
    pagers = tab.locator('figure[data-array="dz1"] .slices > span')
    assert [pager.text_content().strip("‹›")[0] for pager in pagers.all()] == ["n", "o"]


def test_the_many_uses_of_a_pixel_are_ranges_that_open_into_cells(open_page: Callable[..., Any]) -> None:
    tab = open_page([strided()], "#x[0,3,4,0]")
    ranges = tab.locator("#below .uses summary")
    assert ranges.all_text_contents() == ["z1[0,1–3,2–4,0–2] (27 cells)", "dW1[0–2,0–2,0,0–2] (27 cells)"]
    ranges.first.click()
    cells = tab.locator("#below .uses details").first.locator("a")
    cells.nth(26).wait_for()
    assert cells.count() == 27
    assert cells.first.text_content() == "z1[0,1,2,0]"
    cells.last.click()
    arrives(tab, "z1[0,3,4,2]")


def test_uses_between_the_windows_of_a_stride_are_told_one_by_one(open_page: Callable[..., Any]) -> None:
    tab = open_page([strided()], "#W2[1,1,0,0]")
    assert tab.locator("#below .uses summary").first.text_content() == "z2[0–1,0–2,0–2,0] (18 cells)"
    go(tab, "W2[0,0,0,0]")
    assert tab.locator("#below .uses summary").first.text_content() == "z2[0–1,1–2,1–2,0] (8 cells)"
    go(tab, "dz2[0,1,1,0]")
    assert "da1[0,1–3,1–3,0–2] (27 cells)" in tab.locator("#below .uses summary").all_text_contents()


@pytest.mark.exhaustive
def test_all_terms_of_a_long_sum_leave_room_for_the_page(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#z1[2,5]")
    tab.locator("#equation .rest").click()
    assert tab.locator("#equation").bounding_box()["height"] < 250
    assert tab.evaluate("document.querySelector('#equation').scrollHeight > 1000")


@pytest.mark.exhaustive
def test_what_is_left_out_of_a_maximum_is_not_called_smaller_for_it_may_be_as_large(
    open_page: Callable[..., Any],
) -> None:
    net = Sequential(MaxPool2d(4), Flatten(), Linear(1, 2), input_shape=(4, 4, 1), seed=2)
    traced = trace(net, CrossEntropy(), SGD(0.1), np.zeros((2, 4, 4, 1)), np.array([0, 1]))
    for language, others in (("en", "10 more"), ("ru", "ещё 10"), ("zh", "另有 10 项")):
        tab = open_page([traced], "#s0[0,0,0,0]", locale=language)
        text = tab.locator("#equation").text_content()
        assert text == f"s0[0,0,0,0] = max(0; 0; 0; 0; 0; 0; {others}) = 0"
