"""The page writes numbers with the digits of `whence.formula.digits`, and its arithmetic comes out for a reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive
from nn.examples import EXAMPLES
from shown_arithmetic import Equation
from whence.formula import Constant, Expression
from whence.formula.digits import TableForm, write_literal, write_number
from whence.formula.expressions import Call, Number, Operation
from whence.formula.numbers import Largest, Others, Remark
from whence.nn.losses import losses
from whence.optim import optimizers
from whence.trace import Trace, trace
from whence.views.browser.bundle import bundle

from .driving import GO

HARNESS = """
const compiled = ([kind, ...node]) => {
  if (kind === "place") return (numbers) => numbers[node[0]];
  if (kind === "number") return () => Number(node[0]);
  const inner = node[1].map(compiled);
  const operate = kind === "operation" ? OPERATIONS[node[0]] : FUNCTIONS[node[0]];
  if (kind !== "largest") return (numbers) => operate(...inner.map((part) => part(numbers)));
  return (numbers) => {
    const values = inner.map((part) => part(numbers));
    const largest = Math.max(...values);
    return node[2] ? node[2][values.indexOf(largest)] : largest;
  };
};
globalThis.equations = ({ cases }) => cases.map(({ numbers, tree, result, digits }) => {
  const written = writeEquation(numbers, compiled(tree), result, digits);
  return [written.numbers, written.sign, written.result];
});
globalThis.numbers = ({ values, digits }) => values.map((value, place) => writeNumber(value, digits[place]));
globalThis.literals = ({ values }) => values.map(writeLiteral);
globalThis.tables = ({ tables }) => tables.map((values) => {
  const form = tableForm(Float64Array.from(values), 3);
  return [form.exponent, values.map((value) => writeInTable(value, form))];
});
"""
SHOWN = f"""async (cells) => {{
    const [found, go] = [[], {GO}];
    for (const cell of cells) {{
        await go(cell);
        const shown = document.querySelector("#equation").cloneNode(true);
        for (const raised of shown.querySelectorAll("sup")) raised.replaceWith(`^(${{raised.textContent}})`);
        found.push(shown.textContent);
    }}
    return found;
}}"""


@pytest.fixture(scope="module")
def script(browser: Any) -> Any:
    tab = browser.new_page()
    source = bundle(files("whence.views"), "browser/script/digits.js", "page/script/core/functions.js")
    tab.add_script_tag(content=source + HARNESS, type="module")
    tab.wait_for_function("() => globalThis.tables")

    def call(function: str, **arguments: Any) -> Any:
        return json.loads(tab.evaluate(f"JSON.stringify({function}({json.dumps(arguments)}))"))

    yield call
    tab.close()


def some_numbers(count: int) -> list[float]:
    """Return numbers of all sizes in both precisions, short ones, and some that lie in the middle of two roundings."""
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.integers(-12, 10, count)
    wide = rng.normal(size=count) * sizes
    return [
        *wide.tolist(),
        *wide.astype(np.float32).astype(float).tolist(),
        *(rng.integers(-999, 999, count) / 8).tolist(),
        *np.round(rng.normal(size=count), 3).tolist(),
        *(0.0, -0.0, 0.5, 0.125, 9.99951, 99999.96, 999999.96, 1e9, 123456789.0, 5e-324, 1e300),
    ]


def test_numbers_are_written_alike(script: Callable[..., Any]) -> None:
    values = some_numbers(400)
    for digits in (1, 2, 4, 7, 9, 17):
        expected = [write_number(value, digits) for value in values]
        assert script("numbers", values=values, digits=[digits] * len(values)) == expected
    assert script("literals", values=values) == list(map(write_literal, values))
    assert "½" in map(write_literal, values)


def test_tables_are_written_alike(script: Callable[..., Any]) -> None:
    rng = np.random.default_rng(2)
    arrays = [rng.normal(size=12) * 10.0 ** rng.integers(-9, 8) for _ in range(60)]
    arrays += [array.astype(np.float32) for array in arrays]
    arrays += [np.arange(4) / 4, np.array([0.1, 0.25]), np.array([0.1], np.float32), np.zeros(2), np.arange(3.0)]
    arrays += [np.array([0.0, 1e-5, 2.5e-3]), np.array([123456.5, 0.5]), np.array([-0.0101, -0.00001, 0])]
    forms = [TableForm.of(array) for array in arrays]
    expected = [
        [form.exponent, [form.write(value) for value in array.tolist()]]
        for form, array in zip(forms, arrays, strict=True)
    ]
    assert script("tables", tables=[array.tolist() for array in arrays]) == expected
    assert [form.exponent for form in forms[-8:]] == [0, 0, 0, 0, 0, -3, 5, 0]
    assert expected[-1][1] == ["−0.0101", "0.0000", "0"]


def packed(node: Expression, numbers: list[float]) -> list[Any]:
    """Return an expression in numbers as the harness evaluates it, and add its numbers."""
    match node:
        case Constant(_, value):
            numbers.append(value)
            return ["place", len(numbers) - 1]
        case Number(value) | Remark(_, value):
            return ["number", str(value).replace("inf", "Infinity")]
        case Others(_, total):
            return packed(total, numbers)
        case Operation(symbol, left, right):
            return ["operation", symbol, [packed(left, numbers), packed(right, numbers)]]
        case Call(function, operands):
            return ["call", function, [packed(operand, numbers) for operand in operands]]
        case Largest(function, parts, places):
            inner = [packed(part, numbers) for part in parts]
            return ["largest", function, inner, (places or [*range(len(parts))]) if function == "argmax" else None]
    raise TypeError(node)


def texts(node: Expression) -> list[str]:
    """Return the written numbers of an expression, in the order of `packed`."""
    match node:
        case Constant(text, _):
            return [text]
        case Others(_, total):
            return texts(total)
        case Operation(_, left, right):
            return texts(left) + texts(right)
        case Call(_, parts) | Largest(_, parts, _):
            return [text for part in parts for text in texts(part)]
    return []


def a_cell_of_each_array(traced: Trace, seed: int) -> list[tuple[str, tuple[int, ...]]]:
    rng = np.random.default_rng(seed)
    return [(name, tuple(int(rng.integers(length)) for length in traced[name].shape)) for name in traced.formulas]


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=exhaustive)])
def test_equations_get_the_same_digits(script: Callable[..., Any], dtype: type) -> None:
    cases, expected = [], []
    for examples in EXAMPLES.values():
        example = next((each for each in examples if each.shape), None)
        if example is None:
            continue
        traced, _ = networks.traced_example(example, dtype=dtype, optimizer=optimizers["adam"](0.01), count=3)
        for name, index in a_cell_of_each_array(traced, 3):
            cell = traced.cell(name, *index)
            shown, numbers = cell.in_numbers(), []
            tree = packed(shown.expression, numbers)
            cases.append({"numbers": numbers, "tree": tree, "result": cell.value, "digits": 4})
            expected.append([texts(shown.expression), shown.sign, shown.result])
    assert len(cases) > 800
    assert script("equations", cases=cases) == expected


def readable(text: str) -> tuple[str, str, str]:
    """Return the arithmetic of the page in the notation that the reader of equations knows."""
    left, sign, right = text.replace("; ", ", ").split(" = ", 1)[1].rpartition(" = ")
    if not sign:
        left, sign, right = text.split(" = ", 1)[1].rpartition(" ≈ ")
    return left.replace(" more = ", " other terms that add up to "), sign.strip(), right


def steps() -> Sequence[Trace]:
    return [
        trace(networks.classifier(7, dtype=np.float32), losses["cross_entropy"](), optimizers["rmsprop"](0.01), *BATCH),
        trace(networks.classifier(40, 9), losses["mse"](), optimizers["adam"](0.01), BATCH[0], np.eye(3)[BATCH[1]]),
    ]


BATCH = networks.batch()


@pytest.mark.parametrize(("number", "rounds"), [(0, 1), *(pytest.param(each, 5, marks=exhaustive) for each in (0, 1))])
def test_the_arithmetic_of_the_page_comes_out(open_page: Callable[..., Any], number: int, rounds: int) -> None:
    traced = steps()[number]
    tab = open_page([traced])
    cells = [cell for seed in range(rounds) for cell in a_cell_of_each_array(traced, seed)]
    shown = tab.evaluate(SHOWN, [f"{name}[{','.join(map(str, index))}]".removesuffix("[]") for name, index in cells])
    assert len(shown) > 20 * rounds
    for text in shown:
        equation = Equation(*readable(text))
        if equation.sign == "=":
            assert equation.is_true, text
        else:
            assert equation.is_rounded(float(np.finfo(traced["z1"].dtype).eps)), text
