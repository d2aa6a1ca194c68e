"""Names never collide: in chains of any layers, every array that is read exists, and is what its formula says."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive
from whence.errors import WhenceError
from whence.formula.evaluate import find_extents
from whence.formula.expressions import Constant, Size, walk
from whence.formula.layout import Symbol
from whence.nn import BinaryCrossEntropy, CrossEntropy, Huber, MeanSquaredError, layers
from whence.nn.architecture import network
from whence.nn.naming import name_layers
from whence.optim import SGD, Adagrad, AdamW, RMSprop
from whence.trace import trace
from whence.views.mathematics.symbols import set_name

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
    "group_norm": " 2",
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


def traced(net, loss=CrossEntropy(), optimizer=SGD(0.1), targets=np.array([0, 2]), **batch):  # noqa: B008
    rng, shape = np.random.default_rng(0), (2, *net.input_shape)
    x = rng.integers(0, 5, shape) if net.input_dtype.kind == "i" else rng.normal(size=shape)
    return trace(net, loss, optimizer, x, targets, **batch)


@pytest.mark.parametrize("first", ALIKE)
@pytest.mark.parametrize("others", [ALIKE[:2], pytest.param(ALIKE, marks=exhaustive)], ids=len)
def test_every_array_is_what_its_formula_says_in_every_pair_of_layers(first, others):
    found = {}
    for second in {first, *others}:
        for net in chains([first], [second]):
            step = traced(net)
            wrong = [name for name in step.formulas if networks.disagreement(step, name) > 1e-12]
            unmade = [name for name in step.arrays if name.startswith(("d", "δ")) and name not in step.formulas]
            found[repr(net)] = wrong + unmade
    assert {net: arrays for net, arrays in found.items() if arrays} == {}


@pytest.mark.parametrize("first", ALIKE)
@pytest.mark.parametrize("more", [1, 2])
@pytest.mark.exhaustive
def test_no_name_stands_for_two_arrays_in_any_triple_of_layers(first, more):
    found = {repr(net): colliding(net) for net in chains([first], *[ALIKE] * more)}
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


STEPS = [
    (CrossEntropy([0.5, 2, 1], 0.1), AdamW(clip_norm=1.0), np.array([0, 2])),
    (MeanSquaredError(class_weights=[0.5, 2, 1]), RMSprop(momentum=0.5, centered=True), np.array([0, 2])),
    (BinaryCrossEntropy(positive_weight=2.0), SGD(0.1, momentum=0.9), np.ones((2, 3))),
    (Huber(), Adagrad(), np.zeros((2, 3))),
]
OF_THE_STEP = {"y", "ω", "η", "τ", "p", "ℓ", "ρ", "ψ", "m", "v"}
"""The letters of data, settings, losses and optimizers, which no layer may use for arrays of its own."""


@pytest.mark.parametrize("first", ALIKE)
@pytest.mark.parametrize("others", [ALIKE[:3], pytest.param(ALIKE, marks=exhaustive)], ids=len)
def test_no_symbol_stands_for_two_things_in_a_step(first, others):
    nets = itertools.chain(chains([first]), chains([first], others))
    for net, (loss, optimizer, targets) in zip(nets, itertools.cycle(STEPS), strict=False):
        step = traced(net, loss, optimizer, targets, weights=np.array([1.0, 2.0]))
        symbols = {set_name(Symbol(name)) for name in step.arrays}
        scalars = {set_name(Symbol(name)) for formula in step.formulas.values() for name in scalars_of(formula, step)}
        assert not symbols & scalars
        assert not OF_THE_STEP & {stem(name) for name, origin in step.origins.items() if origin.layer is not None}
        for formula in step.formulas.values():
            own = {stem(entry.array) for entry in (formula.target, *formula.sources)}
            assert not own & {index.name for index in find_extents(formula, step)}, formula


def scalars_of(formula, step):
    """Yield the names of the indices of a formula, and of the sizes and constants in it."""
    yield from (index.name for index in find_extents(formula, step))
    for node in walk(formula.expression):
        if isinstance(node, Size):
            yield node.index.name.upper()
        elif isinstance(node, Constant):
            yield node.name


def stem(name):
    """Return the letter of an array without number and marks, also where it is in a derivative."""
    return re.match(r"d?(.(?=_[A-Z])|.[^\d.₀-₉′→←]*)", name)[1]
