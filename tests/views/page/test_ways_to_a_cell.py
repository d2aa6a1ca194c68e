"""The groups of steps, the field in which a cell is named, and the invitation to click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exhaustive import one_of

from .driving import arrives, go
from .networks import convolved, two_layers

GROUPS = """() => [...document.querySelectorAll(".group")].map(group =>
    [group.querySelector("h3").textContent, group.querySelectorAll("button").length])"""


def test_steps_are_in_groups_and_called_by_what_they_compute(open_page: Callable[..., Any]) -> None:
    tab = open_page([convolved(lambda net: None)], "#dW1[0,0,0,0]")
    assert dict(tab.evaluate(GROUPS)).keys() == {"Forward", "Loss", "Backward", "Update"}
    assert tab.locator(".group.current h3").text_content() == "Update"
    assert tab.locator(".steps .current").text_content() == "weights"
    tab.get_by_role("button", name="Error and loss").click()
    assert tab.locator(".group.current h3").text_content() == "Loss"
    assert tab.locator(".steps .current").text_content() == "loss"


@one_of("columns", [False, True])
def test_a_cell_is_reached_by_its_name(open_page: Callable[..., Any], columns: bool) -> None:
    tab = open_page(two_layers(), preferences={"columns": columns})
    tab.keyboard.press("g")
    name = "dW1[2,3]" if columns else "dW1[3,2]"
    tab.keyboard.type(name)
    tab.keyboard.press("Enter")
    arrives(tab, name)
    assert tab.evaluate("location.hash") == "#dW1[3,2]"
    assert tab.evaluate("document.activeElement.dataset.key") == "#dW1[3,2]"


def test_a_name_alone_leads_to_the_first_cell_and_stays_in_the_training_step(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(2), "#2:z1[1,1]")
    for written, cell in (("dW1", "2:dW1[0,0]"), (" loss ", "2:loss"), ("1:dW1[ 1, 2 ]", "dW1[1,2]")):
        tab.fill("#go-to", written)
        tab.keyboard.press("Enter")
        arrives(tab, cell)
    assert "W1_new" in tab.evaluate("[...document.querySelectorAll('#arrays option')].map(name => name.value)")


TROUBLES = {
    "dW9[1,2]": "There is no array dW9; the names most like it are dW",
    "dw1": "There is no array dw1; the names most like it are dW1",
    "dW1[1]": "dW1 takes this many indices: 2; 1 were given.",
    "loss[0]": "loss takes this many indices: 0; 1 were given.",
    "dW1[1,3]": "Index 2 of dW1 is 3, but it can only be 0 to 2.",
    "7:dW1[0,0]": "There is no training step 7 on this page; it has steps 1 to 1.",
    "dW1[a": "Write a cell as dW1[42,19]",
    "": "Write a cell as dW1[42,19]",
}


@one_of("written", TROUBLES)
def test_what_is_no_cell_is_told_in_words(open_page: Callable[..., Any], written: str) -> None:
    tab = open_page(two_layers(), "#z1[0,0]")
    tab.fill("#go-to", written)
    tab.keyboard.press("Enter")
    assert tab.get_by_role("alert").text_content().startswith(TROUBLES[written])
    arrives(tab, "z1[0,0]")
    tab.fill("#go-to", "z")
    assert tab.locator(".trouble").text_content() == ""


def test_the_path_stays_where_it_is_when_a_cell_is_not_found(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#z1[0,0]", viewport={"width": 1440, "height": 900})
    place = "() => { const { x, y } = TRAIL; return [x - PLAYER.x, y - PLAYER.y]; }"
    for name in ("trail", "player"):
        place = place.replace(name.upper(), f"document.getElementById('{name}').getBoundingClientRect()")
    before = tab.evaluate(place)
    tab.fill("#go-to", "there_is_no_such_array_as_this_one")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".trouble:not(:empty)")
    assert tab.evaluate(place) == before


def test_writing_a_name_stops_the_player(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#z1[0,0]")
    tab.keyboard.press(" ")
    tab.locator("#go-to").click()
    tab.keyboard.type("dz1[2,1]")
    tab.wait_for_timeout(700)
    assert tab.locator("#go-to").input_value() == "dz1[2,1]"


def test_newcomers_are_invited_to_click_until_they_have(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#z1[0,0]")
    assert tab.locator(".hint").text_content() == "Click an orange number to see where it comes from."
    tab.locator("td.source").first.click()
    go(tab, "z1[1,1]")
    assert tab.locator(".hint").count() == 0
