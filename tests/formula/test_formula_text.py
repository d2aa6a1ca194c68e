import re

import numpy as np
import pytest
from expressions_at_random import ARRAYS, CONSTANTS, formulas
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from whence.formula import (
    ArgMax,
    Constant,
    Digit,
    Index,
    Max,
    Size,
    Sum,
    absolute,
    differs,
    equals,
    evaluate_cell,
    exp,
    indices,
    log,
    max0,
    maximum,
    scalar,
    sigmoid,
    sqrt,
    tensors,
    write,
    write_number,
)
from whence.formula.filling import fill
from whence.formula.numbers import in_numbers

n, i, j, k = indices("n i j k")
u = Index("u", 3)
x, y, z, W, b = tensors("x y z W b")
LINEAR = z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j]
NUMBERS = {
    "x": np.array([[1.0, -2.0], [0.5, 0.25]]),
    "W": np.array([[3.0, 4.0], [-5.0, 6.0]]),
    "b": np.array([0.125, -1.0]),
}


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (LINEAR, "z[n, j] = Σ_k x[n, k] · W[k, j] + b[j]"),
        (scalar("loss") << Sum((n, j), x[n, j]) / (Size(n) * Size(j)), "loss = (Σ_n Σ_j x[n, j]) / (N · J)"),
        (z[n] << Max(k, x[n, k]), "z[n] = max_k x[n, k]"),
        (z[n] << ArgMax(k, x[n, k]), "z[n] = argmax_k x[n, k]"),
        (z[n] << ArgMax((j, k), x[j, k]) * 2, "z[n] = (argmax_{j, k} x[j, k]) · 2"),
        (z[n] << Sum(k, x[n, k], where=k <= n), "z[n] = Σ_{k ≤ n} x[n, k]"),
        (z[n] << Sum(k, x[n, k], where=differs(k, n)), "z[n] = Σ_{k ≠ n} x[n, k]"),
        (z[n] << Sum(k, x[n, k], where=equals(k, n)), "z[n] = Σ_{k : k = n} x[n, k]"),
        (z[n] << Sum(k, x[n, k], where=equals(y[k], n)), "z[n] = Σ_{k : y[k] = n} x[n, k]"),
        (z[n] << Sum(k, x[n, k], where=k + 1 < n), "z[n] = Σ_{k : k + 1 < n} x[n, k]"),
        (z[n] << Max((j, k), x[j, k], where=[n - 1 <= 1 * j, 1 * j < 3, 1 * k > n]),
         "z[n] = max_{j, k : n − 1 ≤ j < 3, k > n} x[j, k]"),
        (z[n] << log(Sum(k, exp(x[n, k] - 1))), "z[n] = log(Σ_k exp(x[n, k] − 1))"),
        (z[n] << Sum(k, x[n, k] + 1), "z[n] = Σ_k (x[n, k] + 1)"),
        (z[n] << Sum(k, x[n, k]) * b[n], "z[n] = (Σ_k x[n, k]) · b[n]"),
        (z[n] << b[n] - Sum(k, x[n, k]), "z[n] = b[n] − Σ_k x[n, k]"),
        (z[n] << x[n, y[n]], "z[n] = x[n, y[n]]"),
        (z[i] << Sum(u, x[2 * i + u - 1]), "z[i] = Σ_u x[2 i + u − 1]"),
        (z[i] << x[(i - u.extent) // 2], "z[i] = x[(i − 3) / 2]"),
        (z[i] << x[(1 - i) // 2], "z[i] = x[(1 − i) / 2]"),
        (z[i] << Sum(u, x[-u - 1 + i]) + x[-i - 1], "z[i] = Σ_u x[i − u − 1] + x[−i − 1]"),
        (z[i] << x[Digit(1 * i, 12), Digit(1 * i, 4, 3), Digit(i + 1, 1, 4)],
         "z[i] = x[⌊i / 12⌋, ⌊i / 4⌋ mod 3, (i + 1) mod 4]"),
        (z[i] << x[3], "z[i] = x[3]"),
        (z[i] << equals(i, y[i]) * (x[i] > 0), "z[i] = [i = y[i]] · [x[i] > 0]"),
        (z[i] << (x[i] <= -1), "z[i] = [x[i] ≤ −1]"),
        (z[i] << max0(x[i]) + maximum(x[i], 2), "z[i] = max(0, x[i]) + max(x[i], 2)"),
        (z[i] << 1 - sigmoid(-x[i]), "z[i] = 1 − σ(−x[i])"),
        (z[i] << -x[i] / b[i] + b[i] / -x[i], "z[i] = (−x[i]) / b[i] + b[i] / (−x[i])"),
        (z[i] << -1 / x[i] - -b[i], "z[i] = (−1) / x[i] − (−b[i])"),
        (z[i] << x[i] * b[i] / 2 / y[i], "z[i] = (x[i] · b[i] / 2) / y[i]"),
        (z[i] << absolute(x[i]) / sqrt(x[i] + 1), "z[i] = |x[i]| / √(x[i] + 1)"),
        (z[i] << 1 - Constant("β₁", 0.9) ** scalar("t"), "z[i] = 1 − β₁^t"),
        (z[i] << (-x[i]) ** 2, "z[i] = (−x[i])²"),
        (z[i] << -(x[i] ** 2), "z[i] = −x[i]²"),
        (z[i] << -(x[i] * 2), "z[i] = −x[i] · 2"),
        (z[i] << x[i] ** -1, "z[i] = x[i]⁻¹"),
        (z[i] << (x[i] ** 2) ** 3, "z[i] = (x[i]²)³"),
        (z[i] << x[i] - (x[i] - 1), "z[i] = x[i] − (x[i] − 1)"),
        (z[i] << x[i] / (x[i] / 2), "z[i] = x[i] / (x[i] / 2)"),
        (z[i] << (x[i] + 1) * (2 * i - 1), "z[i] = (x[i] + 1) · (2 i − 1)"),
        (z[i] << 1e-8 * x[i], "z[i] = 1e−8 · x[i]"),
    ],
)  # fmt: skip
def test_a_formula_in_symbols(formula, text):
    assert write(formula) == str(formula) == text


def numbers_of(formula, index, arrays=NUMBERS, **options):
    return in_numbers(fill(formula, index, arrays), arrays, **options).text


@pytest.mark.parametrize(
    ("formula", "index", "text"),
    [
        (LINEAR, (0, 0), "1 · 3 + (−2) · (−5) + 0.125"),
        (LINEAR, (0, 1), "1 · 4 + (−2) · 6 + (−1)"),
        (z[n] << Max(k, x[n, k]), (0,), "max(1, −2)"),
        (z[n] << Max(k, x[n, k] - b[k]), (0,), "max(1 − 0.125, −2 − (−1))"),
        (z[n] << Sum(k, x[n, k]) * b[n], (0,), "(1 + (−2)) · 0.125"),
        (z[n] << Sum(k, x[n, k] - 1), (1,), "0.5 − 1 + (0.25 − 1)"),
        (z[n] << b[n] - Sum(k, x[n, k]), (1,), "−1 − 0.5 − 0.25"),
        (z[n] << Constant("β", 0.5) * b[n] / Size(n), (0,), "0.5 · 0.125 / 2"),
        (z[n] << -b[n], (1,), "−(−1)"),
        (z[n] << b[n] ** 2, (1,), "(−1)²"),
        (z[n] << b[n] * (2 * n - 1), (0,), "0.125 · (−1)"),
        (z[n] << b[n] + b[n - 1], (1,), "−1 + 0.125"),
        (z[n] << (b[n] > 0), (1,), "[−1 > 0]"),
    ],
)  # fmt: skip
def test_a_cell_in_numbers(formula, index, text):
    assert numbers_of(formula, index) == text


def test_digits_of_numbers():
    assert write_number(-0.123456) == "−0.1235"
    assert write_number(-1e-10, 2) == "−1e−10"
    third = z[i] << x[i] / 3
    assert numbers_of(third, (0,), {"x": np.array([2 / 3])}, digits=2) == "0.67 / 3"


COMPARISONS = {
    "<": np.less,
    "≤": np.less_equal,
    ">": np.greater,
    "≥": np.greater_equal,
    "=": np.equal,
    "≠": np.not_equal,
}


CALLED = {
    "tanh": np.tanh,
    "σ": lambda z: 1 / (1 + np.exp(-z)),
    "max": lambda *all: np.max(all),
    "min": lambda *all: np.min(all),
    "argmax": lambda *all: np.argmax(all),
}
REDUCTIONS = {"Σ": np.sum, "max": np.max, "argmax": np.argmax}
LEVELLED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")


class Reader:
    """Reads what `write` writes back into a function of the indices, by the precedences of paper."""

    def __init__(self, text):
        raised = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"^({found[0].translate(LEVELLED)})", text)
        self.tokens = re.findall(r"\d+(?:\.\d+)?(?:e[+−]?\d+)?|[^\W\d]\w*|\S", raised)

    def value(self, **bound):
        read = self.sum()
        assert not self.tokens
        return read(bound)

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def take(self, expected=None):
        token = self.tokens.pop(0)
        assert expected is None or token == expected
        return token

    def chain(self, operand, operations):
        left = operand()
        while self.peek() in operations:
            operation, first, second = operations[self.take()], left, operand()

            def left(bound, operation=operation, first=first, second=second):
                return operation(first(bound), second(bound))

        return left

    def sum(self):
        return self.chain(self.product, {"+": np.add, "−": np.subtract})

    def product(self):
        return self.chain(self.factor, {"·": np.multiply, "/": np.divide})

    def factor(self):
        if self.peek() == "−":
            self.take()
            operand = self.factor()
            return lambda bound: 0.0 - operand(bound)  # written numbers have no negative zero
        if "_" in self.peek():
            return self.reduction()
        base = self.atom()
        if self.peek() == "^":
            self.take()
            exponent = self.atom()
            return lambda bound: base(bound) ** exponent(bound)
        return base

    def reduction(self):
        kind, _, letter = self.take().partition("_")
        conditions = [] if letter else self.conditions()
        body = self.product()

        def value(bound):
            places = [{**bound, "k": place} for place in range(2)]
            kept = [place for place in places if all(holds(place) for holds in conditions)]
            found = [REDUCTIONS[kind]([body(place) for place in kept]) if kept else {"Σ": 0, "max": -np.inf}.get(kind)]
            return np.float64(kept[found[0]]["k"] if kind == "argmax" and kept else found[0] or 0.0)

        return value

    def conditions(self):
        self.take("{")
        if self.tokens[1] == ":":
            del self.tokens[:2]
        found = []
        while True:
            left = self.sum()
            while self.peek() in COMPARISONS:
                compare, right = COMPARISONS[self.take()], self.sum()
                found.append(lambda bound, compare=compare, left=left, right=right: compare(left(bound), right(bound)))
                left = right
            if self.take() == "}":
                return found

    def atom(self):
        token = self.take()
        if token[0].isdigit() and self.peek() in ("i", "k"):
            index = self.take()
            return lambda bound: float(token) * bound[index]
        if token[0].isdigit():
            return lambda bound: np.float64(token.replace("−", "-"))
        if token == "–":
            return lambda bound: -np.inf
        if token == "(":
            return self.until(")")
        if token == "|":
            inner = self.until("|")
            return lambda bound: abs(inner(bound))
        if token == "[":
            left = self.sum()
            compare = COMPARISONS[self.take()]
            right = self.until("]")
            return lambda bound: np.float64(compare(left(bound), right(bound)))
        if self.peek() == "(":
            return self.call(token)
        if self.peek() == "[":
            self.take()
            place = self.until("]")
            return lambda bound: self.entry(token, place(bound))
        sizes = {"∞": np.inf, "½": 0.5, "I": 3.0, "K": 2.0, "s": ARRAYS["s"], **CONSTANTS}
        return lambda bound: np.float64(bound[token] if token in bound else sizes[token])

    def until(self, closing):
        inner = self.sum()
        self.take(closing)
        return inner

    def call(self, name):
        self.take("(")
        operands = [self.sum()]
        while self.peek() == ",":
            self.take()
            operands.append(self.sum())
        self.take(")")
        function = CALLED[name]
        return lambda bound: function(*(operand(bound) for operand in operands))

    @staticmethod
    def entry(name, place):
        array = ARRAYS[name]
        inside = place == int(place) and 0 <= place < len(array)
        return np.float64(array[int(place)] if inside else 0.0)


@settings(deadline=None, max_examples=300)
@given(formula=formulas, place=st.integers(0, 2))
def test_what_is_written_reads_back_to_the_same_value(formula, place):
    expected = evaluate_cell(formula, (place,), ARRAYS).value
    assume(np.isfinite(expected) and abs(expected) < 1e12)
    with np.errstate(all="ignore"):
        symbols = Reader(write(formula.expression)).value(i=place)
        numbers = Reader(numbers_of(formula, (place,), ARRAYS, digits=17)).value()
    assume(np.isfinite(symbols) and np.isfinite(numbers))
    assert symbols == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-9)
