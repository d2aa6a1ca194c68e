"""The page's own evaluation of formulas is that of `whence.formula`, for every layer, loss and optimizer there is."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhaustive import exhaustive
from traced_networks import traced_positions
from whence.arrays import Array
from whence.formula import (
    ArgMax,
    Entry,
    Formula,
    Index,
    Max,
    Sum,
    differs,
    equals,
    evaluate,
    evaluate_cell,
    indices,
    tensors,
    to_json,
    walk,
)
from whence.nn import BatchNorm, Dropout, Linear, ReLU, Sequential
from whence.nn.losses import CrossEntropy, Loss, MeanSquaredError, losses
from whence.optim import optimizers
from whence.trace import Trace, trace_steps
from whence.views.browser.bundle import bundle

from .networks import convolved, over_time

VIEWS = files("whence.views")
MODULES = tuple(f"page/script/core/{name}.js" for name in ("evaluation", "order", "sources", "uses"))
HARNESS = """
const unpacked = (arrays) => new Map(Object.entries(arrays).map(([name, { shape, values }]) => [name,
  { shape, steps: strides(shape), values: Float64Array.from(values) }]));

const place = ({ shape, steps }, offset) => steps.map((step, axis) => Math.floor(offset / step) % shape[axis]);

/** The entries, of some in each array, whose uses are not the very cells of which they are sources. */
function* astray(made, tables, read) {
  const cells = Array.from({ length: made.size }, (_, offset) => place(tables.get(made.array), offset));
  const sources = cells.map((index) => sourcesOf(made, read, index));
  for (const name of made.reads) {
    const { length } = tables.get(name).values;
    for (const offset of new Set([0, length >> 2, length >> 1, length - 1])) {
      const index = place(tables.get(name), offset);
      const uses = usesIn(made, read, name, index);
      const isUse = (cell) => uses.some((use) => use.every((at, axis) => at === null || at === cell[axis]));
      const isSource = (number) => sources[number].get(name)?.has(offset) ?? false;
      if (cells.some((cell, number) => isUse(cell) !== isSource(number))) yield `${name}[${index}]`;
    }
  }
}

const alone = (formula, cells, tables) => {
  const read = (name) => tables.get(name).values;
  const made = new Formula(formula, (name) => tables.get(name).shape);
  const sources = cells.map((index) => [...sourcesOf(made, read, index)].flatMap(([name, offsets]) =>
    [...offsets].map((offset) => [name, place(tables.get(name), offset)])));
  const telling = cells.map((index) => [...tellingSources(made, read, index)].map(([name, offset]) =>
    [name, place(tables.get(name), offset)]));
  const uses = [...astray(made, tables, read)];
  const single = cells.map((index) => {
    made.bind(read, index);
    return made.compile(made.expression)();
  });
  const whole = new RowEvaluation(made).fill(new Float64Array(made.size));
  const stepped = made.shape.map((length, axis) => {
    const [rows, values] = [new RowEvaluation(made, axis), new Float64Array(made.size)];
    for (let step = 0; step < length; step++) rows.fill(values, step);
    return [...values];
  });
  return { single, arrays: [[...whole], ...stepped], sources, telling, uses };
};

globalThis.each = ({ formulas, arrays, cells }) => {
  const tables = unpacked(arrays);
  return formulas.map((formula, number) => alone(formula, cells[number], tables));
};

