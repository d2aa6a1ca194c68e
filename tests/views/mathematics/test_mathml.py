"""MathML of single layouts: indices, brackets that grow around tall content, and transposition."""

import pytest

from whence.formula.layout import Fence, Fraction, Hat, Letter, Ones, Operator, Script, Symbol, Transposed, Word, row
from whence.views.mathematics.mathml import to_mathml

A, B, ONE, TWO = Letter("A"), Letter("B"), Word("1"), Word("2")


@pytest.mark.parametrize(
    ("script", "mathml"),
    [
        (Script(A, ONE, None), "<msub><mi>A</mi><mn>1</mn></msub>"),
        (Script(A, None, TWO), "<msup><mi>A</mi><mn>2</mn></msup>"),
        (Script(A, ONE, TWO), "<msubsup><mi>A</mi><mn>1</mn><mn>2</mn></msubsup>"),
    ],
)
def test_what_stands_below_and_above(script, mathml):
    assert to_mathml(script) == mathml


@pytest.mark.parametrize(("inside", "stretchy"), [(row(A, Operator("+"), B), "false"), (Fraction(A, B), "true")])
def test_brackets_grow_only_around_tall_content(inside, stretchy):
    written = to_mathml(Fence("(", inside, ")"))
    assert written.count(f'stretchy="{stretchy}"') == 2


@pytest.mark.parametrize("simple", [A, Hat(A), Ones(), Fence("(", A, ")")])
def test_what_is_simple_is_transposed_without_brackets(simple):
    assert to_mathml(Transposed(simple)).count("(") == (1 if isinstance(simple, Fence) else 0)
    assert to_mathml(Transposed(simple)).startswith("<msup>")


def test_a_name_with_a_number_has_both_below_and_above():
    assert to_mathml(Transposed(Symbol("W1"))).startswith("<msubsup><mi>W</mi><mn>1</mn>")


def test_a_sum_is_transposed_in_brackets():
    assert to_mathml(Transposed(row(A, Operator("+"), B))).count("fence") == 2
