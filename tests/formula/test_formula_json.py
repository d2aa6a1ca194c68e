import json

import pytest
from expressions_at_random import formulas
from hypothesis import given, settings

from whence.errors import FormulaError
from whence.formula import (
    ArgMax,
    Constant,
    Digit,
    Index,
    Max,
    Sum,
    differs,
    equals,
    from_json,
    indices,
    scalar,
    tensors,
    to_json,
)

n, i, j = indices("n i j")
x, y, z = tensors("x y z")


@settings(deadline=None)
@given(formula=formulas)
def test_a_formula_comes_back_from_json_text(formula):
    assert from_json(json.loads(json.dumps(to_json(formula)))) == formula


@pytest.mark.parametrize(
    "formula",
    [
        z[n] << x[n, y[n]],
        z[n, j] << equals(j, y[n]) * x[n, (2 * j - 1) // 3],
        z[i] << Max(Index("u", 3), x[2 * i + Index("u", 3) - 1]),
        z[i] << x[Digit(i + 1, 4, 3), Digit(1 * i, 12)],
        z[n] << ArgMax((i, j), x[i, j], where=[i <= n, differs(x[i, j], 0)]),
        scalar("loss") << Sum((n, j), Constant("β₁", 0.1) * x[n, j] ** 2),
    ],
)
def test_every_kind_of_subscript_comes_back(formula):
    assert from_json(json.loads(json.dumps(to_json(formula)))) == formula


def test_what_json_says():
    assert to_json(z[i] << x[i] * 0.5) == {
        "target": ["entry", "z", [["place", [[["i", None], 1]], 0, 1]]],
        "expression": ["operation", "*", ["entry", "x", [["place", [[["i", None], 1]], 0, 1]]], ["number", 0.5]],
    }


def test_formulas_that_were_written_before_reductions_had_conditions_are_read():
    entry = ["entry", "x", [["place", [[["n", None], 1]], 0, 1], ["place", [[["j", None], 1]], 0, 1]]]
    nested = ["reduction", "Sum", ["n", None], ["reduction", "Sum", ["j", None], entry]]
    assert from_json({"target": ["entry", "loss", []], "expression": nested}) == scalar("loss") << Sum((n, j), x[n, j])


GOOD = to_json(z[i] << x[i])


@pytest.mark.parametrize(
    ("damaged", "sentence"),
    [
        ({}, "this is not a formula in JSON: KeyError('target')"),
        ([], "this is not a formula in JSON: TypeError("),
        ({**GOOD, "expression": ["sum", 1]}, r"this is not a formula in JSON: ['sum', 1]"),
        ({**GOOD, "expression": ["number", "one"]}, "this is not a formula in JSON: ['number', 'one']"),
        ({**GOOD, "expression": ["call", "exp", []]}, "this is not a formula in JSON: ['call', 'exp', []]"),
        ({**GOOD, "expression": ["size", ["k", 2**31]]}, "this is not an index in JSON: ['k', 2147483648]"),
        ({**GOOD, "expression": ["position", ["place", [], 2**31, 1]]}, "this is not a place in JSON: "),
        (
            {**GOOD, "expression": ["entry", "x", [["digit", ["place", [], 1, 1], 0, 2]]]},
            "this is not a digit in JSON: ",
        ),
        ({**GOOD, "expression": ["call", "system", []]}, "this is not a formula in JSON: ['call', 'system', []]"),
        ({**GOOD, "expression": ["operation", "%", 1, 2]}, "this is not a formula in JSON: ['operation', '%', 1, 2]"),
        (
            {**GOOD, "expression": ["reduction", "Min", ["k", 2], ["number", 1]]},
            "this is not a formula in JSON: ['reduction', 'Min', ['k', 2], ['number', 1]]",
        ),
        (
            {**GOOD, "expression": ["entry", "x", [["number", 1]]]},
            "a subscript in JSON is neither a place nor an entry: ['number', 1]",
        ),
        ({**GOOD, "target": ["number", 1]}, "the target of a formula in JSON is not an entry of an array"),
        ({**GOOD, "target": [*GOOD["expression"][:2], []]}, "the formula for x uses the index i"),
    ],
)
def test_damaged_json_is_named(damaged, sentence):
    with pytest.raises(FormulaError) as caught:
        from_json(damaged)
    assert str(caught.value).startswith(sentence)
