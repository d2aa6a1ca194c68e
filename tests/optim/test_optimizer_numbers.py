"""Optimizers against loops over plain numbers that share no code with them."""

import math

import numpy as np
import pytest

from whence.formula import Index, write
from whence.optim import SGD, Adagrad, Adam, AdamW, RMSprop, optimizers

GRADIENTS = [0.5, -1.0, 0.25, 2.0]
START = 0.75


def stepped(optimizer):
    theta = np.array([START])
    return [optimizer.step(theta, np.array([g])) or float(theta[0]) for g in GRADIENTS]


def looped(one_step):
    theta, state, places = START, {}, []
    for t, g in enumerate(GRADIENTS, start=1):
        theta = one_step(theta, g, t, state)
        places.append(theta)
    return places


def momentum(theta, g, t, state):
    state["v"] = 0.9 * state.get("v", 0.0) + g
    return theta - 0.1 * state["v"]


def nesterov(theta, g, t, state):
    state["v"] = 0.9 * state.get("v", 0.0) + g
    return theta - 0.1 * (g + 0.9 * state["v"])


def adam(theta, g, t, state):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    return theta - 0.1 * (state["m"] / (1 - 0.9**t)) / (math.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8)


def adam_with_classic_decay(theta, g, t, state):
    return adam(theta, g + 0.2 * theta, t, state)


def adamw(theta, g, t, state):
    return adam(theta * (1 - 0.1 * 0.2), g, t, state)


def rmsprop(theta, g, t, state):
    state["v"] = 0.99 * state.get("v", 0.0) + 0.01 * g * g
    return theta - 0.1 * g / (math.sqrt(state["v"]) + 1e-8)


def rmsprop_centered_with_momentum(theta, g, t, state):
    state["v"] = 0.99 * state.get("v", 0.0) + 0.01 * g * g
    state["m"] = 0.99 * state.get("m", 0.0) + 0.01 * g
    state["u"] = 0.5 * state.get("u", 0.0) + g / (math.sqrt(state["v"] - state["m"] ** 2) + 1e-8)
    return theta - 0.1 * state["u"]


def adagrad(theta, g, t, state):
    state["v"] = state.get("v", 0.0) + g * g
    return theta - 0.1 * g / (math.sqrt(state["v"]) + 1e-10)


EVERY = np.array([True])


@pytest.mark.parametrize(
    ("optimizer", "one_step"),
    [
        (SGD(0.1), lambda theta, g, t, state: theta - 0.1 * g),
        (SGD(0.1, weight_decay=0.2, decays=EVERY), lambda theta, g, t, state: theta - 0.1 * (g + 0.2 * theta)),
        (SGD(0.1, clip_norm=0.4), lambda theta, g, t, state: theta - 0.1 * max(-0.4, min(0.4, g))),
        (SGD(0.1, momentum=0.9), momentum),
        (SGD(0.1, momentum=0.9, nesterov=True), nesterov),
        (Adam(0.1), adam),
        (Adam(0.1, weight_decay=0.2, decays=EVERY), adam_with_classic_decay),
        (AdamW(0.1, weight_decay=0.2, decays=EVERY), adamw),
        (RMSprop(0.1), rmsprop),
        (RMSprop(0.1, centered=True, momentum=0.5), rmsprop_centered_with_momentum),
        (Adagrad(0.1), adagrad),
    ],
    ids=lambda value: repr(value) if not callable(value) else "",
)
def test_four_steps_by_hand(optimizer, one_step):
    assert stepped(optimizer) == pytest.approx(looped(one_step), rel=1e-13)


def test_the_first_steps_of_adam_and_rmsprop_have_known_lengths():
    theta = np.array([1.0, 1.0])
    Adam(0.1).step(theta, np.array([1e-3, -50.0]))
    assert theta.tolist() == pytest.approx([0.9, 1.1], rel=1e-5)
    theta = np.array([1.0, 1.0])
    RMSprop(0.1).step(theta, np.array([3.0, -50.0]))
    assert theta.tolist() == pytest.approx([0, 2.0], abs=1e-7)


@pytest.mark.parametrize("name", sorted(optimizers))
def test_no_optimizer_decays_unless_asked_to_but_the_one_that_is_named_for_it(name):
    theta = np.array([START])
    optimizers[name](decays=np.array([True])).step(theta, np.zeros(1))
    assert (theta[0] < START) == (name == "adamw")


def test_clipping_keeps_the_direction():
    theta = np.zeros(2)
    SGD(1.0, clip_norm=1.0).step(theta, np.array([3.0, -4.0]))
    assert theta.tolist() == pytest.approx([-0.6, 0.8], rel=1e-15)


def test_clipping_in_float32_bears_gradients_whose_squares_overflow():
    theta = np.zeros(2, np.float32)
    SGD(1.0, clip_norm=1.0).step(theta, np.array([3e25, -4e25], np.float32))
    assert theta.tolist() == pytest.approx([-0.6, 0.8], rel=1e-6)


def test_centered_rmsprop_in_float32_meets_no_root_of_a_negative_number():
    optimizer = RMSprop(0.01, centered=True)
    theta, g = np.zeros(1000, np.float32), np.linspace(0.1, 9, 1000, dtype=np.float32)
    for _ in range(2000):
        optimizer.step(theta, g)
    assert np.isfinite(theta).all()


def test_a_rate_from_a_schedule_is_the_rate_of_the_next_step():
    optimizer, theta = SGD(0.1), np.zeros(1)
    optimizer.learning_rate = 0.5
    optimizer.step(theta, np.ones(1))
    assert theta[0] == -0.5


def test_the_textbook_formulas_of_a_step():
    assert [write(formula) for formula in SGD(0.1).formulas()] == ["θ_new[i] = θ[i] − η · g[i]"]
    assert [write(formula) for formula in SGD(0.1, momentum=0.9, weight_decay=0.1, clip_norm=1).formulas()] == [
        "v_new[i] = μ · v[i] + (clip · g[i] + λ · θ[i])",
        "θ_new[i] = θ[i] − η · v_new[i]",
    ]
    assert [write(formula) for formula in AdamW().formulas()] == [
        "m_new[i] = β₁ · m[i] + (1 − β₁) · g[i]",
        "v_new[i] = β₂ · v[i] + (1 − β₂) · g[i]²",
        "θ_new[i] = θ[i] − η · λ · θ[i] − η · m_new[i] / (1 − β₁^τ) / (√(v_new[i] / (1 − β₂^τ)) + ε)",
    ]
    i, j = Index("i", 3), Index("j", 4)
    assert [write(formula) for formula in SGD(clip_norm=2).clip_formulas({"dW1": (i, j), "db1": (j,)})] == [
        "norm = √(Σ_i Σ_j dW1[i, j]² + Σ_j db1[j]²)",
        "clip = threshold / max(threshold, norm)",
    ]
