"""Index formulas as spreadsheet formulas."""

from __future__ import annotations

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.formula import (
    Affine,
    ArgMax,
    Constant,
    Digit,
    Formula,
    Index,
    Max,
    Size,
    Sum,
    absolute,
    differs,
    equals,
    erf,
    exp,
    expm1,
    indices,
    log,
    log1p,
    max0,
    maximum,
    min0,
    minimum,
    scalar,
    sigmoid,
    sign,
    sqrt,
    tanh,
    tensors,
)
from whence.formula.evaluate import find_extents
from whence.views.sheet import render
from whence.views.sheet.blocks import Block
from whence.views.sheet.render import CellWriter

n, i, j, k, c, u, v, time = indices("n i j k c u v t")
x, W, b, z, p, y, a, image, kernel, tokens = tensors("x W b z p y a image kernel tokens")
s, vector = scalar("s"), tensors("v")[0]
eta = Constant("η", 0.5)

BLOCKS = {
    "x": Block("one", 0, 1, (3, 4), 1),  # B1:E3
    "W": Block("one", 4, 1, (4, 2), 1),  # B5:C8
    "b": Block("one", 9, 1, (2,), 0),  # B10:C10
    "y": Block("one", 0, 6, (3,), 1),  # G1:G3
    "p": Block("one", 11, 1, (3, 4), 1),  # B12:E14
    "s": Block("two", 3, 3, (), 0),  # D4
    "v": Block("one", 15, 1, (4,), 0),  # B16:E16
    "image": Block("one", 20, 1, (2, 3, 4, 2), 2),  # B21:I26
    "kernel": Block("one", 30, 1, (2, 2, 2, 3), 3),  # B31:D38
    "tokens": Block("one", 40, 1, (2, 3, 4), 2),  # B41:E46
}
ARRAYS = {name: np.zeros(block.shape) for name, block in BLOCKS.items()}


def written(formula: Formula, *index: int) -> str:
    extents = find_extents(formula, ARRAYS)
    constants = {eta: Block("one", 50, 1, (), 0)}
    return CellWriter(formula, extents, BLOCKS, constants, "one").write(index)


@pytest.fixture(autouse=True)
def no_sum_is_short(monkeypatch):
    monkeypatch.setattr(render, "FEW_TERMS", 0)


def test_a_short_sum_is_written_out_unless_it_is_one_of_cells_alone(monkeypatch):
    monkeypatch.setattr(render, "FEW_TERMS", 4)
    assert written(z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j], 2, 1) == "=B3*C5+C3*C6+D3*C7+E3*C8+C10"
    assert written(a[n] << Sum(k, exp(x[n, k] - y[n])), 1) == "=EXP(B2-G2)+EXP(C2-G2)+EXP(D2-G2)+EXP(E2-G2)"
    assert written(a[j] << Sum(k, 2 * W[k, j]) / Size(k), 0) == "=(2*B5+2*B6+2*B7+2*B8)/4"
    assert written(a[j] << Sum(k, W[k, j]), 1) == "=SUM(C5:C8)"
    assert written(scalar("a") << Sum((n, k), x[n, k] ** 2)) == "=SUMPRODUCT(B1:E3^2)"


def test_a_row_times_a_column_is_a_matrix_product():
    formula = z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j]
    assert written(formula, 2, 1) == "=SUMPRODUCT(MMULT(B3:E3,C5:C8))+C10"


def test_two_rows_or_two_columns_are_a_sum_of_products():
    assert written(a[n, i] << Sum(k, x[n, k] * p[i, k]), 0, 1) == "=SUMPRODUCT(B1:E1,B13:E13)"
    assert written(a[i, j] << Sum(n, x[n, i] * p[n, j]), 3, 0) == "=SUMPRODUCT(E1:E3,B12:B14)"
    assert written(a[i] << Sum(n, x[n, i] * y[n] * p[n, i]), 1) == "=SUMPRODUCT(C1:C3,G1:G3,C12:C14)"


def test_a_factor_that_stays_the_same_stands_before_the_sum():
    assert written(a[j] << Sum(n, b[j] * y[n]) / Size(n), 1) == "=C10*SUM(G1:G3)/3"
    assert written(a[j] << Sum(k, 2 * W[k, j]), 0) == "=2*SUM(B5:B8)"


def test_entries_alone_are_summed_over_ranges_of_one_and_two_axes():
    assert written(a[j] << Sum(k, W[k, j]), 1) == "=SUM(C5:C8)"
    assert written(scalar("a") << Sum((n, k), x[n, k])) == "=SUM(B1:E3)"
    assert written(scalar("a") << sqrt(Sum((k, j), W[k, j] ** 2) + Sum(j, b[j] ** 2))) == (
        "=SQRT(SUMPRODUCT(B5:C8^2)+SUMPRODUCT(B10:C10^2))"
    )


