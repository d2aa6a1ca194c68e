"""The derivation of a network: what stands in it, in which order, and that new layers need nothing here."""

import re
from functools import reduce
from operator import add

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import one_of_each
from nn.examples import ALL, group_of_layer
from nn.losses import loss_cases
from optim import optimizer_cases
from whence.formula import Formula, evaluate, to_plain
from whence.formula.cell import cell_name
from whence.nn import (
    LSTM,
    AvgPool2d,
    BatchNorm,
    Conv1d,
    Conv2d,
    CrossEntropy,
    Dropout,
    Flatten,
    Last,
    LayerNorm,
    Linear,
    MeanSquaredError,
    ReLU,
    Reshape,
    Residual,
    Sequential,
    Sigmoid,
    SiLU,
    Tanh,
)
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE
from whence.optim import SGD, Adam
from whence.trace import trace
from whence.trace.cell_chain import cell_chain
from whence.views.derivation import as_html, as_latex, as_markdown, as_text, derive
from whence.views.derivation.gradient_lines import GradientLines, outer
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Code, Equation, Numbers, Paragraph, Steps
from whence.views.derivation.phrases import Phrases

WRITERS = (as_text, as_markdown, as_latex, as_html)


def r2():
    net, loss_fn, optimizer, x, y = networks.r2()
    net.theta[...] = np.arange(1, 20) / 10
    return trace(net, loss_fn, optimizer, x, y)


def titles(step, **options):
    return [section.title for section in derive(step, **options).sections]


def equations(step, **options):
    return equations_in(derive(step, **options))


def equations_in(derivation):
    return [block for section in derivation.sections for block in section.blocks if isinstance(block, Equation)]


def test_it_goes_from_the_inputs_to_the_loss_and_down_to_the_update():
    assert (
        derive(r2()).title == "One training step: 4 inputs → linear, 3 outputs → sigmoid → linear, 1 output → sigmoid"
    )
    assert titles(r2(), numbers=True) == [
        "Notation",
        "Data and parameters",
        "Forward pass",
        "Layer 1, linear, 3 outputs: from x to z1",
        "Layer 1, sigmoid: from z1 to a1",
        "Layer 2, linear, 1 output: from a1 to z2",
        "Layer 2, sigmoid: from z2 to a2",
        "Loss: half the sum of squared errors",
        "Backward pass",
        "Derivative with respect to a2, the output",
        "Layer 2, sigmoid: back from a2",
        "Layer 2, linear, 1 output: back from z2",
        "Layer 1, sigmoid: back from a1",
        "Layer 1, linear, 3 outputs: back from z1",
        "Update: stochastic gradient descent",
        "New W1",
        "One weight, there and back",
    ]


