"""The loss and the predictions: always in sight, and after a change what they were before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from whence.nn import CrossEntropy, Linear, Sequential
from whence.optim import SGD
from whence.trace import Trace, trace

from .driving import arrives, edit, go
from .networks import classifier, images, over_time, text_of_characters, two_layers

LOSS, PREDICTIONS = "#outcome .loss", "#outcome .predictions li"


def named() -> Trace:
    [traced] = classifier()
    return replace(traced, description={**traced.description, "classes": ["cat", "dog", "owl"]})


def test_a_class_is_told_with_the_probability_of_the_target_and_whether_it_is_right(
    open_page: Callable[..., Any],
) -> None:
    traced = named()
    tab = open_page([traced])
    assert tab.locator(LOSS).text_content() == f"loss {float(traced['loss']):#.4g}"
    shown = tab.locator(PREDICTIONS).all_text_contents()
    for sample, (probabilities, label) in enumerate(zip(traced["p"], traced["y"], strict=True)):
        said, meant = (traced.description["classes"][place] for place in (int(probabilities.argmax()), int(label)))
        value = f"{probabilities[label]:#.4g}"
        told = f"{said} ✓ {value}" if said == meant else f"{said} ✗ target {meant} {value}"
        assert shown[sample] == f"n={sample} {told}"


def test_after_a_change_the_number_before_it_stands_before_it(open_page: Callable[..., Any]) -> None:
    [before], [after] = classifier(), classifier(labels=(1, 0, 1, 2))
    tab = open_page([before])
    edit(tab, "y[0]", 1)
    assert tab.locator(LOSS).text_content() == f"loss {float(before['loss']):#.4g} → {float(after['loss']):#.4g}"
    told = f"{before['p'][0, 2]:#.4g} → {after['p'][0, 1]:#.4g}"
    assert tab.locator(PREDICTIONS).first.text_content().endswith(told)
    tab.get_by_role("button", name="Reset").click()
    assert "→" not in tab.locator("#outcome").text_content()


def test_a_number_stands_beside_its_target(open_page: Callable[..., Any]) -> None:
    [traced] = two_layers()
    tab = open_page([traced])
    output = traced.layers[-1].output
    assert tab.locator(PREDICTIONS).all_text_contents() == [
        f"n={sample} {traced[output][sample, 0]:#.4g} target {traced['y'][sample, 0]:.0f}" for sample in range(3)
    ]
    tab.locator(PREDICTIONS).nth(1).locator("a").click()
    arrives(tab, f"{output}[1,0]")


@pytest.mark.exhaustive
def test_of_a_text_only_the_sample_at_work_is_told(open_page: Callable[..., Any]) -> None:
    traced = text_of_characters()
    tab = open_page([traced], "#p[2,5,0]")
    shown = tab.locator(PREDICTIONS)
    assert shown.count() == 32
    assert shown.nth(5).text_content().startswith(f"n=2,t=5 {int(np.argmax(traced['p'][2, 5]))} ")


def test_of_distributions_only_the_sample_at_work_is_told_and_which_it_is(open_page: Callable[..., Any]) -> None:
    [labels] = classifier()
    y = np.eye(3)[labels["y"]]
    traced = trace(Sequential(Linear(5, 3), seed=1), CrossEntropy(), SGD(0.1), np.ones((len(y), 5)), y)
    shown = open_page([traced], "#z1[1,0]").locator(PREDICTIONS).all_text_contents()
    assert [each.split()[0] for each in shown] == ["n=1,k=0", "n=1,k=1", "n=1,k=2"]


def test_a_sequence_with_one_class_has_one_prediction(open_page: Callable[..., Any]) -> None:
    tab = open_page([over_time(lambda net: None)])
    assert tab.locator(PREDICTIONS).count() == 2


def test_it_stays_in_sight_on_a_telephone(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#z1[0,0]", viewport={"width": 390, "height": 844})
    for cell in ("x[0,0,0,0]", "dW1[300,5]", "W1_new[700,90]"):
        go(tab, cell)
        tab.evaluate("scrollBy(0, 300)")
        assert tab.evaluate("document.getElementById('outcome').getBoundingClientRect().top") >= 0
        assert tab.locator(LOSS).is_visible()


@pytest.mark.exhaustive
def test_the_number_that_is_changed_is_seen_on_a_telephone_with_what_it_changes(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), "#W2[5,2]", viewport={"width": 390, "height": 844})
    edit(tab, "W2[5,2]", 3)
    active = tab.locator("td.active").bounding_box()
    strip, panel = (tab.locator(place).bounding_box() for place in ("#outcome", "#cell"))
    assert strip["y"] + strip["height"] <= active["y"] <= panel["y"] - active["height"]
    assert "→" in tab.locator(LOSS).text_content()


@pytest.mark.exhaustive
def test_on_a_telephone_all_predictions_are_seen(open_page: Callable[..., Any]) -> None:
    tab = open_page(images(), viewport={"width": 390, "height": 844}, locale="ru-RU")
    strip = tab.locator(".predictions").evaluate(
        "strip => [strip.scrollWidth, strip.clientWidth, strip.scrollHeight, strip.clientHeight]"
    )
    assert strip[0] <= strip[1] and strip[2] <= strip[3]
    boxes = [item.bounding_box() for item in tab.locator(PREDICTIONS).all()]
    assert len(boxes) == 4 and all(0 <= box["x"] <= box["x"] + box["width"] <= 390 for box in boxes)
