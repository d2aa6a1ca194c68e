"""Every layer that has a name, held to the same contract: formulas say what NumPy does, and gradients are right."""

from __future__ import annotations

import copy
import importlib
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import whence.nn
from whence.formula import Entry, evaluate, evaluate_cell, from_json, to_json, walk, write
from whence.formula.filling import fill
from whence.formula.numbers import in_numbers
from whence.gradcheck import check_layer
from whence.nn import Context, Layer, Linear, Sequential, layers

from .examples import ALL, EXAMPLES, PASSES, Example, Step, modes

EVERY_EXAMPLE = pytest.mark.parametrize("example", ALL, ids=str)
EVERY_PASS = pytest.mark.parametrize(
    ("example", "training"),
    [pytest.param(*case, id=f"{case[0]}-{'training' if case[1] else 'inference'}") for case in PASSES],
)


def test_every_registered_layer_has_an_example() -> None:
    assert set(EXAMPLES) == set(layers)


def test_every_exported_layer_is_registered() -> None:
    exported = [getattr(whence.nn, name) for name in whence.nn.__all__]
    concrete = {kind for kind in exported if isinstance(kind, type) and issubclass(kind, Layer) and kind is not Layer}
    assert concrete == set(layers.values())


def test_nn_exports_every_loss_and_each_name_once() -> None:
    assert set(importlib.import_module("whence.nn.losses").__all__) <= set(whence.nn.__all__)
    assert len(set(whence.nn.__all__)) == len(whence.nn.__all__)
    assert all(hasattr(whence.nn, name) for name in whence.nn.__all__)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@EVERY_PASS
def test_formulas_say_what_numpy_does(example: Example, training: bool, dtype: type) -> None:
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    for batch in example.batches:
        step = Step(example, batch, dtype, training)
        arrays = step.run()
        formulas = step.layer.formulas(training=training)
        assert formulas.forward and formulas.backward
        for formula in formulas:
            recorded = arrays[formula.target.array]
            expected = evaluate(formula, arrays)
            bound = tolerance * max(1.0, float(np.abs(expected).max()))
            np.testing.assert_allclose(recorded, expected, rtol=0, atol=bound, err_msg=f"{batch}: {write(formula)}")


@pytest.mark.parametrize("example", [example for example in ALL if modes(example) == (True,)], ids=str)
def test_where_both_modes_have_the_same_formulas_they_have_the_same_numbers(example: Example) -> None:
    training, inference = (Step(example, 3, training=mode).run() for mode in (True, False))
    assert training.keys() == inference.keys()
    assert all(np.array_equal(training[name], inference[name]) for name in training)


@EVERY_PASS
def test_formulas_make_the_output_the_gradients_and_all_that_is_kept(example: Example, training: bool) -> None:
    step = Step(example, 3, training=training)
    arrays = step.run()
    formulas = step.layer.formulas(training=training)
    made = {formula.target.array for formula in formulas}
    read = {node.array for formula in formulas for node in walk(formula.expression) if isinstance(node, Entry)}
    assert set(arrays) <= made | read, "an array is kept that no formula mentions"
    assert made | read <= set(arrays), "a formula mentions an array that is not there"
    symbols = {
        parameter.symbol for name, parameter in step.layer.declared_parameters().items() if name in step.layer.views
    }
    if example.tokens is None:
        symbols.add(step.layer.input_symbol)
    assert {step.layer.output_symbol, *(f"d{symbol}" for symbol in symbols)} <= made


@EVERY_EXAMPLE
def test_formulas_are_those_of_training_unless_asked_otherwise(example: Example) -> None:
    layer = Step(example, 3).layer
    assert [*map(write, layer.formulas())] == [*map(write, layer.formulas(training=True))]


@EVERY_EXAMPLE
def test_formulas_of_a_cell_can_be_written_and_saved(example: Example) -> None:
    step = Step(example, 3)
    arrays = step.run()
    for formula in step.layer.formulas():
        assert from_json(to_json(formula)) == formula
        place = tuple(length - 1 for length in arrays[formula.target.array].shape)
        cell = evaluate_cell(formula, place, arrays)
        assert cell.value == pytest.approx(arrays[formula.target.array][place], rel=1e-9, abs=1e-12)
        assert all(arrays[name][source].shape == () for name, source in cell.sources)
        assert in_numbers(fill(formula, place, arrays), arrays).text


