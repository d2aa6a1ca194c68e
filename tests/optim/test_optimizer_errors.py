import re

import numpy as np
import pytest

from whence.errors import ArgumentError, ShapeError, UnknownNameError
from whence.optim import SGD, Adam, optimizers


def refuses(error, sentence, action):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        action()


def test_nesterov_needs_momentum():
    refuses(
        ArgumentError,
        "nesterov=True needs momentum, but momentum is 0; set it, for example to 0.9",
        lambda: SGD(nesterov=True),
    )


@pytest.mark.parametrize("name", optimizers)
def test_decay_without_a_mask_moves_nothing(name):
    optimizer, theta = optimizers[name](weight_decay=0.1), np.ones(2)
    refuses(
        ArgumentError,
        "weight decay excludes biases and norms, so the optimizer must know them; pass decays=net.decays",
        lambda: optimizer.step(theta, np.ones(2)),
    )
    assert theta.tolist() == [1, 1]
    assert optimizer.steps == 0


def test_shapes_that_differ_from_theta():
    refuses(
        ShapeError,
        "the gradient has the shape (2,) and θ (3,); they must be the same",
        lambda: SGD().step(np.ones(3), np.ones(2)),
    )
    refuses(
        ShapeError,
        "the optimizer's decays has the shape (2,) and θ (3,); make a new optimizer for each network",
        lambda: SGD(weight_decay=0.1, decays=np.ones(2, bool)).step(np.ones(3), np.ones(3)),
    )
    adam = Adam()
    adam.step(np.ones(2), np.ones(2))
    refuses(
        ShapeError,
        "the optimizer's m has the shape (2,) and θ (3,); make a new optimizer for each network",
        lambda: adam.step(np.ones(3), np.ones(3)),
    )


def test_states_that_do_not_fit():
    adam, momentum = Adam(), SGD(momentum=0.9)
    adam.step(np.ones(2), np.ones(2))
    momentum.step(np.ones(2), np.ones(2))
    before = adam.state_dict()
    refuses(
        ShapeError,
        "the state has steps, v, but Adam needs m, steps, v",
        lambda: adam.load_state_dict(momentum.state_dict()),
    )
    refuses(ShapeError, "the state has nothing, but Adam needs steps", lambda: adam.load_state_dict({}))
    refuses(
        ShapeError,
        "the state has m, steps, v, but SGD needs steps",
        lambda: SGD().load_state_dict(adam.state_dict()),
    )
    refuses(
        ShapeError,
        "m is (3,) in the state, but (2,) here",
        lambda: adam.load_state_dict({**before, "m": np.zeros(3)}),
    )
    for wrong in (np.ones(2) * 1j, ["a", "b"]):
        with pytest.raises(ArgumentError, match=r"^m is .*; it must be an array of real numbers"):
            adam.load_state_dict({**before, "m": wrong})
    for name, array in adam.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_states_may_be_lists():
    adam = Adam()
    adam.step(np.ones(2), np.ones(2))
    adam.load_state_dict({"m": [0.5, 1.0], "v": [1.0, 2.0], "steps": 7})
    assert (adam.steps, adam.state["m"].tolist()) == (7, [0.5, 1.0])


def test_an_optimizer_that_does_not_exist():
    refuses(
        UnknownNameError,
        "there is no optimizer 'adma'; did you mean 'adam'?",
        lambda: optimizers.read("adma"),
    )
