"""Every formula of every layer, loss and optimizer is written alike by all that writes text."""

import itertools

import numpy as np

import traced_networks as networks
from exhaustive import one_of_each
from nn.examples import EXAMPLES, group_of_layer
from nn.losses import loss_cases
from optim import optimizer_cases
from whence.formula import write
from whence.nn import CrossEntropy, Linear, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.derivation import as_text, derive
from whence.views.text import list_arrays, why_text

WIDTH = 96
"""Wider formulas are in several lines of a derivation."""


def check(step, names):
    """Assert that formulas are written alike, and return how many of them a derivation has in one line."""
    derived, listed = as_text(derive(step)).splitlines(), list_arrays(step).splitlines()
    lines = {line.strip() for line in derived}
    for name in names:
        text = write(step.formulas[name])
        assert why_text(step, name, (0,) * step[name].ndim, terms=1).startswith(f"{text}    computed by ")
        assert any(line.startswith(f"{name} ") and line.endswith(f"  {text}") for line in listed)
        started = [line for line in lines if line.startswith(text.partition(" = ")[0] + " = ")]
        assert len(text) > WIDTH or not started or text in lines, (text, started)
    return len({write(step.formulas[name]) for name in names} & lines)


@one_of_each(
    ("kind", "most"), itertools.product(EXAMPLES, [1, None]), lambda kind, most: group_of_layer(EXAMPLES[kind][0])
)
def test_every_layer(kind, most):
    examples = EXAMPLES[kind][:most]
    found = sum(check(step, names) for step, names in networks.traced_formulas(examples))
    assert found or not any(example.shape for example in examples)


@one_of_each("case", [case for case in loss_cases.CASES if len(case.outputs) == 1], loss_cases.kind)
def test_every_loss(case):
    loss_fn, _, targets = case.make(5)
    net = Sequential(Linear(4, *case.outputs), dtype=np.float64)
    step = trace(net, loss_fn, SGD(0.1), np.random.default_rng(1).normal(size=(5, 4)), targets)
    assert check(step, [name for name in step.formulas if step.origins[name].phase == "loss"])


@one_of_each(
    ("name", "config"), [case for case in optimizer_cases.CASES if len(case[1]) > 1], lambda name, config: name
)
def test_every_optimizer(name, config):
    step = trace(networks.classifier(4), CrossEntropy(), optimizer_cases.make(name, config), *networks.batch())
    assert check(step, [name for name in step.formulas if step.origins[name].phase == "update"])