globalThis.step = ({ formulas, arrays }) => {
  const tables = unpacked(arrays);
  const made = formulas.map((formula) => new Formula(formula, (name) => tables.get(name).shape));
  const groups = inOrder(made);
  for (const { array } of made) tables.get(array).values.fill(NaN);
  for (const group of groups) {
    for (const [name, values] of group.evaluate((name) => tables.get(name).values)) tables.get(name).values = values;
  }
  return {
    arrays: Object.fromEntries(made.map(({ array }) => [array, [...tables.get(array).values]])),
    together: groups.map(({ names }) => names),
  };
};
"""


@pytest.fixture(scope="module")
def interpret(browser: Any) -> Any:
    tab = browser.new_page()
    tab.add_script_tag(content=bundle(VIEWS, *MODULES) + HARNESS, type="module")
    tab.wait_for_function("() => globalThis.step")

    def call(function: str, **arguments: Any) -> Any:
        text = f"JSON.stringify({function}({json.dumps(arguments, allow_nan=False)}))"
        return json.loads(tab.evaluate(text))  # one text: the driver packs and checks each number on its own

    yield call
    tab.close()


def close(found: Any, expected: Array, name: str) -> None:
    scale = np.abs(expected).max(initial=1e-300)
    np.testing.assert_allclose(found, expected.ravel(), rtol=1e-9, atol=1e-12 * scale, err_msg=name)


def entries_of(formula: Formula) -> list[Entry]:
    return [formula.target, *(node for node in walk(formula.expression) if isinstance(node, Entry))]


def packed(formulas: Iterable[Formula], arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return the arrays that formulas read and make as the page's evaluation is given them."""
    names = {entry.array for formula in formulas for entry in entries_of(formula)}
    return {
        name: {"shape": list(arrays[name].shape), "values": arrays[name].astype(float).ravel().tolist()}
        for name in names
    }


def known(formulas: Iterable[Formula], arrays: Mapping[str, Array]) -> list[Formula]:
    return [formula for formula in formulas if all(entry.array in arrays for entry in entries_of(formula))]


