"""Programs other than perceptrons with the factors of textbooks, and their slips and conventions."""

import numpy as np
import pytest

from exhaustive import one_of
from whence import grade
from whence.nn import MeanSquaredError
from whence.nn.architecture import network
from whence.optim import SGD, Adam
from whence.own_program.reference import Reference
from whence.own_program.slips import slips
from whence.trace import trace

RATE = 0.1


def graded(arrays, architecture, loss, **given):
    return grade(arrays, architecture, loss, **({} if "optimizer" in given else {"learning_rate": RATE}), **given)


def recurrent(slip=None):
    """Return what a program saves that reads sequences of four time steps, each slip in a line of its own."""
    rng = np.random.default_rng(21)
    N, T, D, H = 5, 4, 2, 3
    x, y = rng.normal(size=(N, T, D)), rng.normal(size=(N, 1))
    Wxh, Whh, bh = rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=H)
    Why, by = rng.normal(size=(H, 1)), rng.normal(size=1)
    hs, h = np.zeros((N, T, H)), np.zeros((N, H))
    for t in range(T):
        total = x[:, t] @ Wxh + bh * (slip != "bias-forgotten")
        through = Whh.T if slip == "wrong-transposition" else Whh
        hs[:, t] = h = np.tanh(total + h @ through * (slip != "state-forgotten"))
    out = h @ Why + by
    dout = 2 * (out - y) / N
    dh = dout @ Why.T
    dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
    for t in reversed(range(T)):
        slope = {"derivative-missing": 1, "derivative-not-squared": 1 - hs[:, t]}.get(slip, 1 - hs[:, t] ** 2)
        draw = dh * slope
        before = hs[:, t - 1] if t else np.zeros((N, H))
        if slip == "gradient-of-one-time-step":
            dWxh[...] = 0
        dWxh += x[:, t].T @ draw
        dWhh += (hs[:, t] if slip == "wrong-time-step" else before).T @ draw
        dbh += draw.sum(axis=0)
        dh = draw @ Whh.T * (slip != "truncated-through-time")
    return {
        "x": x, "y": y, "Wxh": Wxh, "Whh": Whh, "bh": bh, "Why": Why, "by": by, "hs": hs, "out": out, "dout": dout,
        "dWxh": dWxh, "dWhh": dWhh, "dbh": dbh, "Wxh_new": Wxh - RATE * dWxh, "Whh_new": Whh - RATE * dWhh,
    }  # fmt: skip


RECURRENT = {
    "bias-forgotten": "h1",
    "wrong-transposition": "h1",
    "state-forgotten": "h1",
    "derivative-missing": "dW1",
    "derivative-not-squared": "dW1",
    "truncated-through-time": "dW1",
    "gradient-of-one-time-step": "dW1",
    "wrong-time-step": "dU1",
}
PAIRS = {"W1": "Wxh", "U1": "Whh", "b1": "bh", "W2": "Why", "b2": "by"}


@pytest.mark.parametrize(("slip", "first"), [(None, None), *RECURRENT.items()])
def test_slips_in_a_recurrent_layer(slip, first):
    found = graded(recurrent(slip), "4x2, rnn 3, last, linear 1", "mean_squared_error", pairs=PAIRS)
    assert (found.first_wrong, found.slip and found.slip.id) == (first, slip)


