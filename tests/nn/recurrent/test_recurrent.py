"""What is particular to recurrent layers: states, lengths, chunks of long sequences, and inputs that do not fit."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from whence.arrays import Array
from whence.errors import ArgumentError, ShapeError
from whence.formula import evaluate, write
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    Context,
    Conv1d,
    CrossEntropy,
    Dropout,
    Embedding,
    Flatten,
    Last,
    Layer,
    LayerNorm,
    Linear,
    Reshape,
    Residual,
    Sequential,
    Tanh,
)
from whence.nn.parameter import views_of
from whence.nn.recurrent.base import Recurrent
from whence.optim import Adam

KINDS = [RNN, GRU, LSTM]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
STACKS: list[dict[str, Any]] = [{}, {"num_layers": 2, "bidirectional": True, "dropout": 0.4}, {"bias": False}]


def bound(layer: Recurrent, rng: np.random.Generator) -> Sequential:
    net = Sequential(layer, dtype=np.float64)
    net.theta[...] = rng.normal(scale=0.7, size=net.theta.shape)
    return net


def random_state(layer: Recurrent, samples: int, rng: np.random.Generator) -> dict[str, Array]:
    names = [name + direction.mark for name in layer.states for direction in layer.directions()]
    return {name: rng.normal(size=(samples, layer.hidden_size)) for name in names}


@EVERY_KIND
@pytest.mark.parametrize("options", STACKS, ids=str)
@pytest.mark.parametrize(("given_state", "given_lengths"), list(itertools.product([False, True], repeat=2)))
def test_formulas_say_what_numpy_does_with_states_and_lengths(
    kind: type[Recurrent], options: dict[str, Any], given_state: bool, given_lengths: bool, rng: np.random.Generator
) -> None:
    layer = kind(3, 2, **options)
    net = bound(layer, rng)
    x = rng.normal(size=(3, 4, 3))
    state = random_state(layer, 3, rng) if given_state else None
    lengths = np.array([1, 4, 2]) if given_lengths else None
    y, cache = layer.forward(x, Context(True, rng, state, lengths))
    for array in (x, y, *cache.values()):
        array.flags.writeable = False
    delta = rng.normal(size=y.shape)
    gradient = views_of(np.full_like(net.theta, np.nan), net.slots, 0)
    arrays = layer.arrays(x, y, cache, delta, gradient, layer.backward(delta, cache, gradient))
    formulas = layer.formulas_in(Context(True, None, state, lengths))
    for formula in formulas:
        np.testing.assert_allclose(
            arrays[formula.target.array], evaluate(formula, arrays), rtol=0, atol=1e-12, err_msg=write(formula)
        )
    made = {formula.target.array for formula in formulas}
    assert {f"d{name}0{direction.mark}" in made for name in layer.states for direction in layer.directions()} == {
        given_state
    }


def test_the_formulas_of_an_lstm_read_as_on_paper() -> None:
    layer = LSTM(3, 2)
    Sequential(layer)
    assert [write(formula) for formula in layer.formulas()][:8] == [
        "i[n, t, j] = σ(Σ_k x[n, t, k] · W[k, j] + Σ_l h[n, t − 1, l] · U[l, j] + b[j])",
        "f[n, t, j] = σ(Σ_k x[n, t, k] · W[k, J + j] + Σ_l h[n, t − 1, l] · U[l, J + j] + b[J + j])",
        "g[n, t, j] = tanh(Σ_k x[n, t, k] · W[k, 2 J + j] + Σ_l h[n, t − 1, l] · U[l, 2 J + j] + b[2 J + j])",
        "o[n, t, j] = σ(Σ_k x[n, t, k] · W[k, 3 J + j] + Σ_l h[n, t − 1, l] · U[l, 3 J + j] + b[3 J + j])",
        "c[n, t, j] = f[n, t, j] · c[n, t − 1, j] + i[n, t, j] · g[n, t, j]",
        "tanh_c[n, t, j] = tanh(c[n, t, j])",
        "h[n, t, j] = o[n, t, j] · tanh_c[n, t, j]",
        "y[n, t, j] = h[n, t, j]",
    ]


@EVERY_KIND
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing(kind: type[Recurrent], bidirectional: bool, rng: np.random.Generator) -> None:
    layer = kind(3, 4, 2, bidirectional=bidirectional)
    net = bound(layer, rng)
    x, lengths = rng.normal(size=(3, 6, 3)), np.array([2, 6, 1])
    y, cache = layer.forward(x, Context(lengths=lengths))
    delta = rng.normal(size=y.shape)
    gradient, alone = (np.empty_like(net.theta) for _ in range(2))
    dx = layer.backward(delta, cache, views_of(gradient, net.slots, 0))
    assert dx is not None
    total = np.zeros_like(gradient)
    for sample, length in enumerate(lengths):
        own = slice(sample, sample + 1)
        part, part_cache = layer.forward(x[own, :length])
        part_dx = layer.backward(delta[own, :length], part_cache, views_of(alone, net.slots, 0))
        total += alone
        np.testing.assert_allclose(y[own, :length], part, rtol=1e-12)
        np.testing.assert_allclose(dx[own, :length], part_dx, rtol=1e-11, atol=1e-13)
        assert not y[sample, length:].any()
        assert not dx[sample, length:].any()
        part_state = layer.state_after(part_cache)
        for name, state in layer.state_after(cache).items():
            np.testing.assert_allclose(state[sample], part_state[name][0], rtol=1e-12)
    np.testing.assert_allclose(gradient, total, rtol=1e-11, atol=1e-12)


@EVERY_KIND
@pytest.mark.parametrize("options", STACKS, ids=str)
@pytest.mark.parametrize("padding", [np.nan, np.inf])
def test_padding_is_not_read(
    kind: type[Recurrent], options: dict[str, Any], padding: float, rng: np.random.Generator
) -> None:
    layer = kind(3, 4, **options)
    net = bound(layer, rng)
    x, lengths = rng.normal(size=(3, 6, 3)), np.array([2, 6, 1])
    spoiled = np.where(np.arange(6)[:, np.newaxis] < lengths[:, np.newaxis, np.newaxis], x, padding)
    spoiled.flags.writeable = False
    found = []
    for given in (x, spoiled):
        y, cache = layer.forward(given, Context(True, np.random.default_rng(1), lengths=lengths))
        gradient = np.empty_like(net.theta)
        dx = layer.backward(np.ones_like(y), cache, views_of(gradient, net.slots, 0))
        found.append((y, dx, gradient, *layer.state_after(cache).values()))
    for expected, array in zip(*found, strict=True):
        np.testing.assert_array_equal(array, expected)
    assert not found[1][1][0, 2:].any()


@EVERY_KIND
@pytest.mark.parametrize("layers", [1, 3])
def test_chunks_that_carry_their_state_give_what_the_whole_gives(
    kind: type[Recurrent], layers: int, rng: np.random.Generator
) -> None:
    net = Sequential(Embedding(7, 3), kind(3, 4, layers), Dropout(), Linear(4, 7), dtype=np.float64)
    tokens = rng.integers(0, 7, (2, 11))
    whole, _ = net.forward(tokens, training=False)
    parts, state = [], None
    for part in (tokens[:, :5], tokens[:, 5:6], tokens[:, 6:]):
        y, tape = net.forward(part, training=False, state=state)
        state = net.state_after(tape)
        parts.append(y)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=1e-12)


@EVERY_KIND
def test_a_chunk_starts_where_the_valid_steps_of_the_one_before_ended(
    kind: type[Recurrent], rng: np.random.Generator
) -> None:
    net = bound(kind(3, 4), rng)
    x = rng.normal(size=(2, 8, 3))
    _, tape = net.forward(x[:, :5], lengths=np.array([3, 5]))
    y, _ = net.forward(x[:, 5:], state=net.state_after(tape))
    expected, _ = net.forward(np.concatenate([x[:1, :3], x[:1, 5:]], axis=1))
    np.testing.assert_allclose(y[:1], expected[:, 3:], rtol=1e-12)


def test_last_reads_the_last_valid_step(rng: np.random.Generator) -> None:
    net = Sequential(LSTM(3, 4), Last(), Linear(4, 2), dtype=np.float64)
    x = rng.normal(size=(3, 5, 3))
    y, _ = net.forward(x, lengths=np.array([2, 5, 1]))
    for sample, length in enumerate([2, 5, 1]):
        np.testing.assert_allclose(y[sample : sample + 1], net(x[sample : sample + 1, :length]), rtol=1e-12)


def test_a_network_takes_sequences_of_any_length(rng: np.random.Generator) -> None:
    net = Sequential(Embedding(5, 3), GRU(3, 4), Linear(4, 5))
    assert net.input_shape == (-1,)
    assert "(N, T, 5)" in net.summary()
    for steps in (1, 4):
        tokens = rng.integers(0, 5, (3, steps))
        assert net(tokens).shape == (3, steps, 5)
        logits, tape = net.forward(tokens)
        assert net.backward(CrossEntropy()(logits, tokens)[1], tape).shape == net.theta.shape


def test_layers_that_need_a_length_say_so() -> None:
    with pytest.raises(ShapeError, match=r"layer 2 \(Flatten\(\)\).*the number of time steps must be known.*input_s"):
        Sequential(RNN(3, 4), Flatten(), Linear(8, 2))
    with pytest.raises(ShapeError, match=r"layer 2 \(Reshape.*the number of time steps must be known"):
        Sequential(RNN(3, 4), Reshape((4,)))
    assert Sequential(RNN(3, 4), Flatten(), Linear(8, 2), input_shape=(2, 3)).output_shape == (2,)


@pytest.mark.parametrize("shape", [(2, 0, 3), (0, 4, 3), (2, 4, 5), (2, 3)])
def test_sequences_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"takes \(N, T, 3\) with N and T at least 1"):
        Sequential(LSTM(3, 2)).forward(np.ones(shape))


def test_a_layer_before_with_other_features_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"layer 2 \(LSTM\(5, 2\)\).*input_size = 5.*last axis.*\(N, T, 3\)"):
        Sequential(Embedding(9, 3), LSTM(5, 2))
    with pytest.raises(ShapeError, match=r"takes sequences \(N, T, F\)"):
        Sequential(Linear(4, 3), LSTM(3, 2))
    with pytest.raises(ShapeError, match=r"takes sequences \(N, T, F\)"):
        Sequential(Linear(4, 3), Last())


@pytest.mark.parametrize(
    ("lengths", "error", "message"),
    [
        ([3, 5], ArgumentError, r"the length of sequence 1 is 5, but the sequences are padded to T = 4.*from 1 to 4"),
        ([0, 4], ArgumentError, r"the length of sequence 0 is 0"),
        ([1, 2, 3], ShapeError, r"lengths has the shape \(3,\), but there are N = 2 sequences"),
        ([1.0, 2.0], ArgumentError, r"lengths is float64; give whole numbers"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths: list[float], error: type[Exception], message: str) -> None:
    for net in (Sequential(GRU(3, 2)), Sequential(Last(), input_shape=(4, 3))):
        with pytest.raises(error, match=message):
            net.forward(np.ones((2, 4, 3)), lengths=np.array(lengths))


def test_lengths_that_no_layer_uses_are_refused(rng: np.random.Generator) -> None:
    x, lengths = rng.normal(size=(2, 4, 3)), np.array([4, 2])
    for layers in ([Linear(3, 2)], [Residual([Tanh(), Residual([Linear(3, 3)])]), LayerNorm()]):
        with pytest.raises(ArgumentError, match="has no recurrent layer and no Last, which use them; leave"):
            Sequential(*layers, input_shape=(4, 3)).forward(x, lengths=lengths)
    net = Sequential(Linear(3, 3), Residual([Tanh(), Residual([GRU(3, 3)])]), input_shape=(4, 3))
    net.forward(x, lengths=lengths)
    with pytest.raises(ArgumentError, match="the length of sequence 0 is 5"):
        net.forward(x, lengths=lengths + 1)


def test_lengths_are_refused_where_a_convolution_changes_the_time_steps(rng: np.random.Generator) -> None:
    x, lengths = rng.normal(size=(2, 8, 3)), np.array([4, 3])
    net = Sequential(Conv1d(3, 2, 2, stride=2), Residual([GRU(2, 2)]), input_shape=(8, 3))
    for use in (net, net.forward):
        with pytest.raises(
            ArgumentError, match=r"lengths count the time steps of the input, 8, but GRU\(2, 2\) gets 4"
        ):
            use(x, lengths=lengths)
    Sequential(Conv1d(3, 2, 3, padding="same"), GRU(2, 2), input_shape=(8, 3))(x, lengths=lengths)


def test_more_lengths_than_sequences_are_refused_also_in_chunks(rng: np.random.Generator) -> None:
    net, x = Sequential(GRU(3, 2)), rng.normal(size=(4, 5, 3))
    assert net(x, lengths=[1, 2, 3, 4], chunk=2).shape == (4, 5, 2)
    for lengths in ([1, 2, 3], [1, 2, 3, 4, 5]):
        with pytest.raises(ShapeError, match="give one each"):
            net(x, lengths=lengths, chunk=2)
    with pytest.raises(ArgumentError, match=r"^lengths is 3; it must be an array of real numbers"):
        net(x, lengths=3)


def test_states_that_do_not_fit_are_refused() -> None:
    layer = LSTM(3, 2, num_layers=2)
    Sequential(layer)
    x = np.ones((5, 4, 3), np.float32)
    state = dict.fromkeys(["h₀→", "h₁→", "c₀→", "c₁→"], np.zeros((5, 2)))
    with pytest.raises(ShapeError, match=r"the state c₁→ has the shape \(4, 2\), but it must be \(5, 2\)"):
        layer.forward(x, Context(state={**state, "c₁→": np.zeros((4, 2))}))
    del state["c₀→"]
    with pytest.raises(ShapeError, match="has h₀→ and h₁→ and c₁→; give h₀→ and h₁→ and c₀→ and c₁→"):
        layer.forward(x, Context(state=state))
    with pytest.raises(ShapeError, match="has nothing; give h₀→"):
        layer.forward(x, Context(state={}))


def test_a_batch_of_another_size_cannot_go_on() -> None:
    net = Sequential(GRU(3, 2))
    _, tape = net.forward(np.ones((5, 4, 3)))
    with pytest.raises(ShapeError, match=r"the state h has the shape \(5, 2\), but it must be \(3, 2\)"):
        net.forward(np.ones((3, 4, 3)), state=net.state_after(tape))


@pytest.mark.parametrize(
    "layer", [GRU(3, 2, bidirectional=True), Residual([GRU(3, 3), Conv1d(3, 3, 3, padding="same")])], ids=repr
)
def test_a_network_that_needs_all_time_steps_at_once_cannot_go_on(layer: Layer) -> None:
    x = np.ones((1, 4, 3))
    net = Sequential(layer, input_shape=(4, 3))
    _, tape = net.forward(x)
    culprit = "Conv1d" if layer.layers else "GRU"
    with pytest.raises(ArgumentError, match=f"cannot continue .* since {culprit}.* needs all time steps at once; give"):
        net.state_after(tape)
    with pytest.raises(ArgumentError, match="cannot continue from the state"):
        net.forward(x, state={"0.h": np.ones((1, 2))})


@pytest.mark.parametrize(
    "arguments",
    [
        {"input_size": 0},
        {"input_size": "3"},
        {"hidden_size": -1},
        {"hidden_size": 2.5},
        {"num_layers": 1.5},
        {"num_layers": 0},
        {"dropout": 1.0, "num_layers": 2},
        {"dropout": 0.5},
    ],
    ids=str,
)
@EVERY_KIND
def test_settings_outside_their_range_are_refused(kind: type[Recurrent], arguments: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=kind.__name__):
        kind(**{"input_size": 3, "hidden_size": 2, **arguments})


def test_an_unknown_nonlinearity_is_refused() -> None:
    with pytest.raises(ArgumentError, match="must be 'tanh' or 'relu'"):
        RNN(3, 2, nonlinearity="sigmoid")  # type: ignore[arg-type]


def test_dropout_between_layers_needs_a_generator() -> None:
    layer = RNN(3, 2, 2, dropout=0.5)
    Sequential(layer)
    with pytest.raises(ArgumentError, match="rng"):
        layer.forward(np.ones((2, 4, 3)), Context(training=True))


@EVERY_KIND
def test_recurrent_weights_start_orthogonal_and_biases_at_zero(kind: type[Recurrent]) -> None:
    layer = kind(5, 4)
    net = Sequential(layer, dtype=np.float64)
    for gate in np.split(layer.views["weight_hh_l0"], layer.gates, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(4), atol=1e-12)
    expected = [0, 1, 0, 0] if kind is LSTM else [0] * layer.gates
    np.testing.assert_array_equal(layer.views["bias_l0"], np.repeat(expected, 4))
    assert net.decays.sum() == layer.gates * 4 * (5 + 4)


def test_an_lstm_remembers_the_first_of_many_tokens() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Embedding(4, 8), LSTM(8, 16), Last(), Linear(16, 2), seed=1)
    loss_fn, optimizer = CrossEntropy(), Adam(0.01, clip_norm=1.0)
    for _ in range(300):
        tokens = rng.integers(0, 4, (32, 15))
        logits, tape = net.forward(tokens)
        loss, delta = loss_fn(logits, tokens[:, 0] // 2)  # only the first token tells the class
        optimizer.step(net.theta, net.backward(delta, tape))
    assert loss < 0.1