def test_one_layer_backward_reads_like_this():
    text = as_text(derive(r2(), numbers=True))
    part = text[text.index("Layer 2, linear, 1 output: back") :].split("\n", 2)[2]
    assert (
        part.split("\n\nWith respect to b2")[0].strip()
        == """\
With respect to W2:

    ∂L/∂W2[i, j] = Σ_n ∂L/∂z2[n, j] · ∂z2[n, j]/∂W2[i, j]            chain rule, summed over samples
    ∂z2[n, j]/∂W2[i, j] = ∂/∂W2[i, j] (Σ_k a1[n, k] · W2[k, j] + b2[j]) = a1[n, i]
                                                              linear in W2[i, j]: its factor remains

    dW2 = a1ᵀ dz2
    dW2[i, j] = Σ_n a1[n, i] · dz2[n, j]
      (dW2 is 3 × 1, computed by whence.nn.Linear.backward)

    dW2 = 10⁻³ · [ 1.085 ]
                 [ 1.103 ]
                 [ 1.117 ]
    dW2[2, 0] = 0.9370 · (−1.954e−6) + 0.9802 · (−1.129e−6) + 0.9644 · 0.001161 = 0.001117"""
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
    found = {each.name: each for each in equations_in(derivation)}
    text = as_text(derivation)
    for name, origin in step.origins.items():
        if name in found:
            assert found[name].about.parts[-1] == Code(origin.function)
        elif name in step.formulas:
            assert re.search(rf"Likewise for .*{origin.parameter}", text)


def test_the_steps_of_parameters_that_move_alike_are_stated_once():
    step = networks.traced_classifier(4, optimizer=SGD(0.1, weight_decay=0.1))
    text = as_text(derive(step))
    assert "Likewise for W2." in text
    assert "Likewise for b2." in text


def lines_of(step, array, **options):
    """Return the lines of the derivation of a gradient as text, and what is said before its stated formula."""
    derivation = derive(step, **options)
    blocks = [block for section in derivation.sections for block in section.blocks]
    place = next(n for n, block in enumerate(blocks) if isinstance(block, Equation) and block.name == f"d{array}")
    said = said_in(blocks[place - 1]) if isinstance(blocks[place - 1], Paragraph) else ""
    steps = next(block for block in reversed(blocks[:place]) if isinstance(block, Steps))
    return [(to_plain(line.form), said_in(line.reason)) for line in steps.lines], said


def said_in(paragraph):
    return "".join(paragraph.written(str, str, to_plain))


def traced(*layers, **options):
    net = Sequential(Linear(5, 4), *layers, Linear(4, 3), dtype=np.float64)
    return trace(net, CrossEntropy(**options), SGD(0.1), *networks.batch())


@pytest.mark.parametrize(
    ("layer", "array", "lines"),
    [
        (
            ReLU(),
            "z1",
            [
                ("∂L/∂z1[n, j] = ∂L/∂a1[n, j] · ∂a1[n, j]/∂z1[n, j]", "chain rule"),
                (
                    "∂a1[n, j]/∂z1[n, j] = ∂/∂z1[n, j] (max(0, z1[n, j])) = [z1[n, j] > 0]",
                    "max(0, u)′ = [u > 0]; 0 is taken at the kink, where there is no derivative",
                ),
            ],
        ),
        (
            SiLU(),
            "z1",
            [
                (
                    "∂L/∂z1[n, j] = ∂L/∂σ1[n, j] · ∂σ1[n, j]/∂z1[n, j] + ∂L/∂a1[n, j] · ∂a1[n, j]/∂z1[n, j]",
                    "chain rule",
                ),
                (
                    "∂σ1[n, j]/∂z1[n, j] = ∂/∂z1[n, j] (σ(z1[n, j])) = σ1[n, j] · (1 − σ1[n, j])",
                    "σ′ = σ (1 − σ)",
                ),
                (
                    "∂a1[n, j]/∂z1[n, j] = ∂/∂z1[n, j] (z1[n, j] · σ1[n, j]) = σ1[n, j]",
                    "linear in z1[n, j]: its factor remains",
                ),
            ],
        ),
        (
            Dropout(0.2),
            "z1",
            [
                ("∂L/∂z1[n, j] = ∂L/∂r1[n, j] · ∂r1[n, j]/∂z1[n, j]", "chain rule"),
                (
                    "∂r1[n, j]/∂z1[n, j] = ∂/∂z1[n, j] (z1[n, j] · mask1[n, j]) = mask1[n, j]",
                    "linear in z1[n, j]: its factor remains",
                ),
            ],
        ),
    ],
    ids=["relu", "silu", "dropout"],
)
def test_a_gradient_is_derived_line_by_line_with_the_rule_of_each(layer, array, lines):
    assert lines_of(traced(layer), array)[0][: len(lines)] == lines


def test_softmax_with_cross_entropy_is_worked_out():
    text = re.sub(r"\s+", " ", as_text(derive(traced(ReLU()))))
    for line in (
        "∂L/∂ℓ[n] = ∂/∂ℓ[n] ((Σ_o ℓ[o]) / N) = 1 / N",
        "∂ℓ[n]/∂S[n] = ∂/∂S[n] (log(S[n]) + M[n] − z2[n, y[n]]) = 1 / S[n] (log u)′ = 1/u",
        "∂L/∂S[n] = ∂L/∂ℓ[n] / S[n] = 1 / (N · S[n])",
        "∂S[n]/∂M[n] = ∂/∂M[n] (Σ_k exp(z2[n, k] − M[n])) = −S[n] (exp u)′ = exp u",
        "∂L/∂M[n] = ∂L/∂ℓ[n] − ∂L/∂S[n] · S[n] = 0 with what was found above put in",
        "− ∂L/∂ℓ[n] · [j = y[n]] = (p[n, j] − [j = y[n]]) / N with what was found above put in dz2 = (p − Y) / N",
    ):
        assert line in text, line


def test_a_formula_in_another_form_than_the_derived_one_is_said_to_be_equal():
    assert lines_of(traced(BatchNorm()), "z1")[1] == "In another form, which is equal to it:"
    assert lines_of(traced(Tanh()), "z1")[1] == ""


def test_lengths_of_axes_have_the_letters_of_the_stated_formula():
    lines, said = lines_of(traced(LayerNorm()), "z1")
    assert ("∂mean2[n]/∂z1[n, j] = ∂/∂z1[n, j] ((Σ_k z1[n, k]) / K) = 1 / K", lines[1][1]) == lines[1]
    assert "J" not in lines[-1][0]
    assert not said


def test_the_product_rule_is_named_only_where_two_factors_depend_on_it():
    assert "product rule" not in as_text(derive(traced(BatchNorm(), ReLU(), Dropout(0.2))))
    assert "product rule" in as_text(derive(traced(_Squared())))


def test_a_derivation_is_made_once_for_layers_that_differ_in_names():
    net = Sequential(Linear(5, 4), ReLU(), Linear(4, 4), ReLU(), Linear(4, 3), dtype=np.float64)
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), *networks.batch())))
    assert [text.count(f"With respect to {said}:") for said in ("W3", "W2, as for W3", "W1, as for W3")] == [1, 1, 1]
    assert "/∂W3[" in text
    assert "/∂W2[" not in text