def adaptive(slip=None):
    """Return what a program saves that makes the first step of Adam."""
    rng = np.random.default_rng(2)
    X, Y, W1, b1 = rng.normal(size=(6, 4)), rng.normal(size=(6, 2)), rng.normal(size=(4, 2)), rng.normal(size=2)
    Z1 = X @ W1 + b1
    dZ1 = 2 * (Z1 - Y) / Y.size
    saved = {"X": X, "Y": Y, "W1": W1, "b1": b1, "Z1": Z1, "dZ1": dZ1, "dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0)}
    for name in ("W1", "b1"):
        gradient = saved[f"d{name}"]
        beta1, beta2 = (0.999, 0.9) if slip == "decay-rates-exchanged" else (0.9, 0.999)
        m, v = (1 - beta1) * gradient, (1 - beta2) * gradient ** (1 if slip == "gradient-not-squared" else 2)
        corrected = slip != "bias-correction-missing"
        mean, square = (m / (1 - beta1), v / (1 - beta2)) if corrected else (m, v)
        root = square if slip == "square-root-missing" else np.sqrt(np.abs(square))
        saved |= {f"m_{name}": m, f"v_{name}": v, f"{name}_new": saved[name] - RATE * mean / (root + 1e-8)}
    return saved


ADAPTIVE = {
    "bias-correction-missing": "W1_new",
    "square-root-missing": "W1_new",
    "gradient-not-squared": "v_W1_new",
    "decay-rates-exchanged": "m_W1_new",
}


@pytest.mark.parametrize(("slip", "first"), [(None, None), *ADAPTIVE.items()])
def test_slips_in_a_step_of_adam(slip, first):
    found = graded(adaptive(slip), "4, 2", "mean_squared_error", optimizer=Adam(RATE))
    assert (found.first_wrong, found.slip and found.slip.id) == (first, slip)


def penalised(*, decayed=True, in_loss=True):
    """Return what a program saves that has λ/2 Σ W² in its loss and λ W in its gradients."""
    rng, N, decay = np.random.default_rng(4), 9, 0.05
    X, y = rng.normal(size=(N, 5)), rng.integers(0, 3, N)
    W1, b1, W2, b2 = rng.normal(size=(5, 7)), rng.normal(size=7), rng.normal(size=(7, 3)), rng.normal(size=3)
    hidden = np.maximum(0, X @ W1 + b1)
    scores = hidden @ W2 + b2
    powers = np.exp(scores)
    probs = powers / powers.sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(N), y]).mean() + in_loss * decay / 2 * ((W1**2).sum() + (W2**2).sum())
    dscores = (probs - np.eye(3)[y]) / N
    dhidden = dscores @ W2.T * (hidden > 0)
    gradients = {"dW1": X.T @ dhidden + decay * W1, "db1": dhidden.sum(axis=0), "db2": dscores.sum(axis=0)}
    gradients["dW2"] = hidden.T @ dscores + (decay * W2 if decayed else 0)
    saved = {"X": X, "y": y, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "hidden": hidden, "scores": scores, "probs": probs}
    saved |= {"loss": loss, "dscores": dscores, **gradients}
    return saved | {f"{name}_new": saved[name] - RATE * gradients[f"d{name}"] for name in ("W1", "b1", "W2", "b2")}


@pytest.mark.parametrize("in_loss", [False, True])
def test_a_decay_in_the_gradients_is_a_convention(in_loss):
    found = graded(penalised(in_loss=in_loss), "5, 7 relu, 3", "cross_entropy", weight_decay=0.05)
    assert found.right
    assert [each.id for each in found.conventions] == ["decay"]
    assert {*found.conventions[0].arrays} == {"dW1", "dW2", *(["loss"] if in_loss else [])}


def test_a_decay_in_gradients_that_are_clipped_is_a_convention():
    optimizer = SGD(RATE, weight_decay=0.05, clip_norm=100.0)
    found = graded(penalised(in_loss=False), "5, 7 relu, 3", "cross_entropy", optimizer=optimizer)
    assert found.right, str(found)
    assert [each.id for each in found.conventions] == ["decay"]


class DecoupledSGD(SGD):
    decoupled = True


def test_a_decay_in_the_gradients_is_a_slip_where_the_update_has_it_apart_from_them():
    saved = {name: array for name, array in penalised(in_loss=False).items() if not name.endswith("_new")}
    found = graded(saved, "5, 7 relu, 3", "cross_entropy", optimizer=DecoupledSGD(RATE, weight_decay=0.05))
    assert found.first_wrong == "dW2" and found.conventions == ()


def test_a_penalty_does_not_change_how_far_apart_rounding_may_put_gradients():
    net = network("4 tanh, 2", (3,), dtype="float64")
    rng = np.random.default_rng(3)
    step = trace(
        net, MeanSquaredError(), SGD(RATE, weight_decay=0.05), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    )
    by_places = [Reference(step, penalised=places) for places in ((), ("gradients",), ("loss", "gradients"))]
    assert len({each.summands("dW1") for each in by_places}) == 1


def test_slips_are_tried_in_the_order_of_computation():
    net = network(", ".join(["2"] * 7), (2,), dtype="float64")
    rng = np.random.default_rng(3)
    step = trace(net, MeanSquaredError(), SGD(RATE), rng.normal(size=(5, 2)), rng.normal(size=(5, 2)))
    tried = list(dict.fromkeys(name for name, _ in slips["wrong-layer-weights"](Reference(step))))
    assert tried == ["z1", *(name for n in range(2, 8) for name in (f"z{n}", f"dz{n - 1}"))]


