"""The derivation of a network: what stands in it, in which order, and that new layers need nothing here."""

import re

import numpy as np
import pytest

import traced_networks as networks
from nn.examples import ALL
from nn.losses import loss_cases
from optim import optimizer_cases
from whence.nn import BatchNorm, CrossEntropy, Dropout, Linear, ReLU, Reshape, Sequential
from whence.nn.activations import Elementwise
from whence.optim import SGD, Adam
from whence.trace import trace
from whence.views.derivation import as_html, as_latex, as_markdown, as_text, derive
from whence.views.derivation.outline import Equation
from whence.views.mathematics import to_plain

WRITERS = (as_text, as_markdown, as_latex, as_html)


def r2():
    net, loss_fn, optimizer, x, y = networks.r2()
    net.theta[...] = np.arange(1, 20) / 10
    return trace(net, loss_fn, optimizer, x, y)


def titles(step, **options):
    return [section.title for section in derive(step, **options).sections]


def equations(step, **options):
    return [block for each in derive(step, **options).sections for block in each.blocks if isinstance(block, Equation)]


def test_it_goes_from_the_inputs_to_the_loss_and_down_to_the_update():
    assert titles(r2(), numbers=True) == [
        "Notation",
        "Data and parameters",
        "Forward",
        "Linear(4, 3, weight_init='uniform(0, 1)', bias_init='uniform(0, 1)'), from x to z1",
        "Sigmoid(), from z1 to a1",
        "Linear(3, 1, weight_init='uniform(0, 1)', bias_init='uniform(0, 1)'), from a1 to z2",
        "Sigmoid(), from z2 to a2",
        "Loss: SumOfSquaredErrors",
        "Backward",
        "SumOfSquaredErrors, derivative by a2",
        "Sigmoid(), back from da2",
        "Linear(3, 1, weight_init='uniform(0, 1)', bias_init='uniform(0, 1)'), back from dz2",
        "Sigmoid(), back from da1",
        "Linear(4, 3, weight_init='uniform(0, 1)', bias_init='uniform(0, 1)'), back from dz1",
        "Update: SGD",
        "New W1",
    ]


def test_one_layer_backward_reads_like_this():
    text = as_text(derive(r2(), numbers=True))
    part = text[text.index("Linear(3, 1") :]
    part = part[part.index("back from dz2") :].split("\n", 2)[2]
    assert (
        part.split("\n\nThe parameter is added")[0].strip()
        == """\
Product rule: in z2 the parameter stands as a factor, so the derivative by it is the other factor.
It is used for every sample, so the chain rule adds up over the samples.

    dW2 = a1ᵀ dz2
    dW2[i, j] = Σ_n a1[n, i] · dz2[n, j]
      (dW2 is 3 × 1, computed by whence.nn.Linear.backward)

    dW2 = [ 0.00109 ]
          [ 0.00110 ]
          [ 0.00112 ]
    dW2[2, 0] = 0.937 · (−1.954e−06) + 0.9802 · (−1.129e−06) + 0.9644 · 0.001161 = 0.001117"""
    )


def test_samples_as_columns_turn_formulas_and_numbers():
    text = as_text(derive(r2(), rows=False, numbers=True))
    assert "z1 = W1 x + b1 𝟏ᵀ" in text
    assert "z1[j, n] = Σ_i W1[j, i] · x[i, n] + b1[j]" in text
    assert "(z1 is 3 × N," in text
    assert "    x = [ 1  1  0 ]\n        [ 0  0  1 ]\n        [ 1  1  0 ]\n        [ 0  1  1 ]" in text
    assert "each is one column of x" in text


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "columns"])
@pytest.mark.parametrize("numbers", [True, False], ids=["numbers", "symbols"])
def test_every_formula_of_the_trace_stands_in_it_and_names_its_function(rows, numbers):
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(clip_norm=1, weight_decay=0.1), *networks.batch())
    derivation = derive(step, rows=rows, numbers=numbers)
    found = {to_plain(each.name): each for each in equations(step, rows=rows, numbers=numbers)}
    text = as_text(derivation)
    for name, origin in step.origins.items():
        if name in found:
            assert found[name].function == origin.function
        elif name in step.formulas:
            assert re.search(rf"Likewise for .*{origin.parameter}", text)