def test_all_lines_of_derivations_hold_in_numbers():
    """The chain rule with the inner derivatives, evaluated with derived deltas, gives the recorded gradients."""
    step = traced(BatchNorm(), SiLU(), LayerNorm())
    lines = GradientLines(OrientedTrace.of(step, rows=True), Phrases("derivation", "en"))
    arrays = dict(step.arrays)
    for array, formula in lines.results.items():
        found = evaluate(formula, {**arrays, f"d{array}": step[array]})
        if f"d{array}" in step:
            np.testing.assert_allclose(found, step[f"d{array}"], atol=1e-12)
            target = formula.target
            summed = reduce(add, (link.summed(outer(link.made), link.inner) for link in lines.links[array]))
            again = evaluate(Formula(target, summed), {**arrays, f"d{array}": step[array]})
            np.testing.assert_allclose(again, step[f"d{array}"], atol=1e-12)
            closed = evaluate(lines.closed[array], {**arrays, f"d{array}": step[array]})
            np.testing.assert_allclose(closed, step[f"d{array}"], atol=1e-12)
        arrays[f"d{array}"] = found


def test_one_weight_is_followed_to_the_loss_and_back_in_numbers():
    step = traced(ReLU())
    (section,) = [section for section in derive(step, numbers=True).sections if section.title.startswith("One weight")]
    forward, backward = [block for block in section.blocks if isinstance(block, Steps)]
    chain = cell_chain(step)
    for steps, cells in ((forward, chain.forward), (backward, chain.backward)):
        shown = [to_plain(line.form) for line in steps.lines]
        assert [line.split(" = ")[0].replace(" ", "") for line in shown] == [cell_name(*cell) for cell in cells]
        for line, (name, index) in zip(shown, cells, strict=True):
            assert float(line.split(" = ")[-1].replace("−", "-")) == pytest.approx(float(step[name][index]), rel=1e-3)


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "columns"])
def test_the_term_of_the_cell_that_is_followed_is_written_however_small_it_is(rows):
    rng = np.random.default_rng(3)
    net = Sequential(Linear(40, 30), ReLU(), Linear(30, 3), dtype=np.float64, seed=4)
    step = trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(4, 40)), np.array([0, 1, 2, 1]))
    (section,) = [
        each for each in derive(step, numbers=True, rows=rows).sections if each.title.startswith("One weight")
    ]
    forward, _ = [block for block in section.blocks if isinstance(block, Steps)]
    long = 0
    for line, (name, index) in zip(forward.lines[1:], cell_chain(step).forward, strict=False):
        shown = to_plain(line.form)
        factors = [float(number) for number in re.findall(r"-?[\d.]+", shown.replace("−", "-").split(" = ")[1])]
        long += "other terms" in shown
        assert any(factor == pytest.approx(float(step[name][index]), rel=1e-3) for factor in factors)
    assert long == 2


