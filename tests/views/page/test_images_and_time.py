"""The page of images, convolutions, sequences and nested layers: what it draws, where a click leads, what follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from exhaustive import exhaustive
from whence.arrays import Array
from whence.nn import mlp
from whence.nn.architecture import network
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace

from .driving import active, arrives, edit, matrix, visit
from .networks import convolved, images, over_time


def test_images_are_drawn_for_flat_inputs_and_for_the_weights_of_a_unit(open_page: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    net = mlp((64,), [5], 3, seed=1)
    traced = trace(net, CrossEntropy(), SGD(0.1), rng.uniform(size=(4, 64)), np.array([0, 1, 2, 1]))
    tab = open_page([traced], "#z1[0,0]", images=(8, 8), viewport={"width": 1280, "height": 1100})
    assert tab.locator('figure[data-array="x"] button[aria-pressed="true"]').text_content() == "images"
    tab.locator('figure[data-array="W1"]').get_by_role("button", name="images").click()
    canvas = tab.locator('figure[data-array="W1"] .map > canvas')
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 3 * 2.3, "y": box["height"] / 2 * 0.45})
    name, row, column = re.fullmatch(r"(\w+)\[(\d+),(\d+)\]", active(tab)).groups()
    assert (name, column) == ("W1", "2")
    assert int(row) // 8 == 3


def test_a_click_on_a_map_finds_the_cell(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#dW1[0,0]")
    canvas = tab.locator('figure[data-array="dW1"] .map > canvas')
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.25})
    row, column = map(int, re.findall(r"\d+", active(tab).removeprefix("dW1")))
    assert abs(row - 196) <= 6
    assert abs(column - 48) <= 1


def test_the_parameters_of_layers_within_a_layer_have_room_and_their_whole_number(
    open_page: Callable[..., Any],
) -> None:
    net = network("residual(linear 3, tanh, linear 3), linear 2", (3,), seed=1)
    x = np.random.default_rng(0).normal(size=(2, 3))
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))], "#W1.2_new[0,0]")
    labels = tab.locator("svg.network a:has(text)")
    assert {"W1.0", "b1.0", "W1.2", "b1.2"} <= set(labels.all_text_contents())
    boxes = [label.bounding_box() for label in labels.all()]
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            beside = one["x"] >= other["x"] + other["width"] or other["x"] >= one["x"] + one["width"]
            below = abs(one["y"] - other["y"]) >= 12
            assert beside or below
    formula = tab.locator("math.formula").first.text_content()
    assert "1.2" in formula


def test_the_channels_of_a_convolution_are_images_and_a_click_chooses_among_them(
    open_page: Callable[..., Any],
) -> None:
    tab = open_page([convolved(lambda net: None)], "#z1[1,2,0,0]")
    maps = tab.locator('figure[data-array="z1"] .map > canvas')
    box = maps.bounding_box()
    maps.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.2})
    assert re.fullmatch(r"z1\[1,0,\d,1\]", active(tab))
    kernels = tab.locator('figure[data-array="W1"] .map > canvas')
    box = kernels.bounding_box()
    kernels.click(position={"x": box["width"] * 0.93, "y": box["height"] * 0.8})
    arrives(tab, "W1[2,2,0,2]")


def first_slice(array: Array) -> Array:
    """Return the part of an array that the page shows first."""
    if array.ndim == 3:
        return array[0]
    if array.ndim == 4:
        return array[0, :, :, 0] if array.shape[0] == 2 else array[:, :, 0, 0]
    return matrix(array)


@pytest.mark.parametrize(
    ("make", "cell"),
    [pytest.param(over_time, "W1[1,2]", marks=exhaustive), pytest.param(convolved, "W1[1,0,0,1]", marks=exhaustive)],
    ids=["lstm", "conv"],
)
def test_a_change_goes_on_through_time_and_over_windows(
    open_page: Callable[..., Any], make: Callable[..., Trace], cell: str
) -> None:
    index = tuple(map(int, re.findall(r"\d+", cell.partition("[")[2])))
    recorded = make(lambda net: None)
    expected = make(lambda net: next(iter(net.layers[0].views.values())).__setitem__(index, 0.75))
    tab = open_page([recorded], viewport={"width": 2400, "height": 4000}, preferences={"decimals": 15})
    edit(tab, cell, 0.75)
    for name, (found, _) in visit(tab, expected.arrays).items():
        per_sample = expected[name].ndim == 1 and expected[name].shape == (2,)
        wanted = expected[name][:, np.newaxis] if per_sample and name != "b2" else first_slice(expected[name])
        if found.shape != wanted.shape:
            found = found.T
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-13, err_msg=name)
