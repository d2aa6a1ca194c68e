"""Changes of numbers on the page, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from exhaustive import one_of
from whence.arrays import Array
from whence.nn import CrossEntropy, Sequential, mlp
from whence.optim import SGD
from whence.trace import trace

from .driving import edit, go, matrix, shown, visit
from .networks import classifier, two_layers

CHANGES: dict[str, tuple[str, float, Callable[[Sequential, SGD, Array, Array], None]]] = {
    "weight": ("W1[3,2]", 0.75, lambda net, *_: net.layers[0].weight.__setitem__((3, 2), 0.75)),
    "bias": ("b2[0]", -1.5, lambda net, *_: net.layers[2].bias.__setitem__(0, -1.5)),
    "input": ("x[2,1]", 0.25, lambda net, optimizer, x, y: x.__setitem__((2, 1), 0.25)),
    "label": ("y[1,0]", 0.0, lambda net, optimizer, x, y: y.__setitem__((1, 0), 0.0)),
    "learning rate": ("η", 0.7, lambda net, optimizer, *_: setattr(optimizer, "learning_rate", 0.7)),
}


@one_of("kind", CHANGES)
def test_a_change_gives_the_numbers_that_numpy_gives_with_it(open_page: Callable[..., Any], kind: str) -> None:
    cell, value, change = CHANGES[kind]
    recorded, expected = two_layers(2), two_layers(2, change)
    tab = open_page(recorded, preferences={"decimals": 15})
    edit(tab, cell, value)
    for number_of_step, (before, after) in enumerate(zip(recorded, expected, strict=True)):
        if number_of_step and kind in ("input", "label"):
            continue
        followed = {name: after[name] for name in after if name != "τ"}
        for name, (found, marked) in visit(tab, followed, "2:" * number_of_step).items():
            np.testing.assert_allclose(found, matrix(after[name]), rtol=1e-9, atol=1e-14, err_msg=name)
            differs = int((before[name] != after[name]).sum())
            assert (marked > 0) == (differs > 0), name
            assert marked >= differs - 1, name
    tab.get_by_role("button", name="Reset").click()
    go(tab, "W1_new[0,0]")
    assert tab.locator(".changed").count() == 0
    np.testing.assert_allclose(shown(tab, "W1_new"), recorded[0]["W1_new"], rtol=1e-9)


@pytest.mark.exhaustive
def test_what_follows_beyond_the_largest_number_is_shown_as_changed(open_page: Callable[..., Any]) -> None:
    tab = open_page(classifier(), "#W2[0,0]")
    for cell, value in (("x[0,0]", 1e308), ("W2[0,0]", -1.7e308), ("W2[1,0]", -1.7e308)):
        edit(tab, cell, value)
    for cell, value in (("z2[0,0]", "∞"), ("ℓ[0]", "NaN"), ("loss", "NaN"), ("W1_new[0,0]", "NaN")):
        go(tab, cell)
        assert tab.locator("#equation .result").text_content() == value
        assert tab.locator("td.changed.active").text_content() == value
    tab.get_by_role("button", name="Reset").click()
    assert tab.locator(".changed").count() == 0


def test_a_class_label_can_be_changed_but_not_to_a_class_that_is_none(open_page: Callable[..., Any]) -> None:
    [expected] = classifier(labels=(1, 0, 1, 2))
    tab = open_page(classifier(), preferences={"decimals": 15})
    go(tab, "y[0]")
    assert tab.locator("#edit").get_attribute("max") == "2"
    edit(tab, "y[0]", 1)
    followed = {name: expected[name] for name in ("ℓ", "dz2", "dW1", "W1_new")}
    for name, (found, _) in visit(tab, followed).items():
        wanted = expected[name][:, np.newaxis] if name == "ℓ" else expected[name]
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-14, err_msg=name)


@pytest.mark.exhaustive
def test_a_learning_rate_holds_until_another_is_chosen(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(3))
    edit(tab, "2:η", 0.7)
    edit(tab, "3:η", 0.1)
    go(tab, "η")
    for step, rate in (("", "0.1"), ("2:", "0.7"), ("3:", "0.1")):
        go(tab, f"{step}η")
        assert tab.locator("#equation .result").text_content() == rate
    edit(tab, "η", 0.5)
    for step, rate in (("2:", "0.7"), ("3:", "0.1")):
        go(tab, f"{step}η")
        assert tab.locator("#equation .result").text_content() == rate
    tab.get_by_role("button", name="Reset").click()
    assert tab.locator(".changed").count() == 0


def test_a_target_that_is_part_of_a_distribution_is_not_changed_alone(open_page: Callable[..., Any]) -> None:
    net = mlp((5,), [6], 3, dtype=np.float64, seed=3)
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), np.ones((2, 5)), np.eye(3)[[1, 2]])], "#y[0,0]")
    assert tab.locator("#edit").count() == 0
    assert "must add up to 1" in tab.locator(".refused").text_content()
    go(tab, "x[0,0]")
    assert tab.locator("#edit").count() == 1