def test_one_weight_is_followed_with_samples_as_columns_too():
    step = traced(ReLU())
    (name, index), *_ = cell_chain(step).forward
    text = as_text(derive(step, numbers=True, rows=False))
    assert f"The weight {name}[{index[1]}, {index[0]}] acts on the loss" in text


def test_a_step_with_no_gradient_says_so():
    net = Sequential(Linear(2, 2, weight_init="zeros"), ReLU(), Linear(2, 1, weight_init="zeros", bias=False))
    step = trace(net, MeanSquaredError(), SGD(0.1), np.ones((2, 2)), np.zeros((2, 1)))
    assert "Every gradient of this step is zero" in as_text(derive(step, numbers=True))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ru",
            [
                "Обратный проход",
                "Производная по W3:",
                "правило цепочки, сумма по примерам",
                "Слой 3, линейный",
            ],
        ),
        ("zh", ["反向传播", "对 W3 求导：", "链式法则，对样本求和", "第 3 层，线性"]),
    ],
)
def test_it_is_written_in_three_languages(language, said):
    derivation = derive(traced(BatchNorm(), ReLU()), numbers=True, language=language)
    text = as_text(derivation)
    for part in said:
        assert part in text, part
    names = r"whence\.[\w.]+|\w*(mean|var|loss|slope|argmax|diag|ReLU|oftmax|momentum)\w*"
    words = re.findall(r"[A-Za-z]{4,}", re.sub(names, "", text))
    assert not words, words
    assert f'lang="{language}"' in as_html(derivation)


class _Doubled(Elementwise):
    """A layer that no view has heard of."""

    def forward(self, x, context=INFERENCE):
        return 2 * x, {"z": x}

    def slope(self, cache):
        return np.full_like(cache["z"], 2)

    def expressions(self, z, a):
        return 2 * z, 2 + 0 * z, []


class _Squared(_Doubled):
    """The product of an input with itself."""

    def forward(self, x, context=INFERENCE):
        return x * x, {"z": x}

    def slope(self, cache):
        return 2 * cache["z"]

    def expressions(self, z, a):
        return z * z, 2 * z, []


def test_a_layer_that_no_view_has_heard_of_is_derived_all_the_same():
    net = Sequential(Linear(5, 4), _Doubled(), Linear(4, 3), dtype=np.float64)
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), *networks.batch()), numbers=True))
    assert "a1 = 2 z1" in text
    assert "This layer computes:" in text
    assert "∂a1[n, j]/∂z1[n, j] = ∂/∂z1[n, j] (2 · z1[n, j]) = 2" in text


@one_of_each("example", [example for example in ALL if example.shape], group_of_layer)
def test_every_layer_can_be_derived_and_written_and_no_array_is_left_out(example):
    step, _ = networks.traced_example(example, count=3)
    for rows in (True, False):
        derivation = derive(step, rows=rows, numbers=True)
        assert all(write(derivation) for write in WRITERS)
        for each in equations_in(derivation):
            assert each.numbers.tables if step[each.name].ndim else each.numbers.cell


@one_of_each("case", [case for case in loss_cases.CASES if case.outputs], loss_cases.kind)
def test_every_loss_can_be_derived_and_written(case):
    loss_fn, _, targets = case.make(4)
    net = Sequential(Linear(4, int(np.prod(case.outputs))), Reshape(case.outputs), dtype=np.float64)
    derivation = derive(trace(net, loss_fn, SGD(0.1), np.ones((4, 4)), targets), numbers=True)
    assert all(write(derivation) for write in WRITERS)


def test_momentum_is_spoken_of_only_where_there_is_some():
    plain, moving = (as_text(derive(networks.traced_classifier(4, optimizer=SGD(0.1, momentum=m)))) for m in (0, 0.9))
    assert "momentum" not in plain
    assert "With momentum, the step goes along" in moving


