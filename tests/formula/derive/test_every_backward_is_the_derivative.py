"""The proof of every backward formula: derived from the forward formulas, it gives the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from exhaustive import one_of_each
from nn.examples import PASSES, Example, Step, kind_of_layer
from nn.losses.loss_cases import CASES, Case, kind, weights
from whence.arrays import Array
from whence.formula import Formulas
from whence.formula.computation import compute
from whence.formula.derive import with_backward

EVERY_PASS = one_of_each(("example", "training"), PASSES, lambda example, training: (kind_of_layer(example), training))


def computed(formulas: Formulas, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return what backward formulas make of the arrays of a forward pass and the delta of the output."""
    made = {formula.target.array for formula in formulas.backward}
    given = {name: array for name, array in arrays.items() if name not in made}
    shapes = {name: array.shape for name, array in arrays.items()}
    shapes |= {f"{mark}{name}": shape for name, shape in shapes.items() for mark in "dδ"}
    return compute(formulas.backward, given, formulas.recurrences, {name: shapes[name] for name in made})


def wrong(formulas: Formulas, output: str, wanted: Sequence[str], arrays: Mapping[str, Array]) -> list[str]:
    """Return the gradients for which stated backward formulas give other numbers than derived ones."""
    derived = with_backward(formulas, output, wanted, {name: array.shape for name, array in arrays.items()})
    expected, found = (computed(each, arrays) for each in (derived, formulas))
    assert {f"d{name}" for name in wanted if f"d{name}" in arrays} <= expected.keys()
    return [name for name in expected.keys() & found.keys() if not agree(expected[name], found[name])]


def agree(expected: Array, found: Array) -> bool:
    return expected.shape == found.shape and np.allclose(found, expected, rtol=0, atol=1e-12 * _scale(expected))


def _scale(array: Array) -> float:
    return max(1.0, float(np.abs(array).max(initial=0.0)))


def wanted_of(step: Step) -> list[str]:
    declared = step.layer.declared_parameters()
    parameters = [declared[name].symbol for name in step.layer.views]
    return [*parameters, step.layer.input_symbol] if step.example.tokens is None else parameters


@EVERY_PASS
def test_the_backward_formulas_of_a_layer_are_the_derivative(example: Example, training: bool) -> None:
    step = Step(example, example.batches[-1], training=training)
    arrays, layer = step.run(), step.layer
    assert not wrong(layer.formulas(training=training), layer.output_symbol, wanted_of(step), arrays)


@one_of_each("case", CASES, kind)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_delta_of_a_loss_is_the_derivative(case: Case, weighted: bool) -> None:
    formulas, symbol, arrays = loss_step(case, weighted)
    assert not wrong(formulas, "loss", [symbol], arrays)


def loss_step(case: Case, weighted: bool) -> tuple[Formulas, str, dict[str, Array]]:
    loss, outputs, targets = case.make(3)
    outputs = outputs.copy()
    outputs.flat[0] = 0  # where max(0, z) and |z| have kinks, but a logistic loss has none
    weight = weights(3) if weighted else None
    arrays = loss.arrays(outputs, targets, weight, loss.evaluate(outputs, targets, weight))
    return loss.formulas(arrays["y"], weight), loss.input_symbol, arrays
