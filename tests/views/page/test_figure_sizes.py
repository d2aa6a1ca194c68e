"""What is seen at once: the cell on show with those that it is made from, and crops around the cells at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhaustive import one_of
from whence.nn import LSTM, Conv2d, Embedding, Flatten, Linear, MaxPool2d, ReLU, Sequential
from whence.nn.losses import CrossEntropy
from whence.optim import SGD
from whence.trace import Trace, trace
from whence.views.page import write_page

from .driving import go
from .networks import images, two_layers

HEADERS = (
    "name => [...document.querySelectorAll(`figure[data-array='${name}'] thead th`)].map(h => Number(h.textContent))"
)
HIDDEN = """marks => {
    const end = document.getElementById("cell").getBoundingClientRect().top;
    const isHidden = ({ left, right, top, bottom }) => top < 0 || bottom > end || left < 0 || right > innerWidth;
    return [...document.querySelectorAll(marks)].filter(cell => isHidden(cell.getBoundingClientRect())).length }"""


@pytest.fixture(scope="module")
def convolutions() -> Trace:
    """Return a training step of two convolutions with a linear layer on images of 28 × 28 pixels."""
    conv = (Conv2d(1, 16, 5), ReLU(), MaxPool2d(2), Conv2d(16, 32, 5), ReLU(), MaxPool2d(2))
    net = Sequential(*conv, Flatten(), Linear(512, 10), input_shape=(28, 28, 1), seed=1)
    x = np.random.default_rng(0).uniform(size=(4, 28, 28, 1)).astype(np.float32)
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([5, 0, 4, 1]))


@one_of("width", [1280, 1440])
def test_a_cell_is_seen_together_with_those_that_it_is_made_from(
    open_page: Callable[..., Any], convolutions: Trace, width: int
) -> None:
    tab = open_page([convolutions], viewport={"width": width, "height": 900})
    for cell in ("z1[0,12,12,3]", "z2[1,4,4,5]", "dW1[2,2,0,3]", "dW3[300,4]", "da1[0,12,12,3]", "ds1[0,5,5,3]"):
        go(tab, cell)
        assert tab.evaluate("scrollY") == 0
        assert tab.locator("td.active").count() == 1
        assert tab.evaluate(HIDDEN, "td.active, td.source") == 0, cell


@pytest.mark.exhaustive
def test_the_figure_that_is_filled_stays_where_its_sources_need_more_room(open_page: Callable[..., Any]) -> None:
    net = Sequential(Embedding(65, 8), LSTM(8, 16), Linear(16, 65), input_shape=(12,), seed=2)
    x = np.random.default_rng(5).integers(0, 65, size=(4, 12))
    tab = open_page([trace(net, CrossEntropy(), SGD(0.1), x, x)], "#i2[0,4,5]")
    assert tab.evaluate(HIDDEN, "td.active") == 0
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert tab.evaluate(HIDDEN, "td.active") == 0


def test_where_there_is_room_nothing_is_made_smaller(open_page: Callable[..., Any]) -> None:
    tab = open_page(two_layers(), "#z1[0,0]")
    assert tab.locator("main.compact").count() == 0
    tab.set_viewport_size({"width": 1280, "height": 500})
    tab.wait_for_selector("main.compact")


@one_of("cell", ["z1[0,12,12,3]", "z1[0,0,23,3]"])
def test_the_crop_lies_around_the_cells_at_work(open_page: Callable[..., Any], convolutions: Trace, cell: str) -> None:
    tab = open_page([convolutions], f"#{cell}")
    column = int(cell.split(",")[2])
    shown = tab.evaluate(HEADERS, "x")
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert set(range(column, column + 5)) <= set(shown)
    assert tab.locator('figure[data-array="x"] td.source').count() == 25


def test_few_cells_at_work_are_in_the_middle_of_the_crop(open_page: Callable[..., Any], convolutions: Trace) -> None:
    tab = open_page([convolutions], "#s1[0,5,6,2]")
    shown = tab.evaluate(HEADERS, "a1")
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert abs(shown[0] + shown[-1] - (12 + 13)) <= 1
    assert tab.locator('figure[data-array="a1"] td.source').count() == 4


@pytest.mark.exhaustive
def test_windows_take_the_room_that_the_screen_has(open_page: Callable[..., Any], convolutions: Trace) -> None:
    tab = open_page([convolutions], "#z2[0,4,4,5]", viewport={"width": 1280, "height": 800})
    small = len(tab.evaluate(HEADERS, "z2"))
    tab.set_viewport_size({"width": 1920, "height": 1080})
    tab.wait_for_function(f"() => ({HEADERS})('z2').length > {small}")
    assert tab.evaluate(HIDDEN, "td.active, td.source") == 0


@pytest.mark.exhaustive
def test_windows_share_the_width_that_is_left_over(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#dW1[300,5]", viewport={"width": 1440, "height": 900})
    assert tab.locator("main.compact").count() == 0
    tables = [table.bounding_box() for table in tab.locator(".grid.cropped").all()]
    heading = tab.locator("#top .settings").bounding_box()
    assert abs(max(box["x"] + box["width"] for box in tables) - heading["x"] - heading["width"]) < 8


@one_of("width", [1280, 1920])
def test_four_images_stand_in_one_row(open_page: Callable[..., Any], convolutions: Trace, width: int) -> None:
    tab = open_page([convolutions], "#x[0,12,12,0]", viewport={"width": width, "height": 900}, images=(28, 28, 1))
    box = tab.locator('figure[data-array="x"] .map > canvas').bounding_box()
    assert box["width"] > 3.9 * box["height"]


def test_a_scale_says_what_its_colours_stand_for(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#dW1[300,5]")
    for figure in tab.locator("figure:has(.legend)").all():
        numbers = [float(text.replace("−", "-")) for text in figure.locator(".legend span").all_text_contents()]
        assert numbers in ([-numbers[-1], 0, numbers[-1]], [0, numbers[-1]])


def test_any_two_axes_of_an_array_can_lie_on_the_screen(open_page: Callable[..., Any], convolutions: Trace) -> None:
    tab = open_page([convolutions], "#W2[1,2,3,4]")
    figure = tab.locator('figure[data-array="W2"]')
    assert figure.locator(".corner").text_content() == "i↓ j→"
    figure.locator("select").select_option("2,3")
    assert figure.locator(".corner").text_content() == "c↓ o→"
    places = figure.locator("td[data-key]").evaluate_all("all => all.map(cell => cell.dataset.key)")
    assert "#W2[1,2,3,4]" in places
    assert all(place.startswith("#W2[1,2,") for place in places)
    assert tab.locator("td.active").get_attribute("data-key") == "#W2[1,2,3,4]"


@pytest.mark.exhaustive
def test_pictures_side_by_side_begin_at_the_same_height(open_page: Callable[..., Any]) -> None:
    tab = open_page(
        images(), "#dW1[300,5]", images=(28, 28, 1), locale="ru-RU", viewport={"width": 1440, "height": 900}
    )
    captions = tab.locator("figcaption").all()
    assert [caption.locator(".switch").count() for caption in captions] == [1, 0, 1]
    tops = tab.locator(".map > canvas").evaluate_all("all => all.map(picture => picture.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 1


@pytest.mark.exhaustive
def test_a_picture_is_computed_once_however_many_sizes_are_tried(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#dz1[0,0]", images=(28, 28, 1), viewport={"width": 1280, "height": 600})
    tab.evaluate("""() => {
        const put = CanvasRenderingContext2D.prototype.putImageData;
        window.put = [];
        CanvasRenderingContext2D.prototype.putImageData = function (image, ...rest) {
            window.put.push(`${image.width} × ${image.height}`);
            put.call(this, image, ...rest);
        } }""")
    go(tab, "dW1[300,5]")
    assert tab.locator("main.compact").count() == 1
    assert tab.evaluate("window.put").count("96 × 784") == 1


def test_an_axis_goes_by_the_first_index_where_indices_are_added(
    open_page: Callable[..., Any], convolutions: Trace
) -> None:
    tab = open_page([convolutions], "#z1[0,12,12,3]")
    assert tab.locator('figure[data-array="x"] .corner').text_content() == "h↓ w→"


def test_on_a_telephone_the_formula_fits_and_the_filled_figure_stands_above_the_arrow(
    open_page: Callable[..., Any], convolutions: Trace
) -> None:
    tab = open_page([convolutions], "#z2[1,4,4,5]", viewport={"width": 390, "height": 844})
    tops = [tab.locator(place).bounding_box()["y"] for place in ("figure.target", ".becomes", '[data-array="s1"]')]
    assert tops == sorted(tops)
    hidden = tab.locator("#step .scroller").evaluate("({ scrollWidth, clientWidth }) => scrollWidth - clientWidth")
    assert hidden <= 1


def test_an_axis_without_a_letter_goes_by_its_number(open_page: Callable[..., Any]) -> None:
    figure = open_page(images(), "#x[0,14,14,0]").locator('figure[data-array="x"]')
    assert figure.locator("option").all_text_contents() == ["n × axis 1", "n × axis 2", "axis 1 × axis 2"]


@pytest.mark.exhaustive
def test_the_step_is_said_to_the_end(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), viewport={"width": 1366, "height": 768})
    tab.evaluate("document.querySelector('.title p').textContent = 'on samples 0 to 3, '.repeat(9)")
    right = """() => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector('.title p'));
        return range.getBoundingClientRect().right;
    }"""
    title = tab.locator(".title").bounding_box()
    assert tab.evaluate(right) <= title["x"] + title["width"] + 1


@pytest.mark.exhaustive
def test_only_the_pictures_that_are_shown_are_painted(watched: Callable[..., Any], tmp_path: Path) -> None:
    tab = watched(device_scale_factor=1)
    tab.add_init_script(
        """const paint = CanvasRenderingContext2D.prototype.drawImage;
        window.painted = new Set();
        CanvasRenderingContext2D.prototype.drawImage = function (...picture) {
            window.painted.add(this.canvas);
            paint.apply(this, picture); }"""
    )
    write_page(tmp_path / "page.html", images())
    tab.goto((tmp_path / "page.html").as_uri())
    tab.wait_for_function("() => [...document.querySelectorAll('.map > canvas')].every(shown => painted.has(shown))")
    assert tab.evaluate("painted.size") == tab.locator(".map > canvas").count() > 0
