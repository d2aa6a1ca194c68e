"""Names never collide: in chains of any layers, every array that is read exists, and is what its formula says."""

import itertools
from collections import Counter

import numpy as np
import pytest

import traced_networks as networks
from whence.errors import WhenceError
from whence.nn import CrossEntropy, layers
from whence.nn.architecture import network
from whence.nn.naming import name_layers
from whence.optim import SGD
from whence.trace import trace

SHAPES = [(4,), (4, 4), (4, 4, 4)]
SETTINGS = {
    "linear": " 4",
    "conv1d": " 4 2",
    "conv2d": " 4 2",
    "conv_transpose2d": " 4 2",
    "max_pool2d": " 2",
    "avg_pool2d": " 2",
    "upsample": " 2",
    "dropout": " 0.4",
    "reshape": " 4x-1",
    "embedding": " 4",
    "rnn": " 4",
    "gru": " 4",
    "lstm": " 4",
    "residual": "(tanh)",
}
"""Values with which each kind of layer leaves four features, so that most kinds fit each other."""


def chained(*kinds, shape):
    """Return a network of layers of these kinds between linear ones, or None if they do not fit each other."""
    first = [] if kinds[0] == "embedding" else ["linear 4"]
    texts = [*first, *(kind + SETTINGS.get(kind, "") for kind in kinds), "flatten", "linear 3"]
    try:
        return network(texts, shape, symbols=5, dtype=np.float64)
    except WhenceError:
        return None


def chains(*places):
    """Yield a network for every chain of layers, each of one of the kinds at its place, that fit each other."""
    for chosen in itertools.product(*places):
        fitting = (chained(*chosen, shape=shape) for shape in SHAPES)
        if (net := next((net for net in fitting if net), None)) is not None:
            yield net


def arrays_of(kind):
    return frozenset(next(name_layers(net.layers)[-3].renamed for net in chains([kind])))


ALIKE = list({arrays_of(kind): kind for kind in layers}.values())
"""One kind for all whose formulas have the same arrays, on which alone names depend."""


def traced(net):
    rng, shape = np.random.default_rng(0), (2, *net.input_shape)
    x = rng.integers(0, 5, shape) if net.input_dtype.kind == "i" else rng.normal(size=shape)
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 2]))


@pytest.mark.parametrize("first", ALIKE)
def test_every_array_is_what_its_formula_says_in_every_pair_of_layers(first):
    found = {}
    for second in ALIKE:
        for net in chains([first], [second]):
            step = traced(net)
            wrong = [name for name in step.formulas if networks.disagreement(step, name) > 1e-12]
            unmade = [name for name in step.arrays if name.startswith(("d", "δ")) and name not in step.formulas]
            found[repr(net)] = wrong + unmade
    assert {net: arrays for net, arrays in found.items() if arrays} == {}


@pytest.mark.parametrize("first", ALIKE)
def test_no_name_stands_for_two_arrays_in_any_triple_of_layers(first):
    found = {repr(net): colliding(net) for net in chains([first], ALIKE, ALIKE)}
    assert {net: arrays for net, arrays in found.items() if arrays} == {}


def colliding(net):
    """Return the arrays that two layers make, and the derivatives that a layer reads and none makes."""
    names = name_layers(net.layers)
    renamed = [
        formula
        for layer, own in zip(net.layers, names, strict=True)
        for formula in layer.formulas().renamed(own.renamed.__getitem__)
    ]
    made = Counter(formula.target.array for formula in renamed) + Counter([f"d{names[-1].output}"])
    read = {entry.array for formula in renamed for entry in formula.sources if entry.array.startswith("d")}
    return [name for name, times in made.items() if times > 1] + sorted(read - set(made))
