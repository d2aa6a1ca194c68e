"""The page of a text: letters where the arrays hold their numbers, and a field that takes either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from whence.arrays import Array
from whence.nn import RNN, Embedding, Linear, Sequential
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace

from .driving import TABLE, arrives, go, shown

CHARACTERS = "\n abc"
WRITTEN = np.array([[2, 1, 3, 0, 4, 2], [4, 4, 1, 2, 0, 3]])


def written(x: Array = WRITTEN, characters: str = CHARACTERS) -> Trace:
    """Return a training step of a network that goes on writing."""
    net = Sequential(Embedding(5, 3), RNN(3, 4), Linear(4, 5), input_shape=(6,), dtype=np.float64, seed=1)
    traced = trace(net, CrossEntropy(), SGD(0.1), x, np.roll(WRITTEN, -1, axis=1))
    data = {"characters": characters}
    return replace(traced, description={**traced.description, "data": data, "classes": list(characters)})


def test_characters_are_shown_as_such(open_page: Callable[..., Any]) -> None:
    tab = open_page([written()], "#x[0,1]")
    assert ["".join(row) for row in tab.evaluate(TABLE, "x")] == ["a␣b↵ca", "cc␣a↵b"]
    assert ["".join(row) for row in tab.evaluate(TABLE, "y")] == ["␣b↵caa", "c␣a↵bc"]
    cell = tab.locator('td[data-key="#x[0,1]"]')
    assert cell.get_attribute("title") == "x[0,1]: 1, active"
    assert tab.locator("#equation").text_content() == "x[0,1] = ␣1 · given: data"
    headers = (
        "name => [...document.querySelectorAll(`figure[data-array='${name}'] th`)].map(h => h.textContent).join('')"
    )
    go(tab, "z3[0,0,0]")
    assert "↵␣abc" in tab.evaluate(headers, "z3")
    go(tab, "s1[0,0,0]")
    assert "↵␣abc" in tab.evaluate(headers, "W1")


@pytest.mark.parametrize("typed", ["4", "c"])
def test_a_character_can_be_changed_by_its_number_and_by_itself(open_page: Callable[..., Any], typed: str) -> None:
    changed = WRITTEN.copy()
    changed[0, 1] = 4
    tab = open_page([written()], "#x[0,1]", preferences={"decimals": 12})
    tab.fill("#edit", typed)
    tab.keyboard.press("Enter")
    assert tab.locator("td.changed.active").text_content() == "c"
    go(tab, "s1[0,0,0]")
    np.testing.assert_allclose(shown(tab, "s1"), written(changed)["s1"][0], rtol=1e-9)


def test_what_is_no_character_is_not_taken(open_page: Callable[..., Any]) -> None:
    tab = open_page([written()], "#x[0,1]")
    for typed in ("5", "q", "1.5", "-1", "-0", "0x2", "1e0", "4.0"):
        tab.fill("#edit", typed)
        tab.keyboard.press("Enter")
        assert tab.locator(".changed").count() == 0
    arrives(tab, "x[0,1]")


def test_a_digit_among_the_characters_means_itself_and_no_number(open_page: Callable[..., Any]) -> None:
    tab = open_page([written(characters="\n 358")], "#x[0,1]")
    assert tab.locator("#edit").input_value() == "␣"
    for typed in ("1", "4", "03"):
        tab.fill("#edit", typed)
        tab.keyboard.press("Enter")
        assert tab.locator(".changed").count() == 0
    tab.fill("#edit", "5")
    tab.keyboard.press("Enter")
    assert tab.locator("td.changed.active").text_content() == "5"
    assert tab.locator("td.changed.active").get_attribute("title") == "x[0,1]: 3, active, changed"
    assert tab.locator("#edit").input_value() == "5"