def test_a_decay_that_one_gradient_lacks_is_a_slip_where_it_is_missing():
    found = graded(penalised(decayed=False), "5, 7 relu, 3", "cross_entropy", weight_decay=0.05)
    assert (found.first_wrong, found.slip.id) == ("dW2", "weight-decay-missing")
    assert "The program adds the weight decay to this, by its convention." in str(found)


def with_conventions(*, decay=0.0, momentum=0.0, times=1.0, sign=1.0, slip=None):
    """Return what a program saves whose loss is halved, with decay in loss and gradients, and −η in its velocities.

    Its deltas are ``times`` those of its loss; with a ``sign`` of −1, they and the gradients are those of y − a.
    """
    rng, N = np.random.default_rng(17), 8
    x, y = rng.normal(size=(N, 5)), rng.normal(size=(N, 3))
    W1, b1, W2, b2 = rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=3)
    z1 = x @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    loss = ((z2 - y) ** 2).mean() / 2 + decay / 2 * ((W1**2).sum() + (W2**2).sum())
    dz2 = sign * times * (z2 - y) / y.size
    dz1 = dz2 @ W2.T * (1 - a1 ** (1 if slip == "derivative-not-squared" else 2))
    saved = {"x": x, "y": y, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "a1": a1, "z2": z2, "loss": loss}
    gradients = {"W1": x.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}
    saved |= {"dz2": dz2, "dz1": dz1}
    for name, summed in gradients.items():
        gradient = summed / times + sign * decay * saved[name] * name.startswith("W")
        velocity = -RATE * sign * gradient
        saved |= {f"d{name}": gradient, f"{name}_new": saved[name] + velocity}
        saved |= {f"v_{name}": velocity} if momentum else {}
    return saved


@one_of(
    "settings",
    [
        {"decay": 0.05},
        {"decay": 0.05, "times": 8.0},
        {"momentum": 0.9, "times": 8.0},
        {"momentum": 0.9, "decay": 0.05, "times": 8.0},
        {"momentum": 0.9, "times": 8.0, "sign": -1.0},
    ],
)
@pytest.mark.parametrize(("slip", "first"), [(None, None), ("derivative-not-squared", "dz1")])
def test_conventions_are_seen_together(settings, slip, first):
    given = {"weight_decay": settings.get("decay", 0.0), "momentum": settings.get("momentum", 0.0)}
    found = graded(with_conventions(**settings, slip=slip), "5, 4 tanh, 3", "mean_squared_error", **given)
    assert (found.first_wrong, found.slip and found.slip.id) == (first, slip)
    decay = {"decay"} if "decay" in settings else set()
    deltas = {"deltas"} if "times" in settings else set()
    velocities = {"velocities"} if "momentum" in settings else set()
    gradients = {"gradients"} if "sign" in settings else set()
    assert {each.id for each in found.conventions} == {"objective"} | decay | deltas | velocities | gradients


def quadratic(*, slope=True, labels=0):
    """Return what a program saves in columns with the loss Σ (a − y)² / 2N, deltas of a sum, and the rate over N."""
    rng, m = np.random.default_rng(31), 9
    X, Y = rng.random((6, m)), np.eye(3)[:, rng.integers(0, 3, m)]
    w, b, a, z = {}, {}, {0: X}, {}
    for layer, (units, inputs) in enumerate(((5, 6), (4, 5), (3, 4)), 1):
        w[layer], b[layer] = rng.normal(size=(units, inputs)), rng.normal(size=(units, 1))
        z[layer] = w[layer] @ a[layer - 1] + b[layer]
        a[layer] = 1 / (1 + np.exp(-z[layer]))
    saved = {"X": X, "Y": Y, "C": ((a[3] - Y) ** 2).sum() / (2 * m)}
    error = a[3] - np.roll(Y, labels, axis=1)
    for layer in (3, 2, 1):
        delta = error * (a[layer] * (1 - a[layer]) if slope or layer < 3 else 1)
        error = w[layer].T @ delta
        steps = {"w": delta @ a[layer - 1].T, "b": delta.sum(axis=1, keepdims=True)}
        saved |= {f"z{layer}": z[layer], f"a{layer}": a[layer], f"delta{layer}": delta}
        for name, (value, gradient) in {"w": (w, steps["w"]), "b": (b, steps["b"])}.items():
            saved |= {f"{name}{layer}": value[layer], f"nabla_{name}{layer}": gradient}
            saved[f"{name}{layer}_new"] = value[layer] - RATE / m * gradient
    return saved


