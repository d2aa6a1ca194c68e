"""The chain of cells from a weight to the loss and back to the new weight."""

from itertools import pairwise

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import one_of_each
from nn.examples import ALL, group_of_layer
from whence.errors import ArgumentError, UnknownNameError
from whence.formula.cell import cell_name
from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.optim import SGD, Adam
from whence.trace import trace
from whence.trace.cell_chain import cell_chain


@pytest.fixture
def step():
    rng = np.random.default_rng(0)
    net = Sequential(Linear(2, 4), ReLU(), Linear(4, 3), seed=1)
    return trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(5, 2)), np.array([0, 1, 2, 1, 0]))


def names(cells):
    return [cell_name(*cell) for cell in cells]


def follow_each_other(step, cells):
    return all(source in step.cell(*_spread(cell)).sources for source, cell in pairwise(cells))


def _spread(cell):
    return cell[0], *cell[1]


def test_the_chain_goes_to_the_loss_and_back_on_one_way(step):
    chain = cell_chain(step, ("W1", (0, 2)))
    (n,) = {index[0] for name, index in chain.forward if name == "z1"}
    (k,) = {index[1] for name, index in chain.forward if name == "z2"}
    assert names(chain.forward)[:4] == ["W1[0,2]", f"z1[{n},2]", f"a1[{n},2]", f"z2[{n},{k}]"]
    assert names(chain.forward)[-2:] == [f"ℓ[{n}]", "loss"]
    assert names(chain.backward) == [
        f"p[{n},{k}]", f"dz2[{n},{k}]", f"da1[{n},2]", f"dz1[{n},2]", "dW1[0,2]", "W1_new[0,2]",
    ]  # fmt: skip
    assert names([chain.weight]) == ["W1[0,2]"]
    assert chain.computed == (*chain.forward[1:], *chain.backward)


def test_it_follows_the_largest_terms(step):
    chain = cell_chain(step, ("W1", (0, 2)))
    (n,) = {index[0] for name, index in chain.forward if name == "z1"}
    (k,) = {index[1] for name, index in chain.forward if name == "z2"}
    assert n == np.abs(step["x"][:, 0] * step["dz1"][:, 2]).argmax()
    assert k == np.abs(step["dz2"][n] * step["W2"][2]).argmax()


def test_by_default_samples_contribute_in_both_directions(step):
    _, (i, j) = cell_chain(step).weight
    terms = step["x"][:, i] * step["dz1"][:, j]
    assert terms.min() < 0 < terms.max()


@one_of_each("example", [example for example in ALL if example.shape], group_of_layer)
@pytest.mark.parametrize("seed", [None, 5])
def test_in_every_layer_each_cell_is_a_source_of_the_next(example, seed):
    step, _ = networks.traced_example(example, optimizer=Adam(clip_norm=1.0), count=3)
    chain = cell_chain(step, seed=seed)
    assert chain.forward[-1] == ("loss", ())
    assert chain.backward[-2:][-1] == (f"{chain.weight[0]}_new", chain.weight[1])
    name, index = chain.weight
    assert (f"d{name}", index) in chain.backward
    assert step[f"d{name}"][index] != 0
    assert follow_each_other(step, chain.forward)
    assert follow_each_other(step, chain.backward)


def test_a_seed_gives_one_chain_and_another_seed_another(step):
    chains = [cell_chain(step, seed=seed) for seed in range(30)]
    assert chains == [cell_chain(step, seed=seed) for seed in range(30)]
    assert len({(chain.forward, chain.backward) for chain in chains[:12]}) == 12


def test_what_has_no_chain_is_refused(step):
    with pytest.raises(UnknownNameError, match="W7"):
        cell_chain(step, ("W7", (0, 0)))
    with pytest.raises(UnknownNameError, match="trained array"):
        cell_chain(step, ("x", (0, 0)))
    with pytest.raises(ArgumentError):
        cell_chain(step, ("W1", (0, 9)))
    net = Sequential(Linear(2, 3), ReLU(), Linear(3, 2), seed=1)
    net.theta[:] = 0
    nothing = trace(net, CrossEntropy(), SGD(0.1), np.zeros((2, 2)), np.array([0, 0]))
    assert cell_chain(nothing).weight[0] == "b2"
