"""The page of a film: what it shows at each moment are the numbers of the film, in a browser that asks for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whence.colours import ON_LIGHT
from whence.data import Samples
from whence.history import Film, film
from whence.nn import Flatten, Linear, ReLU, Sequential
from whence.nn.losses import CrossEntropy, MeanSquaredError
from whence.optim import SGD
from whence.views.film import write_film
from whence.views.texts import Language

RNG = np.random.default_rng(0)
WORD = re.compile(r"[A-Za-z]{3,}")
SAID = """() => [document.body.innerText, ...[...document.querySelectorAll("[title], [aria-label]")].flatMap(
    (each) => [each.getAttribute("title"), each.getAttribute("aria-label")])].join("\\n")"""
BUTTONS = """() => {
    window.buttons = [];
    new MutationObserver(() => buttons.push(document.querySelector("[data-key=play]").ariaLabel)).observe(
        document.querySelector("[data-key=play]").parentElement, { childList: true });
}"""
PIXEL = """([x, y]) => {
    const canvas = document.querySelector(".weights .map canvas");
    const scale = canvas.width / canvas.clientWidth;
    const copy = new OffscreenCanvas(1, 1).getContext("2d");
    copy.drawImage(canvas, -Math.floor(x * scale), -Math.floor(y * scale));
    return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def classified(rows: int = 24) -> Samples:
    x = RNG.normal(size=(rows, 2))
    return Samples(x, (x[:, 0] * x[:, 1] > 0).astype(np.int64))


def film_of(net: Sequential, train: Samples, loss: Any = None, **options: Any) -> Film:
    training = {"net": net, "loss_fn": loss or CrossEntropy(), "optimizer": SGD(0.1), "train": train}
    return film({**training, "epochs": 4, "batch_size": 6, "seed": 0}, **{"frames": 9, **options})


@pytest.fixture(scope="module")
def of_points() -> Film:
    net = Sequential(Linear(2, 5), ReLU(), Linear(5, 2), seed=1)
    return film_of(net, classified(), cells=[("W1", (0, 1)), ("W1", (1, 3))], classes=("inside", "outside"))


@pytest.fixture(scope="module")
def of_pictures() -> Film:
    pictures = RNG.integers(0, 255, (24, 4, 3, 1), dtype=np.uint8)
    net = Sequential(Flatten(), Linear(12, 6), ReLU(), Linear(6, 3), input_shape=(4, 3, 1), seed=1)
    return film_of(net, Samples(pictures, np.arange(24) % 3))


@pytest.fixture
def open_film(watched: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    def open_one(*films: Film, language: Language | None = None, **options: Any) -> Any:
        path = tmp_path / "film.html"
        write_film(path, films, titles=["slow", "fast"][: len(films)], runs=["a", "b"][: len(films)], language=language)
        tab = watched(**options)
        tab.goto(path.as_uri())
        tab.wait_for_function("() => performance.getEntriesByName('whence.ready').length")
        return tab

    return open_one


def go(tab: Any, moment: int) -> None:
    tab.evaluate(
        "moment => { const slider = document.querySelector('#player input'); slider.value = moment;"
        " slider.dispatchEvent(new Event('input')) }",
        moment,
    )


def number(text: str) -> float:
    return float(re.sub(r"[=≈ %]", "", text).replace("−", "-"))


def test_predictions_steps_and_cursor_are_those_of_the_frame(open_film: Callable[..., Any], of_points: Film) -> None:
    tab = open_film(of_points)
    for moment in (0, 5, 8):
        go(tab, moment)
        assert f"step {of_points.steps[moment]}" in tab.inner_text(".where")
        outputs = of_points.samples.outputs[moment]
        for card, own, target in zip(
            tab.locator(".answer").all_inner_texts(), outputs, of_points.samples.targets, strict=True
        ):
            name = ("inside", "outside")[own.argmax()]
            assert card.startswith(f"{name} {'✓' if own.argmax() == target else '✗'} "), card
            assert number(card.split()[2]) == pytest.approx(100 * own.max(), abs=0.06)
    places = []
    for moment in (0, 4, 8):
        go(tab, moment)
        places.append(float(tab.get_attribute(".chart .cursor", "x1")))
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)


def test_weights_have_the_colours_of_the_frame(open_film: Callable[..., Any], of_pictures: Film) -> None:
    tab = open_film(of_pictures)
    weights = of_pictures.first_layer.weights[..., 0]  # (F, U, H, W)
    limit = np.abs(weights).max()
    box = tab.locator(".weights .map canvas").bounding_box()
    columns = round(box["width"] / box["height"] * 5 / 4) if box["width"] < 3 * box["height"] else 6
    scale = box["width"] / (4 * columns - 1)
    for moment in (0, 8):
        go(tab, moment)
        for tile, row, column in ((0, 0, 0), (1, 3, 2), (4, 2, 1)):
            x, y = (tile % columns) * 4 + column + 0.5, (tile // columns) * 5 + row + 0.5
            value = weights[moment, tile, row, column]
            end = ON_LIGHT.below_zero if value < 0 else ON_LIGHT.above_zero
            strength = np.sqrt(abs(value) / limit)
            expected = np.array(ON_LIGHT.zero) + (np.array(end) - ON_LIGHT.zero) * strength
            shown = tab.evaluate(PIXEL, [x * scale, y * scale])
            assert np.abs(expected - shown).max() < 14, (moment, tile, row, column)


def test_a_told_weight_shows_its_sum(open_film: Callable[..., Any], of_points: Film) -> None:
    tab = open_film(of_points)
    lives = of_points.lives
    place = int(np.abs(lives.values[-1] - lives.first).argmax())
    assert tab.inner_text(".life figcaption") == f"Where {lives.cells[place]} came from"
    for moment in (0, 4, 8):
        go(tab, moment)
        *terms, total = [number(each) for each in tab.locator(".sum td:nth-child(2)").all_inner_texts()]
        assert total == pytest.approx(lives.values[moment, place], abs=1e-4)
        assert sum(terms) == pytest.approx(total, abs=2e-4)
    shares = [number(text) for text in tab.locator(".extremes b").all_inner_texts()]
    largest = (*lives.raised_by[place], *lives.lowered_by[place])
    assert shares == pytest.approx([share for share in largest if share], rel=1e-3)


def test_a_clicked_weight_shows_its_curve_and_the_command(open_film: Callable[..., Any], of_points: Film) -> None:
    tab = open_film(of_points)
    box = tab.locator(".weights .map canvas").bounding_box()
    tab.locator(".weights .map canvas").click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.25})
    assert tab.inner_text(".life figcaption") == "Where W1[0,4] came from"
    assert tab.inner_text(".life code") == "whence why a 'W1[0,4]' --training"
    go(tab, 3)
    weight = of_points.first_layer.weights[3, 0, 4]
    assert number(tab.inner_text("p.sum").split("≈")[1]) == pytest.approx(weight, abs=0.01)
    tab.fill(".life input", "W1[1, 3]")
    tab.press(".life input", "Enter")
    assert tab.inner_text(".life figcaption") == "Where W1[1,3] came from"
    tab.fill(".life input", "W1[9, 9]")
    tab.press(".life input", "Enter")
    assert "no such weight" in tab.inner_text(".life .trouble")


