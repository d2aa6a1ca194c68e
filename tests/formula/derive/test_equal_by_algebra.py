"""How many derived backward formulas are found to be equal to the stated ones by algebra alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from formula.derive.test_every_backward_is_the_derivative import loss_step, wanted_of
from nn.examples import EXAMPLES, Step
from nn.losses.loss_cases import CASES, Case
from whence.formula import Formula, Formulas, Sum, indices, tensors
from whence.formula.derive import gradients, in_terms_of, put, same


def pairs(
    formulas: Formulas, output: str, wanted: list[str], arrays: dict[str, np.ndarray]
) -> Iterator[tuple[Formula, Formula]]:
    """Yield derived and stated gradients, in terms of the output's delta and of those that depend on each other."""
    derived = gradients(formulas.forward, output, wanted, {name: array.shape for name, array in arrays.items()})
    kept = {f"d{output}", *(array for recurrence in formulas.recurrences for array in recurrence.arrays)}
    closed = in_terms_of(kept, derived, formulas.forward)
    between: dict[str, Formula] = {}
    for stated in formulas.backward:
        name = stated.target.array
        whole = put(between, stated)
        if name in closed:
            yield closed[name], whole
        if name not in kept or name not in closed:
            between[name] = whole


NUMBERS_ONLY = {
    "elu", "celu", "selu", "gelu", "relu6", "hardtanh", "hardsigmoid", "hardswish", "softsign", "layer_norm",
    "group_norm", "instance_norm", "last", "conv_transpose2d", "rnn", "gru", "lstm",
}  # fmt: skip
"""Layers whose formulas are equal by more than this algebra: cases, other sums, arrays side by side."""


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if kind not in NUMBERS_ONLY])
def test_derived_and_stated_formulas_of_a_layer_are_equal_by_algebra(kind: str) -> None:
    step = Step(EXAMPLES[kind][0], 3)
    formulas = step.layer.formulas()
    for derived, stated in pairs(formulas, step.layer.output_symbol, wanted_of(step), step.run()):
        assert same(derived, stated, formulas.forward), f"{derived}\n{stated}"


@pytest.mark.parametrize("loss", ["mean_squared_error", "sum_of_squared_errors", "l1", "binary_cross_entropy"])
def test_derived_and_stated_deltas_of_a_loss_are_equal_by_algebra(loss: str) -> None:
    for case in [*[case for case in CASES if case.loss == loss][:3], Case("cross_entropy", (4,), "labels")]:
        formulas, symbol, arrays = loss_step(case, weighted=True)
        ((derived, stated),) = pairs(formulas, "loss", [symbol], arrays)
        assert same(derived, stated, formulas.forward), f"{derived}\n{stated}"


def test_other_formulas_are_not_equal() -> None:
    n, i, j = indices("n i j")
    x, W, z = tensors("x W z")
    right = z[n, j] << Sum(i, x[n, i] * W[i, j])
    assert same(right, z[n, j] << Sum(i, W[i, j] * x[n, i]))
    for wrong in (W[j, i] * x[n, i], 2 * W[i, j] * x[n, i], W[i, j] * x[n, i] ** 2, W[i, j] + x[n, i]):
        assert not same(right, z[n, j] << Sum(i, wrong))