def test_what_runs_one_way_only_is_spread_over_the_rectangle():
    assert written(scalar("a") << Sum((n, k), y[n] * x[n, k])) == "=SUMPRODUCT(G1:G3*B1:E3)"
    assert written(scalar("a") << Sum((n, j), y[n] * b[j])) == "=SUMPRODUCT(G1:G3*B10:C10)"
    assert written(a[k] << Sum(n, (x[n, k] - vector[k]) ** 2), 2) == "=SUMPRODUCT((D1:D3-D16)^2)"


def test_functions_of_ranges_are_summed():
    assert written(a[n] << Sum(k, exp(x[n, k] - y[n])), 1) == "=SUMPRODUCT(EXP(B2:E2-G2))"
    assert written(a[n] << Sum(k, x[n, k] > 0), 0) == "=SUMPRODUCT(--(B1:E1>0))"


def test_functions_that_swallow_ranges_are_written_out():
    assert written(a[j] << Sum(k, max0(W[k, j])), 0) == "=MAX(0,B5)+MAX(0,B6)+MAX(0,B7)+MAX(0,B8)"
    assert written(a[j] << Sum(k, erf(W[k, j])), 0).startswith("=ERF(B5)+")


def test_a_maximum_is_taken_of_a_range_or_written_out():
    assert written(a[n] << Max(k, x[n, k]), 1) == "=MAX(B2:E2)"
    assert written(a[j] << Max(k, W[k, j] * 2), 0) == "=MAX(B5*2,B6*2,B7*2,B8*2)"
    rows, columns, down, across = Index("h", 1), Index("w", 2), Index("u", 2), Index("v", 2)
    pooled = a[n, rows, columns, c] << Max((down, across), image[n, rows * 2 + down, columns * 2 + across, c])
    assert written(pooled, 1, 0, 1, 1) == "=MAX(G24:G25,I24:I25)"


def test_conditions_leave_out_terms():
    assert written(a[n] << Sum(k, x[n, k], where=k <= n), 1) == "=SUM(B2:C2)"
    assert written(a[n] << Sum(k, x[n, k], where=k > 9), 1) == "=0"
    assert written(a[n] << Sum(k, x[n, k], where=differs(k, 1)), 0) == "=B1+D1+E1"
    assert written(a[k] << Sum(n, x[n, k], where=equals(y[n], k)), 2) == "=SUMPRODUCT(D1:D3,--(G1:G3=2))"
    assert written(a[k] << Sum(n, x[n, k], where=y[n]), 2) == "=SUMPRODUCT(D1:D3,--(G1:G3<>0))"
    assert written(a[n] << Max(k, x[n, k], where=[1 <= 1 * k, k < 3]), 0) == "=MAX(C1:D1)"
    assert written(a[k] << Max(n, x[n, k], where=y[n] > 0), 1).startswith("=MAX(IF(IF(G1>0,1,0),C1,-1E+308),")


def test_the_place_of_the_largest_is_the_least_that_has_it():
    assert (
        written(a[n] << ArgMax(k, x[n, k], where=k > 2 - n), 1) == "=MIN(IF(D2=MAX(D2:E2),2,4),IF(E2=MAX(D2:E2),3,4))"
    )


def test_a_convolution_adds_matrix_products_of_pixels():
    rows, columns = Index("h", 2), Index("w", 3)
    taps = Sum((u, v, c), image[n, rows + u, columns + v, c] * kernel[u, v, c, i])
    assert written(a[n, rows, columns, i] << taps, 0, 1, 0, 2) == (
        "=SUMPRODUCT(MMULT(B22:E22,D31:D34))+SUMPRODUCT(MMULT(B23:E23,D35:D38))"
    )


def test_padding_counts_as_nothing():
    rows, columns = Index("h", 3), Index("w", 4)
    u2, v2 = Index("u", 2), Index("v", 2)
    taps = Sum((u2, v2), image[n, rows + u2 - 1, columns + v2 - 1, 0] * kernel[u2, v2, 0, 0])
    assert written(a[n, rows, columns] << taps, 0, 0, 0) == "=B21*B37"


