"""Arithmetic that is shown comes out: every equation is read back, computed by hand's rules, and compared.

What reads the equations, `shown_arithmetic`, shares nothing with what writes them.
"""

import itertools
import re
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive, one_of_each
from nn.examples import EXAMPLES
from shown_arithmetic import (
    Equation,
    Reading,
    equation_of_cell,
    equation_of_terms,
    equation_of_why,
    equations_of_derivation,
    number,
)
from whence.formula.digits import write_number
from whence.formula.layout import Operator
from whence.nn import (
    GRU,
    LSTM,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Last,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Tanh,
)
from whence.nn.losses import losses
from whence.optim import SGD, optimizers
from whence.trace import trace_steps
from whence.views.derivation import as_text, derive
from whence.views.derivation.outline import Equation as Block
from whence.views.text import why_text

PRECISIONS = {"float32": 2.0**-24, "float64": 2.0**-53}
RNG = np.random.default_rng(5)


def steps(layers, loss, optimizer, dtype, shape, *, classes=3, count=2):
    """Return the first training step of a network and the last of some on the same batch."""
    net = Sequential(*layers, input_shape=shape, dtype=dtype, seed=1)
    x = np.random.default_rng(2).normal(size=(4, *shape)).astype(dtype)
    labels = np.array([0, 2, 1, 2])[: len(x)] % classes
    y = labels if loss == "cross_entropy" else np.eye(classes, dtype=dtype)[labels]
    first, *_, last = trace_steps(net, losses[loss](), optimizer, [(x, y)] * count)
    return first, last


def mlp(width=6):
    return [Linear(5, width), Tanh(), Linear(width, width), ReLU(), Linear(width, 3)]


NETWORKS = {
    "batch norm and dropout": lambda dtype: steps(
        [Conv2d(1, 2, 3, padding=1), BatchNorm(), ReLU(), Flatten(), Dropout(0.3), Linear(32, 3)],
        "cross_entropy", SGD(0.1, momentum=0.9), dtype, (4, 4, 1),
    ),
    "pools": lambda dtype: steps(
        [Conv2d(1, 2, 3), MaxPool2d(2), AvgPool2d(2), Flatten(), Linear(2, 3)],
        "cross_entropy", optimizers["adam"](0.01), dtype, (6, 6, 1),
    ),
    "lstm": lambda dtype: steps(
        [LSTM(3, 4), Last(), Linear(4, 3)], "cross_entropy", optimizers["rmsprop"](0.01), dtype, (4, 3)
    ),
    "gru": lambda dtype: steps(
        [GRU(3, 4), Dropout(0.4), Last(), Linear(4, 3)], "cross_entropy", optimizers["adamw"](0.01), dtype, (4, 3)
    ),
    "residual": lambda dtype: steps(
        [Linear(5, 6), Residual([Linear(6, 6), Tanh(), Linear(6, 6)]), Sigmoid(), Linear(6, 3)],
        "huber", SGD(0.1, weight_decay=0.01, clip_norm=0.5), dtype, (5,),
    ),
    "trained until nearly certain": lambda dtype: steps(
        mlp(16), "cross_entropy", optimizers["adam"](0.05), dtype, (5,), count=60
    ),
    **{f"loss {name}": lambda dtype, name=name: steps(mlp(), name, SGD(0.1), dtype, (5,)) for name in losses},
    **{
        f"optimizer {name}": lambda dtype, name=name: steps(mlp(), "cross_entropy", optimizers[name](), dtype, (5,))
        for name in optimizers
    },
}  # fmt: skip
KINDS = {name: name.split()[0] for name in NETWORKS if name.startswith(("loss ", "optimizer "))}
"""The kinds of networks that differ in their loss or optimizer; all others are of one kind."""


def check(equation, precision, found):
    """Count an equation, and keep it if it is false."""
    if equation is None:
        return
    if equation.sign == "=":
        holds = equation.is_true
    else:
        holds = equation.is_rounded(PRECISIONS[precision])
        found["rounded"] += 1
    found["all"] += 1
    if not holds:
        found[f"{equation}, but it comes to {Reading(equation.left).value:.12g}"] += 1


def cells(traced, names, count):
    for name in names:
        for _ in range(count):
            yield name, tuple(int(RNG.integers(length)) for length in traced[name].shape)


def assert_true(found, least):
    falsities = [text for text in found if text not in ("all", "rounded")]
    assert not falsities, "\n".join(falsities[:20])
    assert found["all"] >= least
    assert found["rounded"] <= 0.05 * found["all"]


