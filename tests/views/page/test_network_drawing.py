"""The drawing of the network: what skips layers is drawn where it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from whence.nn.architecture import network
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import trace

from .driving import active
from .networks import classifier, images

SKIPS = {
    "residual(linear 3, tanh, linear 3), linear 2": ["x"],
    "linear 3, tanh, residual(linear 3), residual(linear 3, relu), linear 2": ["a1", "s2"],
    "linear 3, layer_norm, softmax, linear 3, gelu, linear 2": [],
}


@pytest.mark.parametrize("layers", SKIPS)
def test_a_skip_connection_is_drawn_and_nothing_else_is_one(open_page: Callable[..., Any], layers: str) -> None:
    net = network(layers, (3,), seed=1)
    x = np.random.default_rng(0).normal(size=(2, 3))
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))])
    told = tab.locator("svg.network .skip title").all_text_contents()
    assert [title.partition(" ")[0] for title in told] == SKIPS[layers]
    drawing = tab.locator("svg.network").bounding_box()
    for skip in tab.locator("svg.network .skip").all():
        box = skip.bounding_box()
        assert box["y"] >= drawing["y"]
        assert box["width"] > 50


def test_levels_and_directions_stand_above_names(open_page: Callable[..., Any]) -> None:
    net = network("gru 3 num_layers=2 bidirectional=true, last, linear 2", (4, 2), seed=1)
    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))], "#g₁←1[0,2,1]")
    figure = "document.querySelector(`figure[data-array='${name}'] msubsup`)"
    parts = f"name => [...{figure}.children].map(part => part.textContent)"
    assert tab.evaluate(parts, "g₁←1") == ["g", "1", "(1←)"]
    assert tab.evaluate(parts, "x₁1") == ["x", "1", "(1)"]
    drawn = tab.locator("svg.network a text").all_text_contents()
    assert "W0→1" in drawn
    raised = tab.locator("svg.network a text").nth(drawn.index("W0→1")).locator("tspan").all_text_contents()
    assert raised == ["0→", "1"]


def test_every_part_of_the_drawing_leads_to_its_cells(open_page: Callable[..., Any]) -> None:
    tab = open_page(classifier(), "#W1[2,3]")
    drawn = tab.locator("svg.network")
    links = set(drawn.locator("a").evaluate_all("all => all.map(link => decodeURI(link.getAttribute('href')))"))
    arrays = "x W1 b1 z1 a1 W2 b2 z2 y p loss dz2 dW2 db2 da1 dz1 dW1 db1".split()
    assert {link.removeprefix("#").partition("[")[0] for link in links} >= set(arrays)
    assert links >= {"#W1[4,5]", "#W2[5,2]", "#x[0,4]", "#a1[0,5]", "#z2[0,2]"}
    drawn.locator("circle.unit").nth(7).click()
    assert active(tab).startswith("a1[0,")


def test_lines_and_colours_of_the_drawing_are_explained(open_page: Callable[..., Any]) -> None:
    (step,) = classifier()
    tab = open_page([step], "#W1[2,3]")
    numbers = [float(text.replace("−", "-")) for text in tab.locator(".widths text").all_text_contents()[1:]]
    largest = max(abs(step["W1"]).max(), abs(step["W2"]).max())
    assert numbers == pytest.approx([-largest, -largest / 2, 0, largest / 2, largest], rel=0.05)
    negative = (step["W1"] < 0).sum() + (step["W2"] < 0).sum() - (step["W1"][2, 3] < 0)
    assert tab.locator("a .wire.negative").count() == negative


def test_the_blocks_of_a_large_network_lead_to_arrays_too(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#x[0,0,0,0]")
    tab.locator("svg.network .funnel").first.click()
    assert active(tab) == "W1[0,0]"
    tab.locator("svg.network .block").nth(1).click()
    assert active(tab) == "a1[0,0]"


def test_the_labels_at_the_edge_are_not_cut_off(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), locale="ru-RU")
    drawing = tab.locator("#network").bounding_box()
    for label in tab.locator("svg.network .kind").all():
        box = label.bounding_box()
        assert drawing["x"] <= box["x"]
        assert box["x"] + box["width"] <= drawing["x"] + drawing["width"]