@one_of_each(("name", "config"), optimizer_cases.CASES, optimizer_cases.name_of)
def test_every_optimizer_can_be_derived_and_written(name, config):
    step = trace(networks.classifier(), CrossEntropy(), optimizer_cases.make(name, config), *networks.batch())
    derivation = derive(step, numbers=True)
    assert all(write(derivation) for write in WRITERS)


def test_large_arrays_are_shown_by_a_window():
    net = Sequential(Linear(20, 30), ReLU(), Linear(30, 3), dtype=np.float64)
    rng = np.random.default_rng(0)
    step = trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(12, 20)), rng.integers(0, 3, 12))
    numbers = next(each for each in equations(step, numbers=True) if each.name == "z1").numbers
    ((_, table),) = numbers.tables
    assert len(table.rows) == 7
    assert table.rows[5] == ("⋮", "⋮", "⋮", "⋮", "⋮", "⋱", "⋮")
    assert table.rows[0][5] == "…"
    assert "other terms that add up to" in to_plain(numbers.cell)


def shown_of(step, name, **options):
    numbers = next(
        block
        for section in derive(step, numbers=True, **options).sections
        for block in section.blocks
        if isinstance(block, Numbers) and block.tables and to_plain(block.tables[0][0]).startswith(name)
    )
    return [(to_plain(part), table.rows) for part, table in numbers.tables], numbers.note


def convolved(**options):
    net = Sequential(
        Conv2d(2, 5, 3, **options), ReLU(), Flatten(), Linear(5 * (100 if options else 64), 3), input_shape=(10, 10, 2)
    )
    rng = np.random.default_rng(0)
    return trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(2, 10, 10, 2)), np.array([0, 1]))


def test_kernels_are_written_out_as_kernels():
    step = convolved()
    parts, note = shown_of(step, "W1")
    assert [name for name, _ in parts] == ["W1[:, :, 0, 0]", "W1[:, :, 0, 1]", "W1[:, :, 0, 2]"]
    assert parts[1][1][2][0] == f"{step['W1'][2, 0, 0, 1]:.3f}".replace("-", "−")
    assert all(len(rows) == 3 for _, rows in parts)
    assert note == "shown: input channel 0 of 2, output channels 0, 1 and 2 of 5, counted from 0"
    parts, note = shown_of(step, "x")
    assert [name for name, _ in parts] == ["x[0, :, :, 0]"]
    assert note == "shown: sample 0 of 2, channel 0 of 2, counted from 0"
    assert shown_of(step, "x", rows=False)[0][0][0] == "x[:, :, 0, 0]"


def test_wide_numbers_are_shown_by_a_narrower_window():
    net = Sequential(Linear(3, 8), Linear(8, 2), dtype=np.float64)
    rng = np.random.default_rng(0)
    step = trace(net, CrossEntropy(), Adam(), 1e4 * rng.normal(size=(2, 3)), np.array([0, 1]))
    tables = {each.name: each.numbers.tables for each in equations(step, numbers=True)}
    assert len(tables["W1_new"][0][1].rows[0]) == 8
    assert len(tables["z1"][0][1].rows[0]) == 7


def test_arrays_over_time_are_written_out_by_their_first_sample():
    net = Sequential(LSTM(3, 12), Linear(12, 4), input_shape=(10, 3))
    x = np.random.default_rng(0).normal(size=(2, 10, 3))
    step = trace(net, CrossEntropy(), Adam(), x, np.zeros((2, 10), int))
    text = as_text(derive(step, numbers=True))
    value = f"{step['f1'][0, 1, 0]:.3f}"
    assert re.search(rf"\n    f1\[0, :, :\] = \[ [^\n]+ … [^\n]+\n +\[ {value} ", text)
    assert "(shown: sample 0 of 2, counted from 0)" in text
    assert "a colon means all positions on an axis, so A[0, :, :] is" in re.sub(r"\s+", " ", text)


@pytest.mark.exhaustive
def test_the_length_of_all_gradients_has_its_number_however_many_there_are():
    layers = (layer for width in range(4, 24) for layer in (Linear(width, width + 1), ReLU()))
    net = Sequential(*layers, dtype=np.float64)
    step = trace(net, CrossEntropy(), SGD(0.1, clip_norm=1), np.ones((2, 4)), np.array([0, 1]))
    (norm,) = [each for each in equations(step, numbers=True) if each.name == "norm"]
    assert to_plain(norm.numbers.cell).endswith(f"= {step['norm']:.4g}")