@pytest.mark.parametrize(
    ("precision", "most", "least"),
    [("float32", 1, 900), *(pytest.param(each, None, 4400, marks=exhaustive) for each in PRECISIONS)],
)
def test_cells_of_every_layer_come_out(precision, most, least):
    found = Counter()
    for examples in EXAMPLES.values():
        for example in examples[:most]:
            if example.shape:
                traced, _ = networks.traced_example(example, np.dtype(precision), optimizers["adam"](0.01), count=3)
                for name, index in cells(traced, traced.formulas, 1):
                    check(equation_of_cell(str(traced.cell(name, *index))), precision, found)
    assert_true(found, least)


@one_of_each(("network", "precision"), itertools.product(NETWORKS, PRECISIONS), lambda name, _: KINDS.get(name))
def test_what_why_and_a_derivation_show_comes_out(network, precision):
    found = Counter()
    for traced in NETWORKS[network](np.dtype(precision)):
        for name, index in cells(traced, traced.formulas, 1):
            text = why_text(traced, name, index, depth=0, terms=3)
            check(equation_of_why(text), precision, found)
            check(equation_of_terms(text), precision, found)
        derivation = derive(traced, numbers=True)
        shown = equations_of_derivation(as_text(derivation))
        for equation in shown:
            check(equation, precision, found)
        assert len(shown) >= equations_in(derivation)
    assert_true(found, 100)


def equations_in(derivation):
    """Return how many cells of a derivation are written as numbers and what they come to."""
    blocks = [block for section in derivation.sections for block in section.blocks if isinstance(block, Block)]
    rows = [block.numbers.cell for block in blocks if block.numbers is not None and block.numbers.cell is not None]
    return sum(any(item in (Operator("="), Operator("≈")) for item in row.items[2:]) for row in rows)


@pytest.fixture(scope="module")
def equations():
    made = (NETWORKS[name](np.dtype("float32")) for name in ("lstm", "batch norm and dropout", "loss huber"))
    all_cells = [(each, cell) for traces in made for each in traces for cell in cells(each, each.formulas, 2)]
    read = (equation_of_why(why_text(each, *cell, depth=0)) for each, cell in all_cells)
    return [equation for equation in read if equation is not None and equation.sign == "="]


def test_a_result_that_is_off_by_its_last_digit_is_caught(equations):
    for equation in equations:
        off = write_number(float(number(equation.right) + equation.last_place), 17)
        assert not Equation(equation.left, "=", off).is_true or not equation.last_place


def test_a_digit_that_is_dropped_is_caught(equations):
    """Nothing beyond the usual four digits is there without need, except where the result would lie between two."""
    caught, kept = Counter(), Counter()
    for equation in equations:
        for match in re.finditer(r"\d+\.\d\d+", equation.left):
            kind = "needed" if len(match[0].replace(".", "").lstrip("0")) > 4 else "usual"
            fewer = number(match[0]).quantize(Decimal(10) ** (match.start() + match[0].index(".") + 2 - match.end()))
            shorter = Equation(
                f"{equation.left[: match.start()]}{fewer}{equation.left[match.end() :]}", "=", equation.right
            )
            (kept if shorter.is_true else caught)[kind] += 1
    assert caught["needed"] > 100
    assert kept["needed"] < 0.2 * caught["needed"]
    assert caught["usual"] > 200


def test_four_digits_everywhere_would_often_be_false(equations):
    false = 0
    for equation in equations:
        rounded = re.sub(r"\d+\.\d+(?:e−?\d+)?", lambda found: f"{Decimal(number(found[0])):.4g}", equation.left)
        false += not Equation(
            re.sub("e([-+])0*", "e\\1", rounded).replace("e-", "e−").replace("e+", "e"), "=", equation.right
        ).is_true
    assert false > 0.1 * len(equations)


def test_the_reader_computes_as_people_do():
    for text, value in {
        "2 + 3 · 4 − 6 / 3": 12,
        "(−2)² · ½": 2,
        "−2²": -4,
        "max(0, −1) + min(2, 3) + |−4|": 6,
        "[1 > 0] + [2 = 3]": 1,
        "√(16) + exp(0) + log(1) + σ(0)": 5.5,
        "1.5e−3 · 2 + 3 other terms that add up to −0.003 + 4 zeros": 0,
        "argmax(0.3, 0.5, –)": 1,
        "argmax(7: 0.5, 2: 0.3, 4 more)": 7,
        "tanh(0.5) + erf(0.5)": 0.4621171572600098 + 0.5204998778130465,
    }.items():
        assert float(Reading(text).value) == pytest.approx(value)


@pytest.mark.exhaustive
def test_a_derivation_explains_its_sign_for_rounding():
    first, _ = NETWORKS["batch norm and dropout"](np.dtype("float32"))
    derivation = as_text(derive(first, numbers=True))
    assert any(equation.sign == "≈" for equation in equations_of_derivation(derivation))
    assert "The sign ≈ stands where rounding in the training step" in derivation
    assert "The sign ≈" not in as_text(derive(first))