@pytest.mark.parametrize(
    ("change", "first", "slip"),
    [
        ({}, None, None),
        ({"slope": False}, "dz3", "derivative-missing"),
        ({"labels": 1}, "dz3", "labels-shifted"),
    ],
)
def test_factors_are_seen_behind_a_slip_in_the_first_delta(change, first, slip):
    found = graded(quadratic(**change), "6, 5 sigmoid, 4 sigmoid, 3 sigmoid", "mean_squared_error")
    assert (found.first_wrong, found.slip and found.slip.id) == (first, slip)
    assert {each.id for each in found.conventions} == {"objective", "deltas", "gradients"}


def of_equal_widths(slip=None, start=1):
    """Return what a program saves whose matrices are all square, its layers counted from ``start``."""
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    W, b = [rng.normal(size=(4, 4)) for _ in range(3)], [rng.normal(size=4) for _ in range(3)]
    z, a = [], [x]
    for layer in range(3):
        weight = W[layer].T if slip == "wrong-transposition" and layer == 0 else W[layer]
        weight = W[1] if slip == "wrong-layer-weights" and layer == 0 else weight
        z.append(a[-1] @ weight + b[layer] * (slip != "bias-forgotten" or layer > 0))
        activated = np.maximum(0, z[-1]) if slip == "wrong-activation" and layer == 0 else np.tanh(z[-1])
        a.append(activated if layer < 2 else z[-1])
    saved = {"x": x, "y": y, "loss": ((z[2] - y) ** 2).mean()}
    dz = 2 * (z[2] - y) / y.size
    for layer in (2, 1, 0):
        n = layer + start
        saved |= {f"W{n}": W[layer], f"b{n}": b[layer], f"z{n}": z[layer], f"dz{n}": dz}
        saved |= {f"dW{n}": a[layer].T @ dz, f"db{n}": dz.sum(axis=0), f"W{n}_new": W[layer] - RATE * a[layer].T @ dz}
        if layer:
            saved |= {f"a{n - 1}": a[layer], f"da{n - 1}": dz @ W[layer].T}
            dz = dz @ W[layer].T * (1 - a[layer] ** 2)
    return saved


@one_of("start", [0, 1])
@pytest.mark.parametrize("slip", [None, "wrong-transposition", "wrong-layer-weights", "bias-forgotten"])
def test_a_slip_in_the_first_layer_of_square_matrices_does_not_turn_the_layout(slip, start):
    found = graded(of_equal_widths(slip, start), "4, 4 tanh, 4 tanh, 4", "mean_squared_error")
    assert (found.first_wrong, found.slip and found.slip.id) == ("z1" if slip else None, slip)
    assert found.layout == [] and found.unknown == ()


def hidden_arrays(saved):
    """Return the names of the arrays of the first layer that are computed, in the order of computation."""
    start = 0 if "z0" in saved else 1
    return {f"{mine}{start}": here for mine, here in (("z", "z1"), ("a", "a1"), ("da", "da1"), ("dz", "dz1"))}


@one_of("kind", [0, 1, 2, 3])
@pytest.mark.parametrize("start", [0, 1])
def test_a_wrong_array_is_wrong_wherever_layers_are_counted_from(kind, start):
    saved = of_equal_widths(start=start)
    mine, here = [*hidden_arrays(saved).items()][kind]
    saved[mine] = saved[mine] + 0.1
    found = graded(saved, "4, 4 tanh, 4 tanh, 4", "mean_squared_error")
    assert not found.right and found.unknown == ()
    assert (found.first_wrong, found.cell.own) == (here, mine)


def of_lists(slip=None, *, inputs):
    """Return what a program saves whose list of outputs begins with the inputs, and all its other lists at layer 1."""
    counted = of_equal_widths(slip, 0)
    saved = {name: array for name, array in counted.items() if not name.startswith(("a", "da"))}
    saved |= {f"a{n + 1}": counted[f"a{n}"] for n in (0, 1)} | {f"da{n + 1}": counted[f"da{n}"] for n in (0, 1)}
    return saved | ({"a0": counted["x"]} if inputs else {})