def test_keys_play_it_and_go_to_its_ends(open_film: Callable[..., Any], of_points: Film) -> None:
    tab = open_film(of_points)
    tab.keyboard.press("Home")
    assert "step 0" in tab.inner_text(".where")
    tab.keyboard.press("ArrowRight")
    assert f"step {of_points.steps[1]}" in tab.inner_text(".where")
    tab.select_option("#player select", "30")
    tab.evaluate("document.activeElement.blur()")
    tab.evaluate(BUTTONS)
    tab.keyboard.press("Space")
    tab.wait_for_function("() => buttons.length > 1")
    assert tab.evaluate("buttons") == ["Pause", "Play"]
    assert f"step {of_points.steps[-1]}" in tab.inner_text(".where")


def test_two_runs_have_one_slider_by_epochs(open_film: Callable[..., Any], of_points: Film) -> None:
    other = film_of(
        Sequential(Linear(2, 5), ReLU(), Linear(5, 2), seed=2), classified(42), classes=("inside", "outside")
    )
    tab = open_film(of_points, other)
    assert tab.locator(".run h2").all_inner_texts() == ["slow", "fast"]
    assert tab.locator(".charts .chart").count() < tab.locator(".run .panel").count()
    go(tab, 7)
    epoch = number(tab.inner_text(".where").split("·")[0].removeprefix("epoch"))
    steps = [int(text.split()[2]) for text in tab.inner_text(".where").split(" · ")[1:]]
    for each, step in zip((of_points, other), steps, strict=True):
        assert step == each.steps[each.steps <= epoch * each.steps_per_epoch + 0.05].max()
    assert tab.locator(".chart .key").first.inner_text().count("slow") == tab.locator(
        ".chart .key"
    ).first.inner_text().count("fast")