@EVERY_PASS
def test_gradients_agree_with_differences(example: Example, training: bool) -> None:
    for batch in example.batches:
        x = example.inputs(np.random.default_rng(batch), batch)
        rows = check_layer(example.make(), x, training=training)
        assert all(row.compared and not row.wrong for row in rows), "\n".join(map(str, rows))
        assert (rows[-1].name == "input") == (example.tokens is None)
        assert sum(row.compared for row in rows) > sum(row.skipped for row in rows)


@EVERY_PASS
def test_float32_stays_float32(example: Example, training: bool) -> None:
    step = Step(example, 3, np.float32, training)
    assert {array.dtype for array in step.run().values() if array.dtype.kind == "f"} == {np.dtype(np.float32)}
    assert np.isfinite(step.flat).all(), "a gradient was not written"


@EVERY_PASS
def test_the_same_pass_twice_gives_the_same_bits(example: Example, training: bool) -> None:
    step = Step(example, 3, training=training)
    first = {name: array.copy() for name, array in step.run().items()}
    second = step.run()
    assert all(np.array_equal(first[name], second[name]) for name in first)


@EVERY_EXAMPLE
def test_two_forward_passes_may_come_before_two_backward_passes(example: Example) -> None:
    step = Step(example, 3)
    layer, other = step.layer, step.x[::-1] + step.x.dtype.type(0.25)
    alone = step.run()
    expected = {name: array.copy() for name, array in alone.items()}
    y, cache = layer.forward(step.x, Context(training=True, rng=np.random.default_rng(5)))
    other_y, other_cache = layer.forward(other, Context(training=True, rng=np.random.default_rng(6)))
    layer.backward(step.delta, other_cache, step.gradient)
    dx = layer.backward(step.delta, cache, step.gradient)
    again = layer.arrays(step.x, y, cache, step.delta, step.gradient, dx)
    assert all(np.array_equal(expected[name], again[name]) for name in expected)
    assert not np.shares_memory(y, other_y)


@EVERY_EXAMPLE
def test_threads_share_a_layer(example: Example) -> None:
    step = Step(example, 7)
    expected, _ = step.layer.forward(step.x, Context(training=True, rng=np.random.default_rng(5)))

    def forward(_: int) -> bool:
        y, _ = step.layer.forward(step.x, Context(training=True, rng=np.random.default_rng(5)))
        return np.array_equal(y, expected)

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(forward, range(8)))


@EVERY_EXAMPLE
def test_nothing_is_kept_on_the_layer(example: Example) -> None:
    step = Step(example, 3)
    before = set(vars(step.layer))
    step.run()
    assert set(vars(step.layer)) == before
    assert not any(isinstance(value, np.ndarray) for value in vars(step.layer).values())


@pytest.mark.parametrize("example", [example for example in ALL if Step(example, 3).layer.views], ids=str)
def test_an_input_gradient_that_is_not_wanted_is_not_computed(example: Example) -> None:
    step = Step(example, 3)
    step.run()
    expected = step.flat.copy()
    step.flat[...] = np.nan
    assert step.layer.backward(step.delta, step.cache, step.gradient, need_input=False) is None
    np.testing.assert_array_equal(step.flat, expected)


@EVERY_EXAMPLE
def test_networks_are_copied_whole(example: Example) -> None:
    net = Sequential(example.make(), input_shape=example.shape, seed=4)
    x = example.inputs(np.random.default_rng(0), 3)
    for copied in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), Sequential.from_config(net.config())):
        np.testing.assert_array_equal(copied(x), net(x))
        copied.theta[...] = 0.25
        assert all(np.all(view == 0.25) for view in copied.layers[0].views.values())
        assert not any(np.shares_memory(copied.theta, view) for view in net.layers[0].views.values())


def test_a_layer_that_stands_twice_gets_both_gradients() -> None:
    shared = Linear(4, 4)
    net = Sequential(Linear(3, 4), shared, whence.nn.Tanh(), shared, dtype=np.float64)
    rng = np.random.default_rng(1)
    x, delta = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    _, tape = net.forward(x)
    gradient = net.backward(delta, tape)

    apart = Sequential(Linear(3, 4), Linear(4, 4), whence.nn.Tanh(), Linear(4, 4), dtype=np.float64)
    apart.layers[0].weight, apart.layers[0].bias = net.layers[0].weight, net.layers[0].bias
    for position in (1, 3):
        apart.layers[position].weight, apart.layers[position].bias = shared.weight, shared.bias
    _, tape = apart.forward(x)
    separate = apart.backward(delta, tape)
    np.testing.assert_allclose(gradient[:16], separate[:16])
    np.testing.assert_allclose(gradient[16:], separate[16:36] + separate[36:], rtol=1e-12)
