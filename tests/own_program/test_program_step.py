import numpy as np
import pytest
from programs import ARCHITECTURE, LOSS, RATE, SLIPS, exclusive_or, softmax_in_columns

from whence.errors import DataError, UnknownNameError
from whence.nn import losses
from whence.nn.architecture import network
from whence.optim import SGD
from whence.own_program import learning_rate_in, program_step


def step_of(arrays, architecture=ARCHITECTURE, loss=LOSS, **given):
    inputs, _, layers = architecture.partition(", ")
    shape = tuple(map(int, inputs.split("x")))
    return program_step(arrays, network(layers, shape, dtype="float64"), losses.read(loss), SGD(RATE), **given)


def verdicts(step):
    return {each.own: each.verdict for each in step.comparison.findings}


def test_a_right_program_is_right_in_every_array():
    step = step_of(exclusive_or())
    assert step.comparison.first is None and step.comparison.unknown == []
    assert {*verdicts(step)} | {*step.given.names.values()} == {*exclusive_or()}


@pytest.mark.parametrize(("slip", "first"), SLIPS.items())
def test_the_first_array_after_a_slip_is_found_with_its_cell(slip, first):
    arrays = exclusive_or(slip)
    found = step_of(arrays).comparison.first
    assert found.name == first
    if found.verdict == "differs":
        assert found.here == step_of(arrays).trace[first][found.index]
        assert found.there == arrays[found.own][found.own_index] != found.here
    else:
        assert slip in ("transposed gradient", "bias over the wrong axis")
        assert found.own_shape == arrays[found.own].shape


@pytest.mark.parametrize("shifted", [True, False])
def test_columns_and_deltas_of_another_scale_are_no_slip(shifted):
    step = step_of(softmax_in_columns(shifted=shifted), "4, 5 relu, 3", "cross_entropy")
    assert step.comparison.first is None
    assert (step.given.layout.columns, step.given.layout.out_in) == (True, True)
    assert {each.own: round(each.factor, 9) for each in step.comparison.of("scaled")} == {"dZ2": 7, "dZ1": 7}
    assert verdicts(step)["Y"] == "agrees"
    assert np.array_equal(step.trace["W1"], softmax_in_columns()["W1"].T)


def test_a_factor_that_nothing_makes_up_for_is_a_slip_at_the_place_in_the_programs_own_array():
    found = step_of(softmax_in_columns(wrong=True), "4, 5 relu, 3", "cross_entropy").comparison.first
    assert found.name == "dW1" and found.factor == pytest.approx(7)
    assert found.index == found.own_index[::-1]


@pytest.mark.parametrize("names", [{}, {"W1": "qq", "b1": "rr", "W2": "jj", "b2": "kk"}], ids=["shapes", "pairs"])
def test_names_that_say_nothing_are_told_by_shape_or_in_pairs(names):
    rng = np.random.default_rng(0)
    arrays = {"xx": rng.normal(size=(7, 4)), "yy": rng.integers(0, 3, 7), "qq": rng.normal(size=(4, 5))}
    arrays |= {"rr": rng.normal(size=5), "jj": rng.normal(size=(5, 3)), "kk": rng.normal(size=3)}
    step = step_of(arrays, "4, 5 relu, 3", "cross_entropy", pairs={**names})
    assert step.given.names == {"x": "xx", "W1": "qq", "b1": "rr", "W2": "jj", "b2": "kk", "y": "yy"}


def square(**more):
    rng = np.random.default_rng(1)
    x, W1, b1 = rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)
    return {"x": x, "y": rng.normal(size=(3, 4)), "W1": W1, "b1": b1, **more}


def test_square_weights_are_turned_as_the_programs_numbers_say_or_refused():
    with pytest.raises(DataError, match=r"weights may be \(in, out\) or \(out, in\); add --weights"):
        step_of(square(), "4, 4", LOSS)
    assert step_of(square(), "4, 4", LOSS, layout={"out_in": True}).given.layout.out_in
    arrays = square()
    for turned, z1 in ((False, arrays["x"] @ arrays["W1"]), (True, arrays["x"] @ arrays["W1"].T)):
        step = step_of({**arrays, "z1": z1 + arrays["b1"]}, "4, 4", LOSS)
        assert step.given.layout.out_in == turned and step.comparison.first is None


def test_samples_in_rows_or_columns_are_refused_where_shapes_do_not_tell():
    rng = np.random.default_rng(1)
    arrays = {"x": rng.normal(size=(4, 4)), "y": rng.integers(0, 3, 4), "W1": rng.normal(size=(4, 3)), "b1": np.ones(3)}
    with pytest.raises(DataError, match="samples may be rows or columns; add --layout"):
        step_of(arrays, "4, 3", "cross_entropy")
    assert step_of(arrays, "4, 3", "cross_entropy", layout={"columns": False})