@one_of("inputs", [True, False])
def test_outputs_whose_number_0_is_the_inputs_are_counted_from_there(inputs):
    right = graded(of_lists(inputs=inputs), "4, 4 tanh, 4 tanh, 4", "mean_squared_error")
    assert right.right and right.unknown == ()
    found = graded(of_lists("bias-forgotten", inputs=inputs), "4, 4 tanh, 4 tanh, 4", "mean_squared_error")
    assert (found.first_wrong, found.cell.own) == ("z1", "z0")
    found = graded(of_lists("wrong-activation", inputs=inputs), "4, 4 tanh, 4 tanh, 4", "mean_squared_error")
    assert (found.first_wrong, found.cell.own, found.slip.id) == ("a1", "a1", "wrong-activation")


def convolutional(slip=None):
    """Return what a program saves that gives a maximum's derivative to all numbers that are as large."""
    rng, N = np.random.default_rng(6), 4
    x, y = rng.normal(size=(N, 6, 6, 1)), np.array([0, 2, 1, 2])
    W1, b1, W2, b2 = rng.normal(size=(3, 3, 1, 2)), rng.normal(size=2), rng.normal(size=(8, 3)), rng.normal(size=3)
    kernel = W1[::-1, ::-1] if slip == "kernel-flipped" else W1
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))  # (N, 4, 4, 1, 3, 3)
    z1 = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + b1
    a1 = np.maximum(z1, 0)
    s1 = a1.reshape(N, 2, 2, 2, 2, 2).max(axis=(2, 4))
    z2 = s1.reshape(N, -1) @ W2 + b2
    powers = np.exp(z2)
    p = powers / powers.sum(axis=1, keepdims=True)
    dz2 = (p - np.eye(3)[y]) / N
    ds1 = (dz2 @ W2.T).reshape(s1.shape)
    da1 = ds1.repeat(2, 1).repeat(2, 2) * (a1 == s1.repeat(2, 1).repeat(2, 2))
    dz1 = da1 * (z1 > 0)
    db1 = dz1.mean(axis=(0, 1, 2)) if slip == "bias-mean-instead-of-sum" else dz1.sum(axis=(0, 1, 2))
    return {
        "x": x, "y": y, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "a1": a1, "s1": s1, "z2": z2, "p": p,
        "dz2": dz2, "ds1": ds1, "da1": da1, "dz1": dz1, "dW1": np.einsum("nhwcij,nhwo->ijco", windows, dz1),
        "db1": db1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("slip", "first"), [(None, None), ("kernel-flipped", "z1"), ("bias-mean-instead-of-sum", "db1")]
)
def test_slips_in_a_convolution_and_the_choice_among_equal_maxima_which_is_none(slip, first):
    assert any((window == 0).sum() > 1 for window in convolutional()["a1"])
    found = graded(convolutional(slip), "6x6x1, conv 2 3, relu, pool 2, flatten, 3", "cross_entropy")
    assert (found.first_wrong, found.slip and found.slip.id) == (first, slip)


def test_a_gradient_that_cancels_but_for_rounding_is_right():
    rng = np.random.default_rng(14)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    W1, b1, W3, b3 = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2)
    z1 = x @ W1 + b1
    mean, root = z1.mean(axis=0), np.sqrt(z1.var(axis=0) + 1e-5)
    scaled = (z1 - mean) / root
    z3 = scaled @ W3 + b3
    dz3 = 2 * (z3 - y) / y.size
    du = dz3 @ W3.T
    dz1 = (du - du.mean(axis=0) - scaled * (du * scaled).mean(axis=0)) / root
    saved = {"x": x, "y": y, "W1": W1, "b1": b1, "W3": W3, "b3": b3, "gamma": np.ones(4), "beta": np.zeros(4)}
    saved |= {"z1": z1, "z3": z3, "dz3": dz3, "dz1": dz1, "dW1": x.T @ dz1, "db1": dz1.sum(axis=0)}
    pairs = {"γ2": "gamma", "b2": "beta"}
    assert np.abs(saved["db1"]).max() < 1e-12
    assert graded(saved, "3, 4, batch_norm, 2", "mean_squared_error", pairs=pairs).right
