"""Networks: what fits and what does not, what they save, and that the same seed gives the same bits."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, ShapeError, UnknownNameError
from whence.nn import (
    RNN,
    BatchNorm,
    CrossEntropy,
    Dropout,
    Flatten,
    LayerNorm,
    Linear,
    ReLU,
    Residual,
    Sequential,
    Tanh,
    mlp,
)

from .examples import ALL


def network(**options: object) -> Sequential:
    return mlp((3, 2), [5, 4], 3, dropout=0.3, batch_norm=True, **options)  # type: ignore[arg-type]


def test_layers_that_do_not_fit_are_named_with_the_axis() -> None:
    with pytest.raises(ShapeError, match=r"layer 3 \(Linear\(5, 2\)\).*in_features = 5 on the last axis.*\(N, 4\)"):
        Sequential(Linear(3, 4), ReLU(), Linear(5, 2))


@pytest.mark.parametrize("shape", [(4,), (3,), (2, 3), (2, 4, 1), (0, 4), (2, 1, 4)])
def test_a_batch_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    net = Sequential(Linear(4, 2))
    for call in (net.forward, net):
        if call is net and shape == (0, 4):
            continue
        with pytest.raises(ShapeError, match=r"takes \(N, 4\) with N at least 1"):
            call(np.ones(shape))


def test_predictions_for_no_samples_are_none() -> None:
    assert network()(np.ones((0, 3, 2), np.float32)).shape == (0, 3)


def test_a_network_needs_layers_and_an_input_shape() -> None:
    with pytest.raises(ArgumentError, match="Sequential was given no layers; give at least one"):
        Sequential()
    with pytest.raises(ArgumentError, match=r"ReLU\(\), takes inputs of any shape; give input_shape"):
        Sequential(ReLU(), Linear(3, 2))
    with pytest.raises(ArgumentError, match="input_shape is"):
        Sequential(Flatten(), input_shape=(3, 0))
    with pytest.raises(ArgumentError, match="use float32 or float64"):
        Sequential(Linear(3, 2), dtype=np.int32)


def test_a_layer_belongs_to_one_network() -> None:
    layer = Linear(3, 3)
    Sequential(layer)
    with pytest.raises(ArgumentError, match=r"layer 2 \(Linear\(3, 3\)\) already belongs to a network"):
        Sequential(Linear(3, 3), layer)


def test_layers_that_did_not_fit_can_be_tried_again() -> None:
    layers = [Flatten(), BatchNorm(), Linear(10, 3)]
    with pytest.raises(ShapeError, match="in_features = 10"):
        Sequential(*layers, input_shape=(3, 4))
    assert Sequential(*layers, input_shape=(2, 5)).output_shape == (3,)


def test_a_layer_without_a_network_has_no_parameters() -> None:
    with pytest.raises(ArgumentError, match=r"Linear\(3, 3\) has no weight yet"):
        _ = Linear(3, 3).weight


@pytest.mark.parametrize("features", [(0, 2), (2, -1), (2.0, 1), (True, 1)])
def test_a_linear_layer_has_features(features: tuple[int, int]) -> None:
    with pytest.raises(ArgumentError, match="must be a whole number of at least 1"):
        Linear(*features)


def test_a_shared_layer_has_its_parameters_once() -> None:
    shared = Linear(4, 4)
    net = Sequential(shared, Tanh(), shared)
    assert net.theta.size == 20
    assert list(net.state_dict()) == ["0.weight", "0.bias"]
    assert "shared with 1" in net.summary()
    again = Sequential.from_config(net.config())
    assert again.layers[0] is again.layers[2]
    np.testing.assert_array_equal(again.theta, net.theta)
    with pytest.raises(ShapeError, match="used twice"):
        Sequential(shared_norm := BatchNorm(), Flatten(), shared_norm, input_shape=(2, 3))


def test_summary() -> None:
    assert Sequential(
        Flatten(), Linear(784, 96), ReLU(), Linear(96, 10, bias=False), input_shape=(28, 28)
    ).summary() == (
        "layer                         output       parameters\n"
        "─────────────────────────────────────────────────────\n"
        "input                         (N, 28, 28)\n"
        "1 Flatten()                   (N, 784)              0\n"
        "2 Linear(784, 96)             (N, 96)          75,360\n"
        "3 ReLU()                      (N, 96)               0\n"
        "4 Linear(96, 10, bias=False)  (N, 10)             960\n"
        "─────────────────────────────────────────────────────\n"
        "total                                          76,320"
    )


def test_a_state_dict_round_trip(rng: np.random.Generator) -> None:
    net, other = network(seed=1), network(seed=2)
    x = rng.normal(size=(7, 3, 2)).astype(np.float32)
    net.forward(x)
    other.load_state_dict(net.state_dict())
    np.testing.assert_array_equal(other.theta, net.theta)
    np.testing.assert_array_equal(other(x), net(x))
    assert all(np.array_equal(array, net.state_dict()[path]) for path, array in other.state_dict().items())


def test_a_state_dict_is_a_copy() -> None:
    net = network()
    state = net.state_dict()
    before = net.theta.copy()
    for array in state.values():
        array += 1
    np.testing.assert_array_equal(net.theta, before)


def test_a_state_that_does_not_fit_is_refused_whole() -> None:
    net = network()
    before = net.state_dict()
    changed = {path: array + 1 for path, array in before.items()}
    with pytest.raises(ShapeError, match=r"lacks 1\.bias"):
        net.load_state_dict({path: array for path, array in changed.items() if path != "1.bias"})
    with pytest.raises(ShapeError, match=r"has 99\.weight"):
        net.load_state_dict({**changed, "99.weight": np.ones(3)})
    with pytest.raises(ShapeError, match=r"9\.weight is \(2, 2\) in the state, but \(4, 3\)"):
        net.load_state_dict({**changed, "9.weight": np.ones((2, 2))})
    for wrong in (before["9.weight"] * 1j, [["a"]], [[1, 2], [3]]):
        with pytest.raises(ArgumentError, match=r"^9\.weight is .*; it must be an array of real numbers"):
            net.load_state_dict({**changed, "9.weight": wrong})
    assert all(np.array_equal(before[path], array) for path, array in net.state_dict().items())


@pytest.mark.parametrize("example", ALL, ids=str)
def test_a_config_round_trip_through_json(example: object) -> None:
    net = Sequential(example.make(), input_shape=example.shape, dtype=np.float64, seed=3)  # type: ignore[attr-defined]
    again = Sequential.from_config(json.loads(json.dumps(net.config())))
    assert repr(again) == repr(net)
    assert again.config() == net.config()
    np.testing.assert_array_equal(again.theta, net.theta)


def test_a_config_with_an_unknown_layer_is_refused() -> None:
    config = network().config()
    config["layers"][0]["layer"] = "Flaten"
    with pytest.raises(UnknownNameError, match="did you mean 'flatten'"):
        Sequential.from_config(config)


@given(st.integers(1, 20), st.integers(1, 25))
def test_chunks_do_not_change_predictions(samples: int, chunk: int) -> None:
    net = Sequential(Linear(4, 5), LayerNorm(), Dropout(), Tanh(), Linear(5, 2), dtype=np.float64)
    x = np.random.default_rng(samples).normal(size=(samples, 4))
    whole, _ = net.forward(x, training=False)
    np.testing.assert_allclose(net(x, chunk=chunk), whole, rtol=1e-13)
    with pytest.raises(ArgumentError, match="chunk = 0; it must be a whole number of at least 1"):
        net(x, chunk=0)


def test_fewer_inputs_go_through_together_where_a_layer_is_large(monkeypatch) -> None:
    net = Sequential(RNN(1, 64), input_shape=(-1, 1))
    together = []
    forward = RNN.forward
    monkeypatch.setattr(RNN, "forward", lambda self, x, *how: together.append(x.shape) or forward(self, x, *how))
    net(np.zeros((2000, 4, 1)))
    net(np.zeros((40, 4096, 1)))
    assert [shape[0] for shape in together] == [1024, 976, 16, 16, 8]


def test_layers_within_a_block_count_too_for_how_many_inputs_go_together(monkeypatch) -> None:
    net = Sequential(Residual([Linear(4, 40_000), Linear(40_000, 4)]))
    together = []
    forward = Residual.forward
    monkeypatch.setattr(Residual, "forward", lambda self, x, *how: together.append(len(x)) or forward(self, x, *how))
    net(np.zeros((150, 4)))
    assert together == [104, 46]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(8, 3, 2)).astype(np.float32), rng.integers(0, 3, 8)

    def trained(seed: int) -> np.ndarray:
        net = network(seed=seed)
        for _ in range(3):
            logits, tape = net.forward(x)
            net.theta -= 0.1 * net.backward(CrossEntropy()(logits, y)[1], tape)
        return net.theta

    np.testing.assert_array_equal(trained(1), trained(1))
    assert not np.array_equal(trained(1), trained(2))


def test_no_global_random_state_is_used_or_moved() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - this is the state that must not move
    net = network()
    net.forward(np.ones((4, 3, 2)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_stays_in_the_networks_dtype(dtype: type, rng: np.random.Generator) -> None:
    net = network(dtype=dtype)
    deltas: list[np.ndarray] = []
    logits, tape = net.forward(rng.integers(0, 255, (7, 3, 2)).astype(np.uint8))
    gradient = net.backward(np.ones_like(logits), tape, need_input=True, watch=lambda _, delta: deltas.append(delta))
    arrays = [logits, gradient, net.theta, net(rng.normal(size=(7, 3, 2))), *deltas, *net.state_dict().values()]
    arrays += [array for cache in tape for array in cache.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_watch_sees_every_output_and_delta() -> None:
    net = network(dtype=np.float64)
    outputs: dict[int, np.ndarray] = {}
    deltas: dict[int, np.ndarray] = {}
    logits, tape = net.forward(np.random.default_rng(0).normal(size=(7, 3, 2)), watch=outputs.__setitem__)
    net.backward(logits, tape, need_input=True, watch=deltas.__setitem__)
    assert list(outputs) == list(range(len(net.layers)))
    assert list(deltas) == list(reversed(range(len(net.layers))))
    for position, layer in enumerate(net.layers):
        assert outputs[position].shape == (7, *layer.output_shape)
        assert deltas[position].shape == (7, *layer.input_shape)


def test_decay_spares_biases_and_norms() -> None:
    net = network()
    decaying = {slot.path for slot in net.slots if net.decays[slot.start : slot.stop].all()}
    assert decaying == {"1.weight", "5.weight", "9.weight"}
    assert net.decays.sum() == 6 * 5 + 5 * 4 + 4 * 3


def test_more_parameters_than_memory_holds_are_refused() -> None:
    with pytest.raises(
        ArgumentError, match="would have 100,000,010,000,000 parameters; at most 268,435,456 are possible"
    ):
        Sequential(Linear(10**7, 10**7))


def test_a_network_is_a_sequence_of_layers():
    first, second = Linear(3, 4), Linear(4, 2)
    net = Sequential(first, second)
    assert len(net) == 2
    assert list(net) == [first, second]
    assert net[0] is first
    assert net[-1:] == (second,)
    with pytest.raises(ArgumentError, match="there is no layer 2; a network of 2 layers has those from 0 on"):
        net[2]


def test_predict_takes_one_input_or_many():
    net = Sequential(Linear(3, 2))
    many = [[1, 2, 3], [4, 5, 6]]
    assert np.array_equal(net.predict(many), net(np.array(many, np.float32)))
    assert np.array_equal(net.predict(many[1]), net.predict(many[1:])[0])
    with pytest.raises(ShapeError, match=r"the input has the shape \(1, 2\)"):
        net.predict([[1, 2]])


@pytest.mark.parametrize(
    "wrong", [np.full((1, 3), 1j), np.ma.array([[1.0, 2, 3]], mask=[[0, 1, 0]]), [["1", "2", "3"]]]
)
def test_what_holds_no_real_numbers_is_refused_and_not_read_as_some(wrong):
    with pytest.raises(ArgumentError, match=r"the input is .*; it must be an array of real numbers"):
        Sequential(Linear(3, 2))(wrong)


def test_a_delta_or_a_tape_of_something_else_is_refused():
    net = Sequential(Linear(3, 2))
    y, tape = net.forward(np.ones((4, 3), np.float32))
    with pytest.raises(ShapeError, match=r"delta has the shape \(4, 3\), but the outputs"):
        net.backward(np.ones((4, 3)), tape)
    with pytest.raises(ArgumentError, match=r"tape is .*; give the tape that net.forward returned"):
        net.backward(y, tape * 2)


def test_outputs_are_no_views_of_the_inputs() -> None:
    x = np.ones((1, 2, 3), np.float32)
    assert not np.shares_memory(Sequential(Flatten(), input_shape=(2, 3))(x), x)
