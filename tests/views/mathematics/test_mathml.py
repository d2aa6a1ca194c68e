"""MathML of single layouts: indices, brackets that grow around tall content, and transposition."""

import pytest

from whence.formula import index_form, indices, tensors, to_plain
from whence.formula.layout import (
    Fence,
    Fraction,
    Hat,
    Large,
    Letter,
    Ones,
    Operator,
    Script,
    Symbol,
    Transposed,
    Word,
    row,
)
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.mathml import to_mathml

(n,) = indices("n")
x, z = tensors("x z")

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


def test_sums_have_their_sign_and_other_reductions_their_name():
    body, below = Letter("x"), Letter("i")
    assert '<munder><mo largeop="true">∑</mo><mi>i</mi></munder>' in to_mathml(Large("Σ", below, body))
    assert "<munder><mi>arg max</mi><mi>i</mi></munder>" in to_mathml(Large("argmax", below, body))


def test_a_bracket_whose_content_is_on_several_lines_opens_before_it_and_closes_after_it():
    form = index_form(z[n] << (x[n] + x[n + 1] + x[n + 2] + x[n + 3]) ** 2, ())
    first, *_, last = in_lines(form, 24, lambda node: len(to_plain(node)))
    more_open = [
        to_mathml(line).count('form="prefix"') - to_mathml(line).count('form="postfix"') for line in (first, last)
    ]
    assert more_open == [1, -1]
