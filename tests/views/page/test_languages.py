"""The page in Russian and Chinese: no English word from the first step to the last, but for names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhaustive import exhaustive
from whence.nn import BatchNorm, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from whence.nn.losses import CrossEntropy
from whence.optim import Adam
from whence.trace import Trace, trace
from whence.views.page import write_page
from whence.views.texts import Language

from .driving import go, load

SAID = """() => [document.body.innerText, ...[...document.querySelectorAll("[title], [aria-label]")].flatMap(
    (each) => [each.getAttribute("title"), each.getAttribute("aria-label")])].join("\\n")"""
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = {"ReLU", "English", "loss", "digits", "new", "max", "argmax", "mod", "momentum", "exp", "log"}


def convolutional() -> Trace:
    layers = Conv2d(1, 2, 3), BatchNorm(), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.2), Linear(8, 3)
    net, rng = Sequential(*layers, input_shape=(6, 6, 1), seed=1), np.random.default_rng(0)
    step = trace(net, CrossEntropy(), Adam(0.01), rng.normal(size=(3, 6, 6, 1)), np.array([0, 1, 2]))
    data = {"name": "digits", "samples": [0, 1, 2], "step": {"kind": "best", "number": 3}}
    return replace(step, description={**step.description, "data": data})


@pytest.mark.parametrize("language", ["ru", pytest.param("zh", marks=exhaustive)])
def test_every_step_is_told_in_the_language(watched: Callable[..., Any], tmp_path: Path, language: Language) -> None:
    step, path = convolutional(), tmp_path / "page.html"
    write_page(path, [step], title="digits", language=language)
    tab = watched()
    load(tab, path.as_uri())
    assert tab.evaluate("document.documentElement.lang") == language
    known = NAMES.union(*(WORD.findall(text) for name in step for text in (name, step.origins[name].function)))
    for phase in dict.fromkeys(made.arrays[-1] for made in step.steps if made.arrays):
        go(tab, f"{phase}[{','.join('0' * step[phase].ndim)}]".removesuffix("[]"))
        foreign = set(WORD.findall(tab.evaluate(SAID))) - known
        assert not foreign, phase