def test_curves_and_surfaces_of_regressions(open_film: Callable[..., Any]) -> None:
    x = RNG.uniform(-1, 1, (24, 1))
    curve = film_of(Sequential(Linear(1, 4), ReLU(), Linear(4, 1), seed=1), Samples(x, x**2), MeanSquaredError())
    tab = open_film(curve)
    go(tab, 0)
    before = tab.get_attribute(".surface .value", "d")
    go(tab, 8)
    assert tab.get_attribute(".surface .value", "d") != before
    assert tab.locator(".surface circle").count() == 24
    assert number(tab.locator(".answer b").first.inner_text()) == pytest.approx(
        curve.samples.outputs[-1, 0, 0], rel=1e-3
    )


def test_the_brightest_pixel_is_that_of_the_data(open_film: Callable[..., Any], of_pictures: Film) -> None:
    image = {"height": 4, "width": 3, "channels": 1, "maximum": 16}
    samples = replace(of_pictures.samples, inputs=of_pictures.samples.inputs % 17)
    tab = open_film(replace(of_pictures, description={"image": image}, samples=samples))
    shades = tab.evaluate(
        "() => { const canvas = document.querySelector('.samples canvas.picture');"
        " const shown = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
        " return [...shown].filter((_, place) => place % 4 === 0) }"
    )
    expected = np.rint(samples.inputs[0].ravel() / 16 * 255)
    assert len(shades) == 12 and np.abs(expected - shades).max() <= 1


def test_it_says_of_which_epoch_the_saved_model_is(open_film: Callable[..., Any], of_points: Film) -> None:
    first, other = open_film(of_points, replace(of_points, best_epoch=2)).locator(".run").all_inner_texts()
    assert ("saved model" in first) == (of_points.best_epoch < 4)
    assert "The saved model is that of epoch 2; the film goes on to epoch 4." in other


def test_ticks_of_shares_are_told_apart(open_film: Callable[..., Any], of_points: Film) -> None:
    history = [{**record, "train_accuracy": 0.95 + 0.004 * record["epoch"]} for record in of_points.history]
    tab = open_film(replace(of_points, history=tuple(history)))
    ticks = tab.locator(".chart", has_text="Accuracy").locator("text").all_text_contents()
    shares = [tick for tick in ticks if "%" in tick]
    assert len(shares) == len(set(shares)) >= 2


def test_an_epoch_that_ended_early_is_measured_at_its_last_step(open_film: Callable[..., Any], of_points: Film) -> None:
    early = {**of_points.history[-1], "epoch": 5, "train_loss": 0.25}
    tab = open_film(replace(of_points, history=(*of_points.history, early)))
    assert number(tab.locator(".chart .key b").first.inner_text()) == 0.25


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_it_is_told_in_the_language(open_film: Callable[..., Any], of_points: Film, language: Language) -> None:
    tab = open_film(of_points, language=language)
    assert tab.evaluate("document.documentElement.lang") == language
    known = {"English", "slow", "inside", "outside", "Space", "Home", "End"}
    assert not set(WORD.findall(tab.evaluate(SAID))) - known


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_window(open_film: Callable[..., Any], of_pictures: Film, width: int) -> None:
    tab = open_film(of_pictures, of_pictures, viewport={"width": width, "height": 850})
    assert tab.evaluate("document.documentElement.scrollWidth") == width
