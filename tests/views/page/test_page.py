"""The page in a real browser: its numbers are NumPy's, clicking leads back to the data, and what is changed goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from exhaustive import one_of
from hostile import NAMES, hostile_trace
from whence.formula import Digit, indices, tensors
from whence.views.page import notebook_html, page_html, write_page
from whence.views.page.pack import pack

from .driving import (
    READY,
    active,
    arrives,
    edit,
    go,
    matrix,
    number,
    shown,
    time_of_a_hundred_million_products,
)
from .networks import classifier, images, two_layers

FILLED = """() => {
    window.filled = [];
    new MutationObserver(() => filled.push([
        document.querySelector("#trail [aria-current]").textContent,
        document.querySelectorAll("figure.target td.pending").length,
    ])).observe(document.getElementById("trail"), { childList: true });
}"""


def test_every_step_shows_the_numbers_of_numpy_in_every_cell(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    tab = open_page([traced], "#x[0,0]", preferences={"decimals": 15})
    seen = set()
    for step in range(len(traced.steps)):
        assert tab.locator(".counter").text_content().startswith(f"Step {step + 1} of 12")
        assert tab.locator("h2").text_content()
        while tab.locator(".counter").text_content().startswith(f"Step {step + 1} "):
            for name in tab.evaluate("[...document.querySelectorAll('figure')].map(f => f.dataset.array)"):
                np.testing.assert_allclose(shown(tab, name), matrix(traced[name]), rtol=1e-9, atol=1e-15, err_msg=name)
                seen.add(name)
            if tab.get_by_role("button", name="Next", exact=True).is_disabled():
                break
            tab.get_by_role("button", name="Next", exact=True).click()
    assert seen >= {name for step in traced.steps for name in step.arrays} | {"η"}


def test_the_active_cell_is_yellow_and_its_sources_are_orange(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#dW1[3,2]")
    marked = "kind => [...document.querySelectorAll(`td.${kind}`)].map(cell => cell.dataset.key)"
    assert tab.evaluate(marked, "active") == ["#dW1[3,2]"]
    assert tab.evaluate(marked, "source") == [
        *(f"#x[{sample},3]" for sample in range(3)),
        *(f"#dz1[{sample},2]" for sample in range(3)),
    ]
    colour = "kind => getComputedStyle(document.querySelector(`td.${kind}`)).backgroundColor"
    assert tab.evaluate(colour, "active") == "rgb(255, 214, 51)"
    assert tab.evaluate(colour, "source") == "rgb(255, 176, 97)"


def test_the_arithmetic_comes_to_the_number(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    tab = open_page([traced], preferences={"decimals": 9})
    for cell, index in (("dW1[3,2]", (3, 2)), ("W1_new[0,1]", (0, 1)), ("z1[2,0]", (2, 0)), ("loss", ())):
        go(tab, cell)
        name, *between, result = tab.locator("#equation").text_content().split(" = ")
        assert name == cell
        value = float(traced[cell.partition("[")[0]][index])
        assert number(result) == pytest.approx(value, rel=1e-9, abs=1e-12)
        arithmetic = between[0].replace("·", "*").replace("−", "-")
        assert re.fullmatch(r"[\d.e+*() -]+", arithmetic)
        assert eval(arithmetic) == pytest.approx(value, rel=1e-6, abs=1e-10)


def test_clicking_leads_from_a_gradient_back_to_the_data_and_the_trail_back_again(
    open_page: Callable[..., Any],
) -> None:
    tab = open_page(two_layers(), "#dW1[3,2]")
    for source in ("dz1[1,2]", "da1[1,2]", "W2[2,0]"):
        tab.locator(f'td.source[data-key="#{source}"]').click()
        arrives(tab, source)
    assert tab.locator("#equation .given").text_content() == "given: a parameter"
    tab.get_by_role("link", name="dW1[3,2]").first.click()
    arrives(tab, "dW1[3,2]")
    tab.locator('#equation a[href="#x[1,3]"]').click()
    arrives(tab, "x[1,3]")
    assert tab.evaluate("location.hash") == "#x[1,3]"
    tab.go_back()
    arrives(tab, "dW1[3,2]")


@pytest.mark.exhaustive
def test_back_and_forward_bring_back_the_trail_of_that_time(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#dW1[3,2]")
    way = ["dW1[3,2]", "dz1[1,2]", "da1[1,2]"]
    for source in way[1:]:
        tab.locator(f'td.source[data-key="#{source}"]').click()
        arrives(tab, source)
    passed = tab.locator("#trail li")
    assert passed.all_text_contents() == way
    for move, length in ((tab.go_back, 2), (tab.go_back, 1), (tab.go_forward, 2), (tab.go_forward, 3)):
        move()
        arrives(tab, way[length - 1])
        assert passed.all_text_contents() == way[:length]
    tab.locator("#trail a").first.click()
    arrives(tab, way[0])
    assert passed.all_text_contents() == way[:1]


def test_uses_lead_forward(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#x[0,1]")
    links = tab.locator("#below .uses a")
    assert links.all_text_contents() == ["z1[0,0]", "z1[0,1]", "z1[0,2]", "dW1[1,0]", "dW1[1,1]", "dW1[1,2]"]
    links.nth(4).click()
    arrives(tab, "dW1[1,1]")


def test_a_fragment_names_a_cell_and_a_wrong_one_does_no_harm(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(2), "#2:dW1[1,2]")
    arrives(tab, "2:dW1[1,2]")
    go(tab, "slope1[0,1]")
    tab.evaluate("location.hash = '#dW1[99,0]'")
    tab.evaluate("location.hash = '#%E0%A4%A'")
    tab.wait_for_timeout(50)
    arrives(tab, "slope1[0,1]")


def test_samples_as_columns_turn_matrices_and_symbols(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    tab = open_page([traced], "#z1[1,2]")
    assert formula(tab) == "z1[n,j]=∑ix[n,i]·W1[i,j]+b1[j]"
    tab.get_by_role("button", name="as columns").click()
    assert formula(tab) == "z1[j,n]=∑iW1[j,i]·x[i,n]+b1[j]"
    assert tab.evaluate("[...document.querySelectorAll('figure')].map(f => f.dataset.array)") == ["W1", "x", "b1", "z1"]
    np.testing.assert_allclose(shown(tab, "W1"), traced["W1"].T, atol=5e-4)
    np.testing.assert_allclose(shown(tab, "b1"), traced["b1"][:, np.newaxis], atol=5e-4)
    arrives(tab, "z1[2,1]")
    go_turned = tab.locator('td.source[data-key="#x[1,3]"]')
    assert (go_turned.get_attribute("data-row"), go_turned.get_attribute("data-column")) == ("3", "1")


def test_brackets_show_what_a_power_is_of_and_what_is_divided(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    (x, b1, z1), (n, j) = tensors("x b1 z1"), indices("n j")
    digits = x[n, Digit(j + 1, 1, 4)] * x[n, Digit(2 * j + 1, 2)] * x[n, Digit(1 * j, 1, 4)]
    made = z1[n, j] << (b1[j] / 2) ** 2 + digits - b1[j] / 4
    tab = open_page([replace(traced, formulas={**traced.formulas, "z1": made})], "#z1[1,2]")
    written = "z1[n,j]=(b1[j]2)2+x[n,(j+1)mod4]·x[n,⌊(2j+1)/2⌋]·x[n,jmod4]−b1[j]4"
    assert formula(tab) == written


def formula(tab: Any) -> str:
    return re.sub(r"\s", "", tab.locator("math.formula").text_content())


@one_of(
    ("locale", "title", "button", "decimal"),
    [("ru-RU", "Прочитать данные", "Вперёд", ","), ("zh-CN", "读取数据", "下一步", "."), ("fr", "Read", "Next", ".")],
)
def test_the_language_is_the_browsers(
    open_page: Callable[..., Any], locale: str, title: str, button: str, decimal: str
) -> None:
    tab = open_page(two_layers(), "#x[0,0]", locale=locale)
    assert tab.locator("h2").text_content().startswith(title)
    assert tab.evaluate("document.documentElement.lang") == locale[:2].replace("fr", "en")
    tab.get_by_role("button", name=button, exact=True).click()
    go(tab, "dW1[0,0]")
    assert re.search(rf"−\d{re.escape(decimal)}\d", tab.locator("#equation").text_content())
    tab.locator('select[data-key="language"]').select_option("en")
    assert tab.locator("h2").text_content() == "New weights"


def test_the_keyboard_alone_is_enough(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#x[0,0]")
    for _ in range(2):
        tab.keyboard.press("ArrowRight")
    arrives(tab, "z1[0,0]")
    tab.keyboard.press("End")
    arrives(tab, "b1_new[0]")
    tab.keyboard.press("Home")
    arrives(tab, "x[0,0]")
    go(tab, "z1[0,0]")
    reach(tab, "figure.target td")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowRight")
    arrives(tab, "z1[1,1]")
    assert tab.evaluate("document.activeElement.dataset.key") == "#z1[1,1]"
    reach(tab, 'figure[data-array="W1"] td', backwards=True)
    assert tab.evaluate("document.activeElement.dataset.key") == "#W1[3,1]"
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    arrives(tab, "W1[2,1]")
    reach(tab, "#edit")
    tab.keyboard.type("2")
    tab.keyboard.press("Enter")
    assert tab.locator("td.changed.active").text_content() == "2.000"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    assert tab.locator("dialog#help").is_visible()
    tab.keyboard.press("Escape")
    assert not tab.locator("dialog#help").is_visible()


def reach(tab: Any, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until the focus is where it is wanted."""
    for _ in range(60):
        tab.keyboard.press("Shift+Tab" if backwards else "Tab")
        if tab.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_playing_fills_the_matrix_cell_by_cell(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#z1[0,0]", preferences={"pace": 20})
    tab.evaluate(FILLED)
    tab.keyboard.press(" ")
    tab.wait_for_function("() => filled.some(([cell]) => cell === 'a1[0,1]')")
    tab.keyboard.press(" ")
    cells = [f"{name}[{sample},{unit}]" for name in ("z1", "a1") for sample in range(3) for unit in range(3)]
    pending = [*range(8, -1, -1)] * 2
    told = [[cell, left] for cell, left in zip(cells, pending, strict=True)]
    assert tab.evaluate("filled.slice(0, 11)") == told[:11]
    here = active(tab)
    tab.wait_for_timeout(250)
    assert active(tab) == here


def test_screen_readers_find_grids_headers_and_the_arithmetic(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#dW1[3,2]")
    grid = tab.get_by_role("grid", name="dW1")
    assert grid.get_by_role("columnheader").all_text_contents() == ["0", "1", "2"]
    assert grid.get_by_role("rowheader").all_text_contents() == ["0", "1", "2", "3"]
    assert grid.get_by_role("gridcell").count() == 12
    assert tab.locator("#equation").get_attribute("aria-live") == "polite"
    unnamed = tab.evaluate(
        "[...document.querySelectorAll('button, select, input')].filter("
        "e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"
    )
    assert unnamed == 0


def test_many_terms_are_elided_and_can_be_shown(open_page: Callable[..., Any]) -> None:
    [traced] = images()
    tab = open_page([traced], "#z1[2,5]")
    assert tab.locator("#equation .term").count() == 6
    tab.locator("#equation .rest").click()
    products = traced["f0"][2] * traced["W1"][:, 5]
    written = [number(text) for text in tab.locator("#equation .term a:first-child").all_text_contents()]
    assert len(written) == np.count_nonzero(products)
    ordered = traced["f0"][2][np.argsort(-np.abs(products))][: len(written)]
    np.testing.assert_allclose(written, ordered, atol=6e-4)
    assert f"+ {np.count_nonzero(products == 0)} zeros" in tab.locator("#equation").text_content()


def test_a_table_of_small_numbers_has_one_power_of_ten(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#b1[0]")
    assert tab.locator('[data-array="b1"] .power').count() == 0
    for place, value in enumerate((0.0025, -0.00004, 0)):
        edit(tab, f"b1[{place}]", value)
    assert tab.locator('[data-array="b1"] .power').text_content() == "× 10−3"
    assert [tab.locator(f'td[data-key="#b1[{place}]"]').text_content() for place in range(3)] == [
        "2.500",
        "−0.040",
        "0",
    ]
    assert tab.locator('td[data-key="#b1[1]"]').get_attribute("title") == "b1[1]: −4e−5, changed"


@pytest.mark.exhaustive
def test_a_gradient_leads_to_a_pixel_of_a_large_network(open_page: Callable[..., Any]) -> None:
    [traced] = images()
    tab = open_page([traced], "#dW1[300,5]")
    tab.locator('td.source[data-key="#f0[2,300]"]').click()
    arrives(tab, "f0[2,300]")
    tab.locator("#equation a").click()
    row, column = divmod(300, 28)
    arrives(tab, f"x[2,{row},{column},0]")
    value = float(traced["x"][2, row, column, 0])
    assert number(tab.locator("#equation .result").text_content()) == pytest.approx(value, abs=5e-4)


@pytest.mark.exhaustive
def test_a_large_page_is_small_opens_fast_and_computes_fast(open_page: Callable[..., Any]) -> None:
    traces = images()
    assert len(page_html(traces).encode()) < 3e6
    tab = open_page(traces, "#dW1[300,5]")
    opened = tab.evaluate(READY)
    assert opened < 100 * time_of_a_hundred_million_products(tab)
    go(tab, "x[2,10,20,0]")
    tab.fill("#edit", "0.5")
    tab.keyboard.press("Enter")
    computed = tab.evaluate("performance.getEntriesByName('whence.computed').at(-1).duration")
    assert computed < 50 * time_of_a_hundred_million_products(tab)
    assert tab.locator("td.changed.active").count() == 1


def test_the_policy_allows_only_the_pages_own_script_and_style(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers())
    policy = tab.locator("meta[http-equiv]").get_attribute("content")
    forbidden = "default-src 'none'; base-uri 'none'; form-action 'none'; "
    own = "script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:"
    assert re.fullmatch(forbidden + own, policy)


def test_a_title_cannot_end_the_block_that_it_stands_in(watched: Callable[..., Any], tmp_path: Any) -> None:
    path, title = tmp_path / "page.html", "</script><script>document.title = 'wrong'</script>"
    write_page(path, two_layers(), title=title)
    tab = watched()
    tab.goto(path.as_uri())
    assert tab.title() == title
    assert tab.locator("h1").text_content() == title


@pytest.mark.exhaustive
def test_on_paper_only_what_can_be_read_remains(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#dW1[3,2]", color_scheme="dark")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.emulate_media(media="print")
    assert not tab.locator(".settings").is_visible()
    assert not tab.locator(".controls").is_visible()
    assert tab.locator("figure.target table").is_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.querySelector('#cell')).position") == "static"


@one_of("fragment", ["#dW1[3,2]", "#loss", "#W1_new[0,0]", "#x[0,1]"])
def test_nothing_is_cut_off_on_a_telephone(open_page: Callable[..., Any], fragment: str) -> None:
    tab = open_page(two_layers(), fragment, viewport={"width": 390, "height": 844}, locale="ru-RU")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate("document.querySelector('#cell').scrollWidth") <= 390
    settings = [control.bounding_box() for control in tab.locator("#top :is(button, select)").all()]
    assert all(0 <= box["x"] <= box["x"] + box["width"] <= 390 for box in settings)
    assert tab.locator(".predictions .sample").first.is_visible()


def test_the_theme_can_be_switched(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers())
    background = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(background)
    tab.get_by_role("button", name="Dark colours").click()
    assert tab.evaluate(background) != light


@pytest.mark.exhaustive
def test_in_a_notebook_the_page_has_a_frame_of_its_own(watched: Callable[..., Any], tmp_path: Any) -> None:
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><p>before{notebook_html(two_layers())}", encoding="utf-8")
    tab = watched()
    tab.goto(path.as_uri())
    frame = tab.frame_locator("iframe")
    frame.get_by_role("button", name="First step").click()
    frame.get_by_role("button", name="Next", exact=True).click()
    frame.get_by_role("button", name="Next", exact=True).click()
    frame.locator('td.source[data-key="#x[0,1]"]').click()
    assert frame.locator("#trail [aria-current]").text_content() == "x[0,1]"
    frame.locator("#edit").fill("3")
    frame.locator("#edit").press("Enter")
    assert frame.locator("td.changed.active").text_content() == "3"
    assert tab.evaluate("getComputedStyle(document.querySelector('p')).fontFamily") != frame.locator("h2").evaluate(
        "e => getComputedStyle(e).fontFamily"
    )


def test_writing_leaves_the_old_page_if_it_fails(tmp_path: Any) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(ValueError, match="there are no training steps to show; give at least one trace"):
        write_page(path, [])
    assert path.read_text() == "old"


def test_after_the_last_step_comes_the_next_training_step(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(2), "#b1_new[2]")
    tab.keyboard.press("ArrowRight")
    arrives(tab, "2:x[0,0]")
    tab.keyboard.press("ArrowLeft")
    arrives(tab, "b1_new[0]")
    go(tab, "2:W1[1,1]")
    assert tab.locator("#edit").count() == 0
    tab.locator("#equation .given a").click()
    arrives(tab, "W1_new[1,1]")


def test_columns_and_classes_have_their_names(open_page: Callable[..., Any]) -> None:
    [traced] = classifier()
    data = {"columns": ["red", "green", "blue", "alpha", "size"]}
    named = replace(traced, description={**traced.description, "data": data, "classes": ["cat", "dog", "owl"]})
    tab = open_page([named], "#p[0,0]")
    headers = (
        "name => [...document.querySelectorAll(`figure[data-array='${name}'] th[scope=col]`)].map(h => h.textContent)"
    )
    assert tab.evaluate(headers, "p") == ["cat", "dog", "owl"]
    go(tab, "x[0,0]")
    assert tab.evaluate(headers, "x") == data["columns"]


def test_parameters_that_one_step_leaves_and_the_next_finds_are_stored_once() -> None:
    packed = pack(two_layers(2))
    first, second = packed["traces"]
    assert second["arrays"]["W1"] == first["arrays"]["W1_new"]
    assert len(packed["bytes"]) < sum(len(entry["arrays"]) for entry in packed["traces"])


@one_of("name", NAMES.values(), ids=NAMES)
def test_no_name_becomes_an_element_or_a_script(open_page: Callable[..., Any], name: str) -> None:
    tab = open_page([hostile_trace(name)])
    opened: list[str] = []
    tab.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    while not tab.get_by_role("button", name="Next", exact=True).is_disabled():
        tab.get_by_role("button", name="Next", exact=True).click()
    assert tab.locator("script").count() == 1
    assert tab.locator("img").count() == 0
    assert opened == []
