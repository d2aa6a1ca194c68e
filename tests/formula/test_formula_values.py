import numpy as np
import pytest

from whence.formula import (
    ArgMax,
    Constant,
    Digit,
    Index,
    Max,
    Size,
    Sum,
    Tensor,
    absolute,
    differs,
    equals,
    erf,
    evaluate,
    evaluate_cell,
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
    write,
)
from whence.formula.filling import fill

n, i, j, k, c = indices("n i j k c")
u, v = Index("u", 3), Index("v", 2)
x, W, b, y, z, dz, dx, p = tensors("x W b y z dz dx p")


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def read_only(**arrays):
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


LINEAR = z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j]


def convolution(height, width, stride, padding):
    h, w = Index("h", height), Index("w", width)
    return z[n, h, w, k] << Sum((u, v, c), x[n, stride * h + u - padding, stride * w + v - padding, c] * W[u, v, c, k])


def hand_convolution(images, kernels, stride, padding):
    padded = np.pad(images, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = (padded.shape[1] - kernels.shape[0]) // stride + 1
    width = (padded.shape[2] - kernels.shape[1]) // stride + 1
    made = np.zeros((len(images), height, width, kernels.shape[3]))
    for row in range(height):
        for column in range(width):
            rows = slice(row * stride, row * stride + kernels.shape[0])
            columns = slice(column * stride, column * stride + kernels.shape[1])
            made[:, row, column] = np.tensordot(padded[:, rows, columns], kernels, 3)
    return made


def test_a_matrix_product_with_a_bias(rng):
    arrays = read_only(x=rng.normal(size=(3, 4)), W=rng.normal(size=(4, 2)), b=rng.normal(size=2))
    np.testing.assert_allclose(evaluate(LINEAR, arrays), arrays["x"] @ arrays["W"] + arrays["b"], rtol=1e-14)


def test_values_are_float64_for_float32_arrays():
    arrays = read_only(x=np.float32([[0.1]]), W=np.float32([[0.1]]), b=np.float32([0]))
    assert evaluate(LINEAR, arrays).dtype == np.float64
    assert evaluate(LINEAR, arrays)[0, 0] == float(np.float32(0.1)) ** 2


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_a_convolution(rng, stride, padding):
    arrays = read_only(x=rng.normal(size=(2, 7, 6, 2)), W=rng.normal(size=(3, 2, 2, 3)))
    expected = hand_convolution(arrays["x"], arrays["W"], stride, padding)
    formula = convolution(*expected.shape[1:3], stride, padding)
    np.testing.assert_allclose(evaluate(formula, arrays), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_the_delta_of_a_convolution_divides_its_subscripts_exactly(rng, stride, padding):
    kernels = rng.normal(size=(3, 2, 2, 3))
    images = rng.normal(size=(1, 7, 6, 2))
    out = hand_convolution(images, kernels, stride, padding)
    delta = rng.normal(size=out.shape)
    h, w = Index("h", 7), Index("w", 6)
    formula = dx[n, h, w, c] << Sum(
        (u, v, k), dz[n, (h - u + padding) // stride, (w - v + padding) // stride, k] * W[u, v, c, k]
    )
    transposed = evaluate(formula, read_only(dz=delta, W=kernels))
    for place in np.ndindex(*images.shape):  # the convolution is linear: its columns are those of unit images
        unit = np.zeros_like(images)
        unit[place] = 1
        assert transposed[place] == pytest.approx((hand_convolution(unit, kernels, stride, padding) * delta).sum())


def test_pooling_over_windows_of_an_index_with_an_extent(rng):
    arrays = read_only(x=rng.normal(size=(2, 6, 4)))
    h, w, square = Index("h", 3), Index("w", 2), Index("u", 2)
    other = Index("v", 2)
    pooled = evaluate(z[n, h, w] << Max((square, other), x[n, 2 * h + square, 2 * w + other]), arrays)
    np.testing.assert_array_equal(pooled, arrays["x"].reshape(2, 3, 2, 2, 2).max(axis=(2, 4)))


def test_an_index_read_from_an_array_of_labels(rng):
    arrays = read_only(x=rng.normal(size=(4, 3)), y=np.array([2, 0, 1, 2], np.uint8))
    picked = evaluate(z[n] << x[n, y[n]], arrays)
    np.testing.assert_array_equal(picked, arrays["x"][np.arange(4), arrays["y"]])
    one_hot = evaluate(p[n, j] << equals(j, y[n]) + 0 * x[n, j], arrays)
    np.testing.assert_array_equal(one_hot, np.eye(3)[arrays["y"]])


def test_the_rows_of_an_embedding(rng):
    arrays = read_only(W=rng.normal(size=(5, 2)), y=np.array([[4, 0], [1, 1]]))
    t = Index("t")
    np.testing.assert_array_equal(evaluate(z[n, t, k] << W[y[n, t], k], arrays), arrays["W"][arrays["y"]])


def test_digits_of_a_running_number_unflatten_an_image(rng):
    arrays = read_only(x=rng.normal(size=(2, 3, 4, 2)))
    flat = Index("j", 24)
    place = 1 * flat
    formula = z[n, flat] << x[n, Digit(place, 8), Digit(place, 2, 4), Digit(place, 1, 2)]
    np.testing.assert_array_equal(evaluate(formula, arrays), arrays["x"].reshape(2, 24))


def test_a_softmax(rng):
    arrays = read_only(z=rng.normal(size=(3, 5)))
    formula = p[n, j] << exp(z[n, j]) / Sum(k, exp(z[n, k]))
    powers = np.exp(arrays["z"])
    np.testing.assert_allclose(evaluate(formula, arrays), powers / powers.sum(1, keepdims=True), rtol=1e-14)


def test_sizes_positions_constants_and_scalars():
    arrays = read_only(x=np.array([1.0, 2.0, 4.0]))
    assert evaluate(scalar("mean") << Sum(i, x[i]) / Size(i), arrays) == pytest.approx(7 / 3)
    assert evaluate(z[i] << 2 * i - 1 + 0 * x[i], arrays).tolist() == [-1, 1, 3]
    assert evaluate(z[i] << (i + 1) * x[i] - i * x[i], arrays).tolist() == [1, 2, 4]
    assert evaluate(z[i] << i - x[i] + (x[i] - (i - 1)), arrays).tolist() == [1, 1, 1]
    assert evaluate(z[i] << Constant("β", 0.5) * x[i], arrays).tolist() == [0.5, 1, 2]
    assert evaluate(z[i] << x[i] / scalar("s"), {**arrays, "s": np.asarray(2.0)}).tolist() == [0.5, 1, 2]


def test_a_fixed_place_and_an_index_that_runs_inside_itself():
    arrays = read_only(x=np.array([1.0, 2.0, 4.0]))
    assert evaluate(z[i] << x[i] / x[0], arrays).tolist() == [1, 2, 4]
    assert evaluate(z[i] << x[i] / Sum(i, x[i]), arrays).tolist() == [1 / 7, 2 / 7, 4 / 7]


VALUES = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (exp(x[i]), np.exp(VALUES)),
        (expm1(x[i]), np.expm1(VALUES)),
        (log(x[i] + 3), np.log(VALUES + 3)),
        (log1p(x[i] + 3), np.log1p(VALUES + 3)),
        (tanh(x[i]), np.tanh(VALUES)),
        (sigmoid(x[i]), 1 / (1 + np.exp(-VALUES))),
        (sqrt(x[i] ** 2), np.abs(VALUES)),
        (absolute(x[i]), np.abs(VALUES)),
        (sign(x[i]), np.sign(VALUES)),
        (erf(x[i]), [-0.9953222650189527, -0.5204998778130465, 0, 0.5204998778130465, 0.9999779095030014]),
        (max0(x[i]), [0, 0, 0, 0.5, 3]),
        (min0(x[i]), [-2, -0.5, 0, 0, 0]),
        (maximum(x[i], -1), [-1, -0.5, 0, 0.5, 3]),
        (minimum(x[i], 1), [-2, -0.5, 0, 0.5, 1]),
        (-x[i], -VALUES),
        (1 - x[i], 1 - VALUES),
        (1 + x[i] - 1, VALUES),
        (2 / (x[i] + 4), 2 / (VALUES + 4)),
        (x[i] < 0, [1, 1, 0, 0, 0]),
        (x[i] <= 0, [1, 1, 1, 0, 0]),
        (x[i] > 0, [0, 0, 0, 1, 1]),
        (x[i] >= 0, [0, 0, 1, 1, 1]),
        (equals(x[i], 0), [0, 0, 1, 0, 0]),
        (differs(x[i], 0), [1, 1, 0, 1, 1]),
        (i + 0 * x[i] < 2, [1, 1, 0, 0, 0]),
    ],
)
def test_every_function_and_operation(expression, expected):
    np.testing.assert_allclose(evaluate(z[i] << expression, read_only(x=VALUES.copy())), expected, rtol=1e-14)


def test_all_comparisons_between_indices():
    arrays = read_only(x=np.zeros((3, 3)))
    rows, columns = np.arange(3)[:, np.newaxis], np.arange(3)
    for expression, expected in [
        (i < j, rows < columns),
        (i <= j + 1, rows <= columns + 1),
        (2 * i > j, 2 * rows > columns),
        (1 >= i - j, 1 >= rows - columns),
        (equals(i, j), rows == columns),
        (differs(i, 2 * j), rows != 2 * columns),
    ]:
        np.testing.assert_array_equal(evaluate(z[i, j] << expression + x[i, j], arrays), expected)


def test_a_reduction_takes_only_the_terms_at_which_conditions_hold():
    values = np.array([[3.0, np.nan, 5.0], [1.0, 4.0, np.inf], [2.0, 7.0, 6.0]])
    arrays = read_only(x=values, y=np.array([0, 1, 0]))
    lower = np.tril(np.ones((3, 3), bool))
    sums = evaluate(z[i] << Sum(k, x[i, k], where=k <= i), arrays)
    np.testing.assert_array_equal(sums, [values[row][lower[row]].sum() for row in range(3)])
    largest = evaluate(z[i] << Max(k, x[i, k] - 10, where=k <= i), arrays)
    np.testing.assert_array_equal(largest, [-7, -6, -3])
    assert evaluate(z[i] << ArgMax(k, -x[i, k], where=k <= i), arrays).tolist() == [0, 0, 0]
    assert evaluate(z[i] << ArgMax(k, x[i, k], where=k <= i), arrays).tolist() == [0, 1, 1]
    nothing = {**arrays, "x": np.full_like(arrays["x"], -np.inf)}
    assert evaluate(z[i] << ArgMax(k, x[i, k], where=k > 0), nothing).tolist() == [1, 1, 1]
    both = scalar("s") << Sum((i, k), x[i, k], where=[k < i, equals(y[k], 0)])
    assert evaluate(both, arrays) == 1 + 2
    assert evaluate_cell(both, (), arrays).sources == (
        ("x", (1, 0)),
        ("x", (2, 0)),
        ("y", (0,)),
    )
    assert evaluate(scalar("s") << Sum(k, x[0, k], where=k > 5), arrays) == 0


def test_the_place_of_the_largest_is_that_of_the_first_and_counted_over_all_indices():
    arrays = read_only(x=np.array([[1.0, 4.0, 2.0], [4.0, 0.0, 4.0]]))
    assert evaluate(scalar("s") << ArgMax((i, k), x[i, k]), arrays) == 1
    assert evaluate(scalar("s") << ArgMax((i, k), x[i, k], where=i > 0), arrays) == 3
    assert evaluate(z[i] << ArgMax(k, x[i, k]), arrays).tolist() == [1, 0]


def test_a_sum_of_sums_is_one_sum():
    assert Sum(i, Sum(k, x[i, k])) == Sum((i, k), x[i, k])
    assert Sum(i, Sum(k, x[i, k], where=k < i)) == Sum((i, k), x[i, k], where=k < i)
    assert Sum(k, Sum(k, x[i, k])).indices == (k,)


def test_a_division_vanishes_where_what_is_divided_lies_outside():
    arrays = read_only(x=np.array([2.0, 4.0]), w=np.array([3.0, 5.0]))
    w = Tensor("w")
    assert evaluate_cell(z[i] << w[i] * (x[i - 1] / w[i]), (0,), arrays).sources == ()
    assert evaluate_cell(z[i] << w[i] * (x[i - 1] / w[i]), (1,), arrays).sources == (("w", (1,)), ("x", (0,)))
    assert evaluate_cell(z[i] << w[i] * (x[i] / (1 + x[i - 1])), (0,), arrays).sources == (("w", (0,)), ("x", (0,)))


def test_a_negative_vanishes_where_what_is_negated_lies_outside_and_other_functions_do_not():
    arrays = read_only(x=np.array([2.0, 4.0]), w=np.array([3.0, 5.0]))
    w = Tensor("w")
    assert evaluate_cell(z[i] << w[i] * -x[i - 1], (0,), arrays).sources == ()
    assert evaluate_cell(z[i] << w[i] * exp(x[i - 1]), (0,), arrays).sources == (("w", (0,)),)


def test_the_sources_of_sums_within_sums():
    arrays = read_only(x=np.arange(6.0).reshape(2, 3))
    within = scalar("s") << Sum(i, exp(Sum(k, x[i, k], where=k < i + 1)) * x[i, 2])
    assert {place for _, place in evaluate_cell(within, (), arrays).sources} == {(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)}


def test_division_by_zero_and_overflow_give_their_values_without_a_warning():
    arrays = read_only(x=np.array([0.0, 1e4]))
    assert evaluate(z[i] << 1 / x[i], arrays)[0] == np.inf
    assert evaluate_cell(z[i] << exp(x[i]), (1,), arrays).value == np.inf


def test_a_cell_has_the_value_of_the_whole_array_there(rng):
    images = read_only(x=rng.normal(size=(2, 5, 4, 2)), W=rng.normal(size=(3, 2, 2, 3)))
    labelled = read_only(x=rng.normal(size=(4, 3)), y=np.array([0, 2, 1, 1]))
    cases = [
        (LINEAR, read_only(x=rng.normal(size=(3, 4)), W=rng.normal(size=(4, 2)), b=rng.normal(size=2))),
        (convolution(3, 3, 2, 1), images),
        (z[n] << log(Sum(k, exp(x[n, k]))) - x[n, y[n]], labelled),
    ]
    for formula, arrays in cases:
        whole = evaluate(formula, arrays)
        for _ in range(20):
            place = tuple(int(rng.integers(length)) for length in whole.shape)
            assert evaluate_cell(formula, place, arrays).value == pytest.approx(whole[place], rel=1e-14)


def test_the_sources_of_a_cell_in_the_order_of_reading(rng):
    arrays = read_only(x=rng.normal(size=(2, 2)), W=rng.normal(size=(2, 3)), b=rng.normal(size=3))
    cell = evaluate_cell(LINEAR, (1, 2), arrays)
    assert (cell.array, cell.index, cell.formula) == ("z", (1, 2), LINEAR)
    assert cell.sources == (("x", (1, 0)), ("x", (1, 1)), ("W", (0, 2)), ("W", (1, 2)), ("b", (2,)))


def test_padding_and_the_gaps_of_a_stride_are_no_sources(rng):
    arrays = read_only(x=rng.normal(size=4))
    assert evaluate_cell(z[Index("h", 4)] << Sum(u, x[Index("h", 4) + u - 1]), (0,), arrays).sources == (
        ("x", (0,)),
        ("x", (1,)),
    )
    spread = z[Index("h", 7)] << x[Index("h", 7) // 2]
    assert evaluate_cell(spread, (3,), arrays).sources == ()
    assert evaluate_cell(spread, (4,), arrays).sources == (("x", (2,)),)
    np.testing.assert_array_equal(evaluate(spread, arrays)[::2], arrays["x"])
    np.testing.assert_array_equal(evaluate(spread, arrays)[1::2], 0)


def test_a_label_is_a_source_of_what_it_picks_and_each_source_comes_once():
    arrays = read_only(x=np.array([[1.0, 2.0]]), y=np.array([1]))
    cell = evaluate_cell(z[n] << x[n, y[n]] * x[n, y[n]], (0,), arrays)
    assert cell.sources == (("y", (0,)), ("x", (0, 1)))
    assert cell.value == 4


def test_sources_are_those_entries_that_change_the_value(rng):
    arrays = {"x": rng.normal(size=(1, 5, 4, 2)), "W": rng.normal(size=(3, 2, 2, 3))}
    formula = convolution(3, 3, 2, 1)
    cell = evaluate_cell(formula, (0, 0, 1, 2), arrays)
    moved = set()
    for name, array in arrays.items():
        for place in np.ndindex(*array.shape):
            changed = array.copy()
            changed[place] += 1
            if evaluate_cell(formula, (0, 0, 1, 2), {**arrays, name: changed}).value != cell.value:
                moved.add((name, place))
    assert moved == set(cell.sources)
    assert not {("W", (0, row, channel, 2)) for row in range(2) for channel in range(2)} & moved  # they meet padding


def test_tensors_and_indices_are_equal_by_name_and_extent():
    assert Index("i") == i
    assert Index("i", 3) != i
    assert Tensor("x")[i] == x[i]
    assert 1 + i - 1 == 1 * i == i + 0


def test_an_index_can_be_taken_from_a_number():
    n = Index("n", 4)
    (x, y) = tensors("x y")
    backwards = evaluate(y[n] << x[3 - n], {"x": np.array([1.0, 2.0, 3.0, 5.0])})
    assert backwards.tolist() == [5, 3, 2, 1]


def test_the_value_of_a_divided_index_is_filled_in_where_the_division_is_exact():
    (n,), (x, y) = indices("n"), tensors("x y")
    formula = y[n] << x[n] * (n // 2)
    arrays = {"x": np.arange(6.0)}
    assert write(fill(formula, (4,), arrays)) == "x[4] · 2"
    assert evaluate(formula, arrays)[4] == 8
    assert "arrays" not in repr(evaluate_cell(formula, (4,), arrays))
