"""Formulas wider than a line: where they are broken, and that nothing but brackets and roots is written otherwise."""

import pytest

from whence.formula import Index, Sum, index_form, indices, max0, scalar, sigmoid, sqrt, tensors, to_plain
from whence.formula.layout import Row, Word
from whence.views.mathematics import to_latex, to_mathml
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.width import printed_width

i, j, n = indices("i j n")
x, y, z, a, b = tensors("x y z a b")


def plain_width(node):
    return len(to_plain(node))


def lines(formula, width):
    return [to_plain(line).strip() for line in in_lines(index_form(formula, ()), width, plain_width)]


def test_what_fits_stays_on_one_line():
    assert lines(z[n] << x[n] + y[n], 40) == ["z[n] = x[n] + y[n]"]


def test_a_line_ends_before_a_sign_and_holds_what_it_can():
    assert lines(z[n] << x[n] + y[n] - a[n] + b[n], 24) == ["z[n] = x[n] + y[n]", "− a[n] + b[n]"]


def test_brackets_that_fit_a_line_stay_together():
    assert lines(z[n] << x[n] * (a[n] + b[n]) + y[n] * (a[n] - b[n]), 32) == [
        "z[n] = x[n] · (a[n] + b[n])",
        "+ y[n] · (a[n] − b[n])",
    ]


def test_brackets_and_functions_are_taken_apart_where_they_must_be():
    assert lines(z[n] << sigmoid(x[n] + y[n] + a[n] + b[n]), 24) == ["z[n] = σ(x[n] + y[n]", "+ a[n] + b[n])"]
    assert lines(z[n] << (x[n] + y[n] + a[n] + b[n]) ** 2, 24) == ["z[n] = (x[n] + y[n]", "+ a[n] + b[n])²"]


def test_a_root_over_several_lines_is_a_power_of_one_half():
    squares = Sum((i, j), x[i, j] ** 2) + Sum(i, y[i] ** 2) + Sum(i, a[i] ** 2)
    assert lines(scalar("norm") << sqrt(squares), 36) == [
        "norm = (Σ_i Σ_j x[i, j]² + Σ_i y[i]²",
        "+ Σ_i a[i]²)^(1 / 2)",
    ]


def test_fractions_and_sums_are_taken_apart():
    formula = z[n] << Sum(i, x[n, i] + y[n] + a[i] + b[i]) / (a[n] + b[n])
    assert lines(formula, 26) == ["z[n] = (Σ_i (x[n, i]", "+ y[n] + a[i]", "+ b[i]))", "/ (a[n] + b[n])"]


def test_within_a_power_only_what_is_too_wide_is_taken_apart():
    formula = z[n] << (x[n] * (a[n] + b[n]) + y[n] * (a[n] - b[n])) ** 2
    assert lines(formula, 44) == ["z[n] = (x[n] · (a[n] + b[n])", "+ y[n] · (a[n] − b[n]))²"]


def test_no_line_of_a_division_is_wider_than_there_is_room():
    above, below = x[n] * y[n] / (1 - a[n]), sqrt(x[n] / (1 - b[n])) + a[n]
    made = lines(z[n] << above / below, 38)
    assert made == ["z[n] = (x[n] · y[n] / (1 − a[n]))", "/ (√(x[n] / (1 − b[n])) + a[n])"]


def test_a_product_is_broken_where_nothing_else_is_left():
    assert lines(z[n] << x[n] * y[n] * max0(a[n]) * b[n], 26) == ["z[n] = x[n] · y[n]", "· max(0, a[n])", "· b[n]"]


@pytest.mark.parametrize("write", [to_plain, to_latex, to_mathml], ids=lambda writer: writer.__name__)
def test_every_line_can_be_written(write):
    squares = sqrt(Sum((i, j), x[i, j] ** 2) + Sum(i, y[i] ** 2)) + Sum(i, abs_of(a[i]))
    made = in_lines(index_form(scalar("norm") << squares, ()), 20, printed_width)
    assert len(made) > 2
    assert all(isinstance(line, Row) and write(line) for line in made)


def abs_of(entry):
    return sqrt(entry**2)


def test_gates_side_by_side_are_counted_by_their_size():
    unit = Index("j", 3)
    formula = z[n, unit] << x[n, unit] + x[n, unit + 3] + x[n, unit + 9] + x[n, unit + 1] + y[unit - 3]
    assert to_plain(index_form(formula, ())) == (
        "z[n, j] = x[n, j] + x[n, J + j] + x[n, 3 J + j] + x[n, j + 1] + y[j − 3]"
    )


@pytest.mark.parametrize("number", ["1.2e−05", "3.4e+08"])
def test_a_number_with_an_exponent_is_as_wide_whatever_its_sign(number):
    sign = printed_width(Word("1"))
    assert printed_width(Word(f"−{number}")) == sign + printed_width(Word(number))
    assert printed_width(Word(number)) == len(number) + 3
    assert printed_width(Word("3 other terms")) == len("3 other terms")
