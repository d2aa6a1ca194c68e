"""What a change makes the page compute: within a second or two, told while it lasts, refused where it is too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from whence.formula import Formula, Index, Sum, Tensor

from .driving import edit, go, number, time_of_a_hundred_million_products
from .networks import text_of_characters, two_layers

COMPUTED = "performance.getEntriesByName('whence.computed')"
SUBMITTED = """() => {
    document.querySelector("form.editor").requestSubmit();
    return document.querySelector("[data-key='apply']").textContent;
}"""


@pytest.mark.exhaustive
def test_a_recurrent_network_follows_a_change_at_once_and_says_that_it_computes(open_page: Callable[..., Any]) -> None:
    expected = text_of_characters(lambda net: net.layers[1].views["weight_hh_l0"].__setitem__((3, 5), 0.75))
    tab = open_page([text_of_characters()], preferences={"decimals": 12})
    go(tab, "U2[3,5]")
    tab.fill("#edit", "0.75")
    assert tab.evaluate(SUBMITTED) == "Computing…"
    tab.wait_for_function(f"() => {COMPUTED}.length === 1")
    assert tab.evaluate(f"{COMPUTED}[0].duration") < 100 * time_of_a_hundred_million_products(tab)
    assert tab.locator("[data-key='apply']").text_content() == "Compute"
    for cell, index in (("loss", ()), ("dW2[2,7]", (2, 7)), ("U2_new[3,5]", (3, 5))):
        go(tab, cell)
        value = number(tab.locator("#equation .result").text_content())
        assert value == pytest.approx(float(expected[cell.partition("[")[0]][index]), rel=1e-9, abs=1e-12)


def test_a_change_from_which_too_much_follows_is_refused(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    endless = Formula(Tensor("loss")[()], Sum(Index("k", 10**10), Tensor("W1")[3, 2]))
    tab = open_page([replace(traced, formulas={**traced.formulas, "loss": endless})], "#W1[0,0]")
    assert tab.locator("#edit").count() == 0
    assert tab.locator(".refused").text_content().startswith("This number cannot be changed here")
    edit(tab, "b2[0]", 0.5)
    assert tab.evaluate(f"{COMPUTED}.length") == 1
