"""How a number that is not finite came about, as text and as JSON."""

from __future__ import annotations

import numpy as np
import pytest

from whence.formula import Formulas, exp, log, tensors
from whence.history import Autopsy, autopsy
from whence.nn import Layer, Linear, MeanSquaredError, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.text import autopsy_json, autopsy_text


class Told(Layer):
    """A function that a user states by its formula alone."""

    def __init__(self, function):
        self.function = function

    def formulas(self, *, training=True):
        e = self.element()
        x, y = (tensor[e] for tensor in tensors("x y"))
        return Formulas([y << self.function(x)])


def found(function, value: float) -> Autopsy:
    net = Sequential(Linear(1, 1), Told(function))
    net.layers[0].weight[:] = 1
    with np.errstate(all="ignore"):
        made = autopsy(trace(net, MeanSquaredError(), SGD(0.1), np.array([[value]]), np.ones((1, 1))))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("function", "value", "reason"),
    [
        (lambda x: exp(x) + 1, 812.5, "exp(812.5) is beyond 3.403e38, the largest float32"),
        (lambda x: 2 / x, 0.0, "2 / 0 has no finite value"),
        (lambda x: x / x, 0.0, "0 / 0 has no value"),
        (log, 0.0, "log(0) has no finite value"),
        (log, -2.0, "log(−2) has no value"),
    ],
)
def test_the_part_that_is_not_finite_is_named_with_its_numbers(function, value: float, reason: str) -> None:
    made = found(function, value)
    assert reason in autopsy_text(made)
    assert autopsy_json(made)["reason"] == reason


def test_the_chain_is_told_in_three_languages() -> None:
    made = found(exp, 812.5)
    names = [cell.name for cell in made.chain]
    assert [cell["cell"] for cell in autopsy_json(made)["chain"]] == names
    for language, because in (("en", "What made it so:"), ("ru", "Откуда это взялось:"), ("zh", "原因依次为：")):
        first, rest = autopsy_text(made, language=language).split(because)
        assert f"\n{names[0]} = " in first and "∞" in first
        assert all(f"\n{name} = " in rest for name in names[1:])