def some_cells(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the first cell of an array, one in the middle and the last."""
    size = math.prod(shape)
    return [tuple(map(int, np.unravel_index(place, shape))) for place in sorted({0, size // 2, size - 1})]


def check(interpret: Callable[..., Any], formulas: Iterable[Formula], arrays: Mapping[str, Array]) -> None:
    """Compare values, sources and uses of formulas with those of `whence.formula`, each on recorded arrays."""
    checked = known(formulas, arrays)
    values = [evaluate(formula, arrays) for formula in checked]
    cells = [some_cells(array.shape) for array in values]
    call = {"formulas": list(map(to_json, checked)), "arrays": packed(checked, arrays), "cells": cells}
    for formula, expected, places, found in zip(checked, values, cells, interpret("each", **call), strict=True):
        name = formula.target.array
        for array in found["arrays"]:
            close(array, expected, name)
        for cell, value, sources, telling in zip(
            places, found["single"], found["sources"], found["telling"], strict=True
        ):
            close(value, expected[cell], name)
            wanted = set(evaluate_cell(formula, cell, arrays).sources)
            assert {(array, tuple(at)) for array, at in sources} == wanted, (name, cell)
            assert {(array, tuple(at)) for array, at in telling} <= wanted, (name, cell)
            assert {array for array, _ in telling} == {array for array, _ in wanted}, (name, cell)
        assert not found["uses"], f"sources and uses in {name} disagree"


def check_step(
    interpret: Callable[..., Any], formulas: Iterable[Formula], arrays: Mapping[str, Array]
) -> list[list[str]]:
    """Compare what formulas make of each other with what NumPy made, and return which were evaluated together."""
    step = known(formulas, arrays)
    found = interpret("step", formulas=list(map(to_json, step)), arrays=packed(step, arrays))
    for name, values in found["arrays"].items():
        close(values, arrays[name], name)
    together: list[list[str]] = found["together"]
    return together


def layer_examples() -> Any:
    path = Path(__file__).parents[2] / "nn" / "examples.py"
    spec = importlib.util.spec_from_file_location("whence_layer_examples", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


EXAMPLES = layer_examples()


@pytest.mark.parametrize("name", EXAMPLES.EXAMPLES)
@pytest.mark.parametrize("most", [1, pytest.param(None, marks=exhaustive)])
def test_every_layer(interpret: Any, name: str, most: int | None) -> None:
    for example in EXAMPLES.EXAMPLES[name][:most]:
        for training in EXAMPLES.modes(example):
            step = EXAMPLES.Step(example, example.batches[-1], training=training)
            arrays = step.run()
            formulas = step.layer.formulas(training=training)
            check(interpret, [*formulas.forward, *formulas.backward], arrays)
            check_step(interpret, [*formulas.forward, *formulas.backward], arrays)


@pytest.mark.parametrize("name", losses)
def test_every_loss(interpret: Any, name: str) -> None:
    rng = np.random.default_rng(2)
    outputs = rng.normal(size=(5, 4))
    cases: list[tuple[Loss, Array]] = [(losses[name](), (rng.uniform(size=(5, 4)) < 0.5).astype(float))]
    if name == "mean_squared_error":
        cases += [(MeanSquaredError(class_weights=[1, 2, 3, 0.5]), np.array([0, 3, 1, 1, 2]))]
    if name == "cross_entropy":
        labels = np.array([0, 3, 1, 1, 2])
        cases = [
            (CrossEntropy(), labels),
            (CrossEntropy(), np.eye(4)[labels]),
            (CrossEntropy(class_weights=[1, 2, 3, 0.5], label_smoothing=0.1), labels),
        ]
    for loss_fn, targets in cases:
        arrays = loss_fn.arrays(outputs, targets, None, loss_fn.evaluate(outputs, targets))
        check(interpret, loss_fn.formulas(arrays["y"]), arrays)


@pytest.mark.parametrize("name", optimizers)
def test_every_optimizer_in_a_network_with_norms_and_dropout(interpret: Any, name: str) -> None:
    rng = np.random.default_rng(3)
    net = Sequential(Linear(5, 7), BatchNorm(), ReLU(), Dropout(0.3), Linear(7, 2), dtype=np.float64)
    optimizer = optimizers[name](0.01, weight_decay=0.1, clip_norm=0.5)
    batches = [(rng.normal(size=(6, 5)), rng.normal(size=(6, 2))) for _ in range(2)]
    *_, traced = trace_steps(net, MeanSquaredError(), optimizer, batches)
    check(interpret, traced.formulas.values(), traced)


def test_padding_strides_windows_and_gathered_places(interpret: Any) -> None:
    rng = np.random.default_rng(4)
    n, i, j, k, c = indices("n i j k c")
    u, v = Index("u", 3), Index("v", 2)
    x, w, y, e, ids, labels = tensors("x w y e ids labels")
    arrays = {
        "x": rng.normal(size=(2, 5, 4, 2)),
        "w": rng.normal(size=(3, 2, 2, 3)),
        "y": np.zeros((2, 3, 2, 3)),
        "e": rng.normal(size=(6, 3)),
        "ids": rng.integers(0, 6, (2, 4)),
        "labels": np.array([2, 9]),
    }
    pooled, looked_up, spread, gradient, one_hot = tensors("pooled looked_up spread gradient one_hot")
    arrays |= {"pooled": np.zeros((2, 2, 2, 2)), "looked_up": np.zeros((2, 4, 3))}
    arrays |= {"spread": np.zeros((2, 5, 4, 2)), "gradient": np.zeros((6, 3)), "one_hot": np.zeros((2, 3))}
    formulas = [
        y[n, i, j, k] << Sum([u, v, c], x[n, 2 * i + u - 1, 2 * j + v - 1, c] * w[u, v, c, k]),
        pooled[n, i, j, c] << Max([u, v], x[n, 2 * i + u, 2 * j + v, c]),
        spread[n, i, j, c] << Sum([u, v, k], y[n, (i - u + 1) // 2, (j - v + 1) // 2, k] * w[u, v, c, k]),
        looked_up[n, i, k] << e[ids[n, i], k],
        gradient[j, k] << Sum([n, i], equals(j, ids[n, i]) * looked_up[n, i, k]),
        one_hot[n, j] << equals(j, labels[n]) + e[labels[n], j],
    ]
    for formula in formulas:
        check(interpret, [formula], arrays)
        arrays[formula.target.array] = evaluate(formula, arrays)


def test_reductions_with_conditions_and_places_of_the_largest(interpret: Any) -> None:
    rng = np.random.default_rng(7)
    n, j, s, t = indices("n j s t")
    x, y, causal, of_class, largest, place, beyond = tensors("x y causal of_class largest place beyond")
    arrays = {"x": rng.normal(size=(4, 4)), "y": np.array([2, 0, 2, 1])}
    arrays |= {name: np.zeros((4, 4)) for name in ("causal", "of_class", "largest", "place")} | {"beyond": np.zeros(4)}
    formulas = [
        causal[n, t] << Sum(s, x[n, s] * x[s, t], where=s <= t),
        of_class[j, t] << Sum(n, x[n, t], where=equals(y[n], j)) / 2 + Sum(n, x[n, t], where=[y[n] > j, differs(n, t)]),
        largest[n, t] << Max([s, j], x[s, j] * x[n, t], where=[s <= n, j > s - 2]),
        place[n, t] << ArgMax([s, j], x[s, j] * x[n, t], where=s <= n),
        beyond[t] << ArgMax(s, -x[s, t]) + Sum(s, x[s, t], where=s > 9),
    ]
    for formula in formulas:
        check(interpret, [formula], arrays)


def test_places_that_run_backwards_and_an_index_that_is_summed_over_too(interpret: Any) -> None:
    rng = np.random.default_rng(6)
    n, i, k = indices("n i k")
    v, far = Index("v", 3), Index("v", 40)
    x, w, long, mirrored, skipping, convolved, swept, both = tensors("x w long mirrored skipping convolved swept both")
    arrays = {"x": rng.normal(size=(3, 6)), "w": rng.normal(size=(3,)), "long": rng.normal(size=(40,))}
    arrays |= {name: np.zeros((3, 8)) for name in ("mirrored", "skipping", "convolved", "swept")}
    formulas = [
        mirrored[n, i] << x[n, 5 - i],
        skipping[n, i] << x[n, 9 - 2 * i] * w[n],
        convolved[n, i] << Sum(v, w[v] * x[n, i - v]),
        swept[n, i] << Sum(far, x[n, i + 4 - far] * long[far]),
    ]
    for formula in formulas:
        check(interpret, [formula], arrays)
    arrays["both"] = arrays["w"] @ arrays["x"] + arrays["x"]
    summed = both[n, k] << Sum(n, x[n, k] * w[n]) + x[n, k]
    check(interpret, [summed], arrays)
    check_step(interpret, [summed], arrays)


@pytest.mark.parametrize("make", [over_time, convolved], ids=["lstm", "conv"])
def test_a_whole_training_step_follows_from_what_is_given(interpret: Any, make: Callable[..., Trace]) -> None:
    traced = make(lambda net: None)
    together = check_step(interpret, traced.formulas.values(), traced)
    recurrences = [names for names in together if len(names) > 1]
    forward = ["i1", "f1", "g1", "o1", "c1", "tanh_c1", "h1"]
    backward = ["dh1", "dc1", "δi1", "δf1", "δg1", "δo1", "δ1"]
    assert recurrences == ([forward, backward] if make is over_time else [])


def test_a_table_that_is_longer_than_what_is_read_of_it(interpret: Any) -> None:
    traced = traced_positions()
    check_step(interpret, traced.formulas.values(), traced)


def test_recurrences_in_both_directions_and_over_two_axes_at_once(interpret: Any) -> None:
    rng = np.random.default_rng(5)
    i, j = indices("i j")
    x, down, up, across, paths = tensors("x down up across paths")
    numbers = rng.normal(size=(4, 5))
    counted = numbers.copy()
    for row, column in np.ndindex(4, 5):
        above = counted[row - 1, column] if row else 0
        before = counted[row, column - 1] if column else 0
        counted[row, column] += above + before
    arrays = {
        "x": numbers,
        "down": numbers.cumsum(0),
        "up": numbers[::-1].cumsum(0)[::-1],
        "across": numbers.cumsum(1),
        "paths": counted,
    }
    formulas = [
        down[i, j] << x[i, j] + down[i - 1, j],
        up[i, j] << x[i, j] + up[i + 1, j],
        across[i, j] << x[i, j] + across[i, j - 1],
        paths[i, j] << x[i, j] + paths[i - 1, j] + paths[i, j - 1],
    ]
    check_step(interpret, formulas, arrays)