def test_where_names_leave_it_open_the_other_arrays_decide():
    arrays = exclusive_or()
    more = {"x_train": np.ones((6, 2))}
    assert step_of({**more, **arrays}).given.names["x"] == "X"
    alone = {name: arrays[name] for name in ("X", "T", "w1", "w2", "w3", "bias1", "bias2", "bias3")}
    with pytest.raises(DataError, match="x may be X or x_train; add x=X or x=x_train"):
        step_of({**alone, **more})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"w2": None},
            r"no array is called like W2, of shape \(4, 3\), or alone has that shape; add W2=NAME for one of",
        ),
        ({"w2": np.ones((4, 5))}, r"W2 should have the shape \(4, 3\), but found is w2 \(4, 5\); change --arch"),
        ({"T": np.ones((5, 1))}, r"nothing fits the targets y, of shape \(6, 1\); found is T \(5, 1\), from 1 to 1"),
        ({"T": np.array(["yes"] * 6)}, "nothing fits the targets y.*; T of <U3 cannot be read as numbers"),
        ({"w2": np.ones((4, 3), complex)}, "add W2=NAME for one of .*; w2 of complex128 cannot be read"),
        ({"X": np.full((6, 2), np.nan)}, "X has numbers that are not finite"),
    ],
)
def test_what_cannot_be_recognised_is_named(changed, sentence):
    arrays = {name: array for name, array in {**exclusive_or(), **changed}.items() if array is not None}
    with pytest.raises(DataError, match=sentence):
        step_of(arrays)


def test_unknown_names_in_pairs_are_refused():
    with pytest.raises(UnknownNameError, match="no array of the program 'wq'"):
        step_of(exclusive_or(), pairs={"W1": "wq"})
    with pytest.raises(UnknownNameError, match="no array 'dz9'"):
        step_of(exclusive_or(), pairs={"dz9": "d_out"})


def test_arrays_without_use_are_named():
    arrays = {**exclusive_or(), "history": np.arange(5.0), "note": np.array("mine")}
    assert step_of(arrays).comparison.unknown == ["history", "note"]


def test_biases_that_a_program_lacks_are_zero():
    arrays = {name: array for name, array in exclusive_or().items() if name in ("X", "T", "w1", "w2", "w3")}
    step = step_of(arrays)
    assert not step.trace["b1"].any() and "b1" not in step.given.names


def test_one_sample_may_be_a_vector():
    arrays = {"x": np.array([1.0, 2.0]), "y": np.array([1.0]), "W1": np.array([[3.0], [4.0]]), "b1": np.array([0.5])}
    assert step_of({**arrays, "z1": np.array([11.5])}, "2, 1", LOSS).comparison.first is None


def test_convolutions_with_channels_first_and_recurrent_weights():
    rng = np.random.default_rng(2)
    images, kernels = rng.normal(size=(2, 3, 5, 5)), rng.normal(size=(4, 3, 2, 2))
    arrays = {"x": images, "y": rng.normal(size=(2, 4, 4, 4)), "W1": kernels, "b1": np.zeros(4)}
    windows = np.lib.stride_tricks.sliding_window_view(images, (2, 2), axis=(2, 3))
    z1 = np.einsum("nchwij,kcij->nkhw", windows, kernels)
    step = step_of({**arrays, "z1": z1}, "5x5x3, conv 4 2", LOSS)
    assert step.given.layout.channels_first and step.comparison.first is None

    x, Wx, Wh, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5)), rng.normal(size=(5, 5)), rng.normal(size=5)
    h, states = np.zeros((2, 5)), []
    for t in range(3):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    arrays = {"x": x, "y": rng.normal(size=(2, 3, 5)), "Wx": Wx, "Wh": Wh, "b": b, "h1": np.stack(states, axis=1)}
    step = step_of(arrays, "3x4, rnn 5", LOSS)
    assert step.given.names["U1"] == "Wh" and step.comparison.first is None


def test_a_learning_rate_is_found_by_its_name():
    assert learning_rate_in({"lr": np.array(0.1), "x": np.ones(3)}) == ("lr", 0.1)
    assert learning_rate_in({"lr": np.array(0.1), "eta": np.array(0.2)}) is None


@pytest.mark.parametrize("name", ["W1", "w1_before", "first_guess", "X0"])
def test_what_is_saved_twice_is_not_held_against_the_weights_after_the_update(name):
    arrays = exclusive_or()
    again = arrays["X"] if name == "X0" else arrays["w1"]
    step = step_of({**arrays, name: again.copy()})
    assert step.comparison.first is None and step.comparison.unknown == []


def test_weights_that_the_update_left_as_they_were_are_a_slip():
    arrays = exclusive_or()
    step = step_of({**arrays, "w1_new": arrays["w1"]})
    assert step.comparison.first.name == "W1_new"


def test_a_pair_that_takes_what_a_parameter_is_called():
    with pytest.raises(DataError, match="dW1=w1 takes the array that is called like W1; add W1=NAME"):
        step_of(exclusive_or(), pairs={"dW1": "w1"})


def test_no_arrays_of_numbers():
    with pytest.raises(DataError, match="no arrays of numbers; save x, y, W1, b1"):
        step_of({"x": np.array(["a"]), "y": np.zeros(0)})


def test_huge_numbers_are_compared_without_overflow():
    arrays = exclusive_or()
    step = step_of({**arrays, "X": 1e300 * arrays["X"]})
    assert step.comparison.first.name == "z1"


@pytest.mark.parametrize(("loss", "wrong"), [(7e-15, False), (1e-9, True)])
def test_a_loss_of_rounding_alone_is_no_slip(loss, wrong):
    arrays = {"x": np.array([[40.0], [50.0]]), "y": np.array([0, 0]), "W1": np.array([[1.0, -1.0]]), "b1": np.zeros(2)}
    step = step_of({**arrays, "loss": loss}, "1, 2", "cross_entropy")
    assert (step.comparison.first is not None) == wrong