def test_the_sum_of_a_kernel_is_filled_with_its_largest_terms():
    (made,) = [each for each in equations(convolved(), numbers=True) if each.name == "dW1"]
    number = r"(\(−)?[\d.]+(e−\d+)?\)?"
    assert re.fullmatch(
        rf"dW1\[[^\]]+\] = ({number} · {number} \+ )+\d+ other terms that add up to \S+ \+ \d+ zeros = \S+",
        to_plain(made.numbers.cell),
    )


def flat(step):
    return re.sub(r"\s+", " ", as_text(derive(step)))


def test_padding_is_spoken_of_only_where_there_is_some():
    said = "Outside the image, inputs count as zero."
    assert said not in flat(convolved())
    assert said in flat(convolved(padding=1))


@pytest.mark.parametrize(
    ("shape", "layer", "said"),
    [
        ((6, 6, 1), AvgPool2d(2, padding=1), "Outside the image, inputs count as zero."),
        ((6, 6, 1), Residual([Conv2d(1, 1, 3, padding="same")]), "Outside the image, inputs count as zero."),
        ((6, 2), Conv1d(2, 2, 3, padding=[1]), "Outside the sequence, inputs count as zero."),
        ((6, 6, 1), AvgPool2d(2), ""),
        ((6, 2), LSTM(2, 2), ""),
    ],
    ids=str,
)
def test_what_reads_outside_says_so_whatever_its_layer_is_called(shape, layer, said):
    net = Sequential(layer, Flatten(), input_shape=shape, dtype=np.float64)
    text = flat(trace(net, CrossEntropy(), SGD(), np.ones((2, *shape)), np.array([0, 1])))
    assert re.findall(r"Outside[^.]*\.", text) == ([said] if said else [])


def test_samples_of_more_axes_are_not_called_rows():
    assert "they are stacked along the first axis of x." in flat(convolved())
    assert "each is one row of x." in flat(r2())


def test_what_is_summed_and_averaged_over_is_named_by_the_formula():
    net = Sequential(Linear(3, 4), input_shape=(5, 3))
    over_time = flat(trace(net, CrossEntropy(), SGD(), np.ones((2, 5, 3)), np.zeros((2, 5), int)))
    assert "chain rule, summed over samples and time steps" in over_time
    assert "divided by N" not in over_time
    assert "(T = 5; loss is one number" in over_time
    assert "chain rule, summed over samples and positions" in flat(convolved())


def test_gates_side_by_side_are_counted_in_sizes_of_a_gate():
    net = Sequential(LSTM(3, 7), Last(), Linear(7, 2), input_shape=(4, 3))
    text = flat(trace(net, CrossEntropy(), SGD(), np.ones((2, 4, 3)), np.array([0, 1])))
    assert "σ(Σ_k x[n, t, k] · W1[k, 3 J + j] + Σ_l h1[n, t − 1, l] · U1[l, 3 J + j] + b1[3 J + j])" in text
    assert "(J = 7; o1 is N × 4 × 7," in text
    assert "σ(z) = 1 / (1 + exp(−z)) is the logistic function" in text
    assert "logistic function, which" not in as_text(derive(networks.traced_classifier(4)))


def test_it_says_what_the_sign_of_the_logistic_function_means_where_only_a_derivation_has_it():
    net = Sequential(Linear(2, 3), Sigmoid(), Linear(3, 2))
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), np.ones((2, 2)), np.array([0, 1]))))
    assert "(σ(z1[n, j]))" in text
    assert "σ(z) = 1 / (1 + exp(−z)) is the logistic function" in text


@pytest.mark.parametrize(
    ("targets", "is_said"), [(np.array([0, 1]), False), (np.eye(2), True)], ids=["labels", "distributions"]
)
def test_it_says_that_targets_add_up_to_one_where_the_gradient_is_simplified_by_it(targets, is_said):
    net = Sequential(Linear(2, 2))
    text = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), np.ones((2, 2)), targets)))
    assert ("add up to 1" in " ".join(text.split())) is is_said
    assert ("(p[n, j] · (Σ_k y[n, k]) − y[n, j]) / N" in text) is is_said
