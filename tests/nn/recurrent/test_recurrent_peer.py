"""Recurrent layers and embeddings held against PyTorch's, values and gradients, on random configurations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from whence.arrays import Array
from whence.nn import GRU, LSTM, RNN, Context, Embedding, Layer, Sequential
from whence.nn.parameter import views_of
from whence.nn.recurrent.base import Recurrent

torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch==2.13.0")

KINDS = {"rnn": RNN, "gru": GRU, "lstm": LSTM}
CONFIGURATIONS = [(name, seed) for name in KINDS for seed in range(25)]


@dataclass
class Pair:
    """A recurrent layer and PyTorch's with the same parameters, and a batch for both."""

    ours: Recurrent
    net: Sequential
    theirs: Any
    x: Array
    state: dict[str, Array] | None
    lengths: Array | None


def random_pair(name: str, seed: int) -> Pair:
    rng = np.random.default_rng([seed, len(name)])
    features, hidden, layers = (int(rng.integers(1, high)) for high in (6, 6, 4))
    options: dict[str, Any] = {"bias": bool(rng.integers(2)), "bidirectional": bool(rng.integers(2))}
    if name == "rnn":
        options["nonlinearity"] = str(rng.choice(["tanh", "relu"]))
    ours = KINDS[name](features, hidden, layers, **options)
    net = Sequential(ours, dtype=np.float64)
    net.theta[...] = rng.normal(scale=0.6, size=net.theta.shape)
    peer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[name]
    theirs = peer(features, hidden, layers, batch_first=True, dtype=torch.float64, **options)
    for path, parameter in theirs.named_parameters():
        parameter.data = torch.tensor(as_theirs(ours, ours.views, path))

    samples, steps = (int(rng.integers(1, high)) for high in (6, 9))
    names = [name + direction.mark for name in ours.states for direction in ours.directions()]
    state = {name: rng.normal(size=(samples, hidden)) for name in names} if rng.integers(2) else None
    lengths = rng.integers(1, steps + 1, samples) if rng.integers(2) else None
    return Pair(ours, net, theirs, rng.normal(size=(samples, steps, features)), state, lengths)


def as_theirs(layer: Recurrent, views: dict[str, Array], path: str) -> Array:
    """Return a parameter in PyTorch's layout, our one bias as ``bias_ih`` and what is left of ``bias_hh`` as zero."""
    kind, _, suffix = path.partition("_l")
    suffix = f"_l{suffix}"
    if kind.startswith("weight"):
        return views[path].T.copy()
    if kind == "bias_ih":
        return views[f"bias{suffix}"].copy()
    rest = np.zeros_like(views[f"bias{suffix}"])
    if isinstance(layer, GRU):
        rest[2 * layer.hidden_size :] = views[f"bias_hn{suffix}"]
    return rest


def gradient_as_theirs(layer: Recurrent, views: dict[str, Array], path: str) -> Array:
    """Return a parameter's gradient in PyTorch's layout; both of its biases have the gradient of ours."""
    kind, _, suffix = path.partition("_l")
    suffix = f"_l{suffix}"
    if kind.startswith("weight"):
        return views[path].T
    gradient = views[f"bias{suffix}"].copy()
    if isinstance(layer, GRU) and kind == "bias_hh":
        gradient[2 * layer.hidden_size :] = views[f"bias_hn{suffix}"]
    return gradient


def as_their_state(layer: Recurrent, state: dict[str, Array]) -> list[Array]:
    """Return a state in PyTorch's layout: an array (layers · directions, N, H) for each of h and c."""
    return [np.stack([state[name + direction.mark] for direction in layer.directions()]) for name in layer.states]


def run_theirs(pair: Pair, x: Any, state: Any) -> tuple[Any, Any]:
    """Return PyTorch's output, zero after the end of a sequence, and final state."""
    if state is not None and len(state) == 1:
        state = state[0]
    if pair.lengths is None:
        return pair.theirs(x, state)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        x, torch.tensor(pair.lengths), batch_first=True, enforce_sorted=False
    )
    y, final = pair.theirs(packed, state)
    return torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0], final


def agree(ours: Array, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("name", "seed"), CONFIGURATIONS)
def test_values_and_gradients_agree(name: str, seed: int) -> None:
    pair = random_pair(name, seed)
    x = torch.tensor(pair.x, requires_grad=True)
    state = pair.state and tuple(
        torch.tensor(array, requires_grad=True) for array in as_their_state(pair.ours, pair.state)
    )
    theirs, their_final = run_theirs(pair, x, state)
    delta = np.random.default_rng(seed).normal(size=theirs.shape)
    theirs.backward(torch.tensor(delta))

    layer = pair.ours
    y, cache = layer.forward(pair.x, Context(state=pair.state, lengths=pair.lengths))
    gradient = np.full_like(pair.net.theta, np.nan)
    views = views_of(gradient, pair.net.slots, 0)
    dx = layer.backward(delta, cache, views)
    assert dx is not None
    agree(y, theirs)
    agree(dx, x.grad)
    our_final = as_their_state(layer, layer.state_after(cache))
    for ours, final in zip(our_final, their_final if name == "lstm" else (their_final,), strict=True):
        agree(ours, final)
    for path, parameter in pair.theirs.named_parameters():
        agree(gradient_as_theirs(layer, vars(views), path), parameter.grad)
    if state is not None:
        deltas = layer.deltas(delta, cache)
        for symbol, array in zip(layer.states, state, strict=True):
            agree(np.stack([deltas[f"d{symbol}0{direction.mark}"] for direction in layer.directions()]), array.grad)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("layers", [1, 2])
def test_truncated_backpropagation_agrees_with_detached_states(name: str, layers: int) -> None:
    rng = np.random.default_rng(3)
    ours = KINDS[name](3, 4, layers)
    net = Sequential(ours, dtype=np.float64)
    peer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[name]
    theirs = peer(3, 4, layers, batch_first=True, dtype=torch.float64)
    for path, parameter in theirs.named_parameters():
        parameter.data = torch.tensor(as_theirs(ours, ours.views, path))
    x, our_state, state = rng.normal(size=(2, 12, 3)), None, None
    for start in (0, 5, 7):
        part = x[:, start : start + 5]
        y, tape = net.forward(part, state=our_state)
        our_state = net.state_after(tape)
        delta = rng.normal(size=y.shape)
        gradient = views_of(net.backward(delta, tape), net.slots, 0)

        theirs.zero_grad()
        their_y, state = theirs(torch.tensor(part), state)
        their_y.backward(torch.tensor(delta))
        state = tuple(array.detach() for array in state) if name == "lstm" else state.detach()
        agree(y, their_y)
        for path, parameter in theirs.named_parameters():
            agree(gradient_as_theirs(ours, vars(gradient), path), parameter.grad)


def test_an_embedding_agrees() -> None:
    rng = np.random.default_rng(4)
    ours: Layer = Embedding(7, 3)
    net = Sequential(ours, dtype=np.float64)
    theirs = torch.nn.Embedding(7, 3, dtype=torch.float64)
    theirs.weight.data = torch.tensor(net.theta.reshape(7, 3).copy())
    tokens = rng.integers(0, 5, (4, 6))
    y, tape = net.forward(tokens)
    delta = rng.normal(size=y.shape)
    their_y = theirs(torch.tensor(tokens))
    their_y.backward(torch.tensor(delta))
    agree(y, their_y)
    agree(net.backward(delta, tape).reshape(7, 3), theirs.weight.grad)
