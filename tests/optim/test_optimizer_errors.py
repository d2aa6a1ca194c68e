import re

import numpy as np
import pytest

from whence.errors import ArgumentError, ShapeError, UnknownNameError
from whence.optim import SGD, Adagrad, Adam, RMSprop, optimizer_from_config, optimizers


def refuses(error, sentence, action):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        action()


@pytest.mark.parametrize("name", optimizers)
@pytest.mark.parametrize("setting", ["learning_rate", "clip_norm"])
@pytest.mark.parametrize("value", [0, -0.1, float("nan"), float("inf")])
def test_settings_that_must_be_positive(name, setting, value):
    refuses(
        ArgumentError,
        f"{setting} is {value}; it must be a positive number",
        lambda: optimizers[name](**{setting: value}),
    )


@pytest.mark.parametrize("name", optimizers)
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_weight_decay_must_not_be_negative(name, value):
    refuses(
        ArgumentError,
        f"weight_decay is {value}; it must be 0 or positive",
        lambda: optimizers[name](weight_decay=value),
    )


@pytest.mark.parametrize(
    ("kind", "setting"),
    [(SGD, "momentum"), (Adam, "beta1"), (Adam, "beta2"), (RMSprop, "alpha"), (RMSprop, "momentum")],
)
@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan")])
def test_settings_that_must_be_fractions(kind, setting, value):
    refuses(
        ArgumentError,
        f"{setting} is {value}; it must be at least 0 and less than 1",
        lambda: kind(**{setting: value}),
    )


@pytest.mark.parametrize("kind", [Adam, RMSprop, Adagrad])
def test_eps_must_be_positive(kind):
    refuses(ArgumentError, "eps is 0; it must be a positive number", lambda: kind(eps=0))


def test_nesterov_needs_momentum():
    refuses(
        ArgumentError,
        "Nesterov's step needs momentum; set momentum to something like 0.9",
        lambda: SGD(nesterov=True),
    )


@pytest.mark.parametrize("name", optimizers)
def test_decay_without_a_mask_moves_nothing(name):
    optimizer, theta = optimizers[name](weight_decay=0.1), np.ones(2)
    refuses(
        ArgumentError,
        "weight decay spares biases and norms, so the optimizer must know them: pass decays=net.decays",
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
        "the state has steps, v, but Adam remembers m, steps, v",
        lambda: adam.load_state_dict(momentum.state_dict()),
    )
    refuses(ShapeError, "the state has nothing, but Adam remembers steps", lambda: adam.load_state_dict({}))
    refuses(
        ShapeError,
        "the state has m, steps, v, but SGD remembers steps",
        lambda: SGD().load_state_dict(adam.state_dict()),
    )
    refuses(
        ShapeError,
        "m is (3,) in the state, but (2,) here",
        lambda: adam.load_state_dict({**before, "m": np.zeros(3)}),
    )
    for name, array in adam.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_an_optimizer_that_does_not_exist():
    refuses(
        UnknownNameError,
        "there is no optimizer 'adma'; did you mean 'adam'?",
        lambda: optimizer_from_config("adma", {}),
    )