def test_the_steps_of_parameters_that_move_alike_are_stated_once():
    step = networks.traced_classifier(4, optimizer=SGD(0.1, weight_decay=0.1))
    text = as_text(derive(step))
    assert "Likewise for W2." in text
    assert "Likewise for b2." in text


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (ReLU(), "At the kink, exactly zero, there is no derivative; it is taken as 0."),
        (Dropout(0.2), "its derivative is the mask"),
        (BatchNorm(), "Every input counts three times"),
    ],
)
def test_rules_are_stated_where_they_are_used(layer, said):
    net = Sequential(Linear(5, 4), layer, Linear(4, 3), dtype=np.float64)
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), *networks.batch())))
    flat = re.sub(r"\s+", " ", text)
    assert said in flat
    assert "Softmax with cross-entropy" in flat
    assert "what was predicted minus what was right" in flat
    assert "Product rule" in flat


class _Doubled(Elementwise):
    """A layer that no view has heard of."""

    def forward(self, x, *, training=False, rng=None):
        return 2 * x, {"z": x}

    def slope(self, cache):
        return np.full_like(cache["z"], 2)

    def formulas(self, *, training=True):
        from whence.formula import Formulas, tensors

        z, a = tensors("z a")
        e = self.element()
        return Formulas([a[e] << 2 * z[e]], self.backward_formulas(2 + 0 * z[e]))


def test_a_layer_that_no_view_has_heard_of_is_derived_all_the_same():
    net = Sequential(Linear(5, 4), _Doubled(), Linear(4, 3), dtype=np.float64)
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), *networks.batch()), numbers=True))
    assert "a1 = 2 z1" in text
    assert "The derivative of the activation." in text


@pytest.mark.parametrize("write", WRITERS, ids=lambda writer: writer.__name__)
@pytest.mark.parametrize("example", [example for example in ALL if example.shape], ids=str)
def test_every_layer_can_be_derived_and_written(example, write):
    step, _ = networks.traced_example(example, count=3)
    for rows in (True, False):
        assert write(derive(step, rows=rows, numbers=True))


@pytest.mark.parametrize("case", [case for case in loss_cases.CASES if case.outputs], ids=str)
def test_every_loss_can_be_derived_and_written(case):
    loss_fn, _, targets = case.make(4)
    net = Sequential(Linear(4, int(np.prod(case.outputs))), Reshape(case.outputs), dtype=np.float64)
    derivation = derive(trace(net, loss_fn, SGD(0.1), np.ones((4, 4)), targets), numbers=True)
    assert all(write(derivation) for write in WRITERS)


@pytest.mark.parametrize(("name", "config"), optimizer_cases.CASES, ids=optimizer_cases.IDS)
def test_every_optimizer_can_be_derived_and_written(name, config):
    step = trace(networks.classifier(4), CrossEntropy(), optimizer_cases.make(name, config), *networks.batch())
    derivation = derive(step, numbers=True)
    assert all(write(derivation) for write in WRITERS)


def test_large_arrays_are_shown_by_a_window():
    net = Sequential(Linear(20, 30), ReLU(), Linear(30, 3), dtype=np.float64)
    rng = np.random.default_rng(0)
    step = trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(12, 20)), rng.integers(0, 3, 12))
    numbers = next(each for each in equations(step, numbers=True) if to_plain(each.name) == "z1").numbers
    assert len(numbers.table.rows) == 7
    assert numbers.table.rows[5] == ("⋮", "⋮", "⋮", "⋮", "⋮", "⋱", "⋮")
    assert numbers.table.rows[0][5] == "…"
    assert "more" in to_plain(numbers.cell)