def test_a_sum_over_a_padded_axis_is_one_over_what_lies_inside():
    before = Sum((n, time), tokens[n, time - 1, j] * tokens[n, time, k])
    assert written(a[j, k] << before, 0, 3) == "=SUMPRODUCT(B41:B42,E42:E43)+SUMPRODUCT(B44:B45,E45:E46)"
    row, shift = Index("r", 3), Index("q", 2)
    for place, expected in {
        row - shift: ("C1:C3,G1:G3", "C1:C2,G2:G3"),
        row + shift: ("C1:C3,G1:G3", "C2:C3,G1:G2"),
    }.items():
        for index, ranges in enumerate(expected):
            assert written(a[j, shift] << Sum(row, x[place, j] * y[row]), 1, index) == f"=SUMPRODUCT({ranges})"
    assert written(a[shift] << Sum(row, y[row + 3 * shift]), 1) == "=0"
    assert [written(a[shift] << Sum(row, y[2 - row - shift]), index) for index in (0, 1)] == ["=G3+G2+G1", "=G2+G1"]
    assert [written(a[shift] << Sum(row, y[2 * row - shift]), index) for index in (0, 1)] == ["=G1+G3", "=G2"]


def test_strides_divide_exactly_or_not_at_all():
    place, tap = Index("i", 5), Index("u", 2)
    assert written(a[place] << Sum(tap, vector[(place - tap) // 2]), 3) == "=C16"


def test_sequences_lie_below_one_another_so_that_samples_and_times_are_one_column():
    assert written(a[j] << Sum((n, time), tokens[n, time, j]), 2) == "=SUM(D41:D46)"
    assert written(a[n, j] << Sum(time, tokens[n, time, j]), 1, 0) == "=SUM(B44:B46)"


def test_an_entry_is_looked_up_by_a_label():
    assert written(a[n] << -log(x[n, y[n]]), 2) == "=-LN(INDEX(B3:E3,G3+1))"
    assert written(a[n, j] << W[y[n], j], 1, 1) == "=INDEX(C5:C8,G2+1)"
    assert written(a[n] << x[y[n], y[n]], 0) == "=INDEX(B1:E3,G1+1,G1+1)"
    assert written(a[n] << image[0, 0, y[n], 1], 0) == "=INDEX(C21:I21,G1*2+1)"
    assert (
        written(scalar("a") << Sum(n, vector[y[n]])) == "=INDEX(B16:E16,G1+1)+INDEX(B16:E16,G2+1)+INDEX(B16:E16,G3+1)"
    )


def test_a_label_is_compared_with_the_column():
    assert written(a[n, k] << p[n, k] - equals(k, y[n]), 1, 3) == "=E13-IF(3=G2,1,0)"


def test_a_flattened_image_says_which_pixel_it_was():
    flat = Affine(((Index("q", 24), 1),))
    places = image[n, Digit(flat, 8), Digit(flat, 2, 4), Digit(flat, 1, 2)]
    assert written(a[n, Index("q", 24)] << places, 1, 13) == "=G25"


def test_other_sheets_and_constants_are_named_in_full():
    assert written(a[j] << b[j] - eta * s, 0) == "=B10-$B$51*'two'!$D$4"


def test_numbers_keep_their_value():
    assert written(scalar("a") << 0.1 * s + 1e-5) == "=0.1*'two'!$D$4+1E-05"
    assert written(scalar("a") << s * -2.0) == "='two'!$D$4*(-2)"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (-(b[0] ** 2), "-(B10^2)"),
        ((-b[0]) ** 2, "(-B10)^2"),
        (1 - -b[0], "1-(-B10)"),
        (-b[0] + 1, "-B10+1"),
        (b[0] - (b[1] - 1), "B10-(C10-1)"),
        (b[0] / (b[1] * 2), "B10/(C10*2)"),
        (b[0] / (b[1] / 2), "B10/(C10/2)"),
        ((b[0] ** 2) ** 3, "(B10^2)^3"),
        ((b[0] + 1) ** (b[1] + 1), "(B10+1)^(C10+1)"),
        (log1p(b[0]) * expm1(b[1]), "LN(1+B10)*(EXP(C10)-1)"),
        (1 / sigmoid(b[0] - 1), "1/(1/(1+EXP(-(B10-1))))"),
        (tanh(absolute(sign(b[0]))), "TANH(ABS(SIGN(B10)))"),
        (maximum(-b[0], minimum(b[1], 2)), "MAX(-B10,MIN(C10,2))"),
        (min0(b[0] - 1), "MIN(0,B10-1)"),
        ((b[0] > 0) * b[1], "IF(B10>0,1,0)*C10"),
    ],
)
def test_brackets_stand_where_a_spreadsheet_needs_them(expression, text):
    assert written(scalar("a") << expression) == f"={text}"


def test_a_formula_that_no_cell_takes_is_refused():
    far = Index("q", 1500)
    with pytest.raises(ArgumentError, match=r"a cell of a would have .* characters, but a cell holds at most 8,192"):
        written(scalar("a") << Sum(far, max0(b[0]) + erf(b[1])))
    with pytest.raises(ArgumentError, match="5,000 terms"):
        written(scalar("a") << Sum(Index("q", 5000), max0(b[0])))
