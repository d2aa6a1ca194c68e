"""Where the page opens, and what it calls the training steps that it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exhaustive import one_of
from whence.trace.cell_chain import telling_gradient
from whence.views.page import write_page

from .driving import arrives, load, time_of_a_hundred_million_products
from .networks import classifier, images, two_layers


def test_it_opens_at_a_telling_gradient(open_page: Callable[..., Any]) -> None:
    [traced] = classifier()
    tab = open_page([traced])
    name, index = telling_gradient(traced)
    arrives(tab, f"{name}[{','.join(map(str, index))}]")
    assert tab.locator("td.active").count() == 1


def test_without_any_gradient_it_opens_at_the_beginning(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(change=lambda net, optimizer, x, y: [x.fill(0), net.theta.fill(0), y.fill(0.5)]))
    arrives(tab, "x[0,0]")


def test_training_steps_count_from_the_beginning_of_the_training(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(2, lambda net, optimizer, x, y: setattr(optimizer, "steps", 850)), "#852:W1[1,1]")
    arrives(tab, "852:W1[1,1]")
    assert tab.locator("select.training option").all_text_contents() == ["Training step 851", "Training step 852"]
    tab.locator("#equation .given a").click()
    arrives(tab, "W1_new[1,1]")


@pytest.mark.exhaustive
def test_on_a_telephone_the_first_numbers_are_there_soon(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), viewport={"width": 390, "height": 844}, device_scale_factor=2)
    tab.context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    assert load(tab) < 8 * time_of_a_hundred_million_products(tab)


@one_of(("width", "rest"), [(390, False), (1440, True)])
def test_the_cell_is_on_the_screen(open_page: Callable[..., Any], width: int, rest: bool) -> None:
    tab = open_page(classifier(), device_scale_factor=1, viewport={"width": width, "height": 844})
    tab.add_init_script(
        """window.inFrames = [];
        const look = () => {
            const isThere = (part) => document.querySelector(part) !== null;
            inFrames.push(["#equation .result", "figure", "#network svg"].map(isThere));
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);"""
    )
    load(tab)
    tab.wait_for_function("() => inFrames.at(-1).every(Boolean)")
    first = next(seen for seen in tab.evaluate("inFrames") if any(seen))
    assert first == [True, rest, rest]


@pytest.mark.exhaustive
def test_nothing_is_drawn_twice(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), device_scale_factor=1, viewport={"width": 1440, "height": 900})
    tab.add_init_script(
        """window.drawn = { equation: 0, figures: 0 };
        const replace = Element.prototype.replaceChildren;
        Element.prototype.replaceChildren = function (...children) {
            if (this.id in drawn) drawn[this.id]++;
            replace.apply(this, children); }"""
    )
    load(tab)
    assert tab.evaluate("drawn") == {"equation": 1, "figures": 1}


@pytest.mark.exhaustive
def test_browsers_that_cannot_read_base64_by_themselves_show_the_same(
    watched: Callable[..., Any], tmp_path: Path
) -> None:
    write_page(tmp_path / "page.html", classifier())
    address = (tmp_path / "page.html").as_uri()
    equations = []
    for script in ("", "delete Uint8Array.fromBase64"):
        tab = watched(device_scale_factor=1)
        tab.add_init_script(script)
        load(tab, address)
        equations.append(tab.locator("#equation").inner_text())
    assert equations[0] == equations[1]


@pytest.mark.exhaustive
def test_in_a_frame_it_leaves_the_page_around_it_where_it_is(watched: Callable[..., Any], tmp_path: Path) -> None:
    write_page(tmp_path / "page.html", classifier(), title="A page")
    (tmp_path / "around.html").write_text(
        '<!doctype html><div style="height: 700px"></div><iframe src="page.html" width="800" height="500"></iframe>'
        '<div style="height: 2000px"></div>'
    )
    tab = watched(viewport={"width": 1000, "height": 800})
    tab.goto((tmp_path / "around.html").as_uri())
    tab.frame_locator("iframe").locator("td.active").wait_for()
    assert tab.evaluate("scrollY") == 0
