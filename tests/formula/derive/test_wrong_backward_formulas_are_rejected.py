"""Planted errors in backward formulas, each of which the comparison with derived ones must notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from formula.derive.test_every_backward_is_the_derivative import agree, computed, loss_step, wanted_of
from nn.examples import EXAMPLES, Step
from nn.losses.loss_cases import CASES
from whence.formula import Affine, Entry, Formula, Formulas
from whence.formula.derive import with_backward
from whence.formula.expressions import Expression, Operation, rebuilt


def mutants(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Yield formulas with one small error each: a sign, a factor, a missing term, a place, two indices exchanged."""
    made_from = formula.expression
    changed: dict[str, Expression] = {
        "sign": -made_from,
        "factor": 2 * made_from,
        "offset": first(made_from, shifted),
        "missing term": first(made_from, without_term),
        "missing factor": first(made_from, without_factor),
        "sign of a term": first(made_from, with_other_sign),
        "exchanged indices": first(made_from, exchanged),
    }
    for name, expression in changed.items():
        if expression != made_from:
            yield name, Formula(formula.target, expression)


def first(node: Expression, change: Any) -> Expression:
    """Return an expression with a change where it is first possible, parents before children."""
    changed = change(node)
    if changed != node:
        return changed
    done = False

    def each(child: Expression) -> Expression:
        nonlocal done
        made = child if done else first(child, change)
        done = done or made != child
        return made

    return rebuilt(node, each)


def shifted(node: Expression) -> Expression:
    if not isinstance(node, Entry) or not node.subscripts or not isinstance(node.subscripts[-1], Affine):
        return node
    *before, last = node.subscripts
    return replace(node, subscripts=(*before, replace(last, constant=last.constant + last.divisor)))


def without_term(node: Expression) -> Expression:
    return node.left if isinstance(node, Operation) and node.symbol in ("+", "-") else node


def without_factor(node: Expression) -> Expression:
    return node.left if isinstance(node, Operation) and node.symbol in ("*", "/") else node


def with_other_sign(node: Expression) -> Expression:
    other = {"+": "-", "-": "+", ">": "<", "<=": ">="}
    return replace(node, symbol=other[node.symbol]) if isinstance(node, Operation) and node.symbol in other else node


def exchanged(node: Expression) -> Expression:
    if not isinstance(node, Entry) or len(node.subscripts) != 2 or isinstance(node.subscripts[0], Entry):
        return node
    return replace(node, subscripts=node.subscripts[::-1])


def survivors(
    formulas: Formulas, output: str, wanted: list[str], arrays: dict[str, np.ndarray]
) -> tuple[list[str], int]:
    """Return the mutants that change a gradient and are not noticed, and the number of those that change one."""
    shapes = {name: array.shape for name, array in arrays.items()}
    expected = computed(with_backward(formulas, output, wanted, shapes), arrays)
    right = computed(formulas, arrays)
    found, tried = [], 0
    for place, formula in enumerate(formulas.backward):
        for name, mutant in mutants(formula):
            planted = [*formulas.backward[:place], mutant, *formulas.backward[place + 1 :]]
            try:
                changed = computed(replace(formulas, backward=planted), arrays)
            except (ValueError, IndexError):  # shapes do not fit
                continue
            if all(agree(right[f"d{each}"], changed[f"d{each}"]) for each in wanted):
                continue
            tried += 1
            if all(agree(expected[f"d{each}"], changed[f"d{each}"]) for each in wanted):
                found.append(f"{name}: {mutant}")
    return found, tried


@pytest.mark.parametrize("kind", EXAMPLES)
def test_errors_in_the_backward_formulas_of_a_layer_are_noticed(kind: str) -> None:
    step = Step(EXAMPLES[kind][0], 3)
    found, tried = survivors(step.layer.formulas(), step.layer.output_symbol, wanted_of(step), step.run())
    assert not found
    assert tried >= 2


@pytest.mark.parametrize("case", CASES[:: len(CASES) // 12], ids=str)
def test_errors_in_the_delta_of_a_loss_are_noticed(case: Any) -> None:
    formulas, symbol, arrays = loss_step(case, weighted=True)
    found, tried = survivors(formulas, "loss", [symbol], arrays)
    assert not found
    assert tried >= 2
