"""A program as a learner writes it, on exclusive or, and the slips that can be made in it."""

import numpy as np

ARCHITECTURE, LOSS, RATE = "2, 4 sigmoid, 3 sigmoid, 1 sigmoid", "mean_squared_error", 0.5


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def exclusive_or(slip=None):
    """Return the arrays that the program saves; ``slip`` is the name of the line that is wrong."""
    rng = np.random.default_rng(3)
    X = rng.integers(0, 2, (6, 2)) + rng.normal(0, 0.1, (6, 2))
    T = ((X[:, :1] > 0.5) != (X[:, 1:] > 0.5)).astype(float)
    N = len(X)
    w1, w2, w3 = rng.normal(size=(2, 4)), rng.normal(size=(4, 3)), rng.normal(size=(3, 1))
    bias1, bias2, bias3 = rng.normal(size=4), rng.normal(size=3), rng.normal(size=1)

    z1 = X @ w1 if slip == "bias forgotten" else X @ w1 + bias1
    a1 = sigmoid(z1)
    z2 = a1 @ w2 + bias2
    a2 = sigmoid(z2)
    z3 = a2 @ w3 + bias3
    out = sigmoid(z3)
    cost = ((out - T) ** 2).mean()

    d_out = 2 * (out - T) / (1 if slip == "1/N forgotten" else N)
    d_z3 = d_out * (sigmoid(out) * (1 - sigmoid(out)) if slip == "slope of the activation" else out * (1 - out))
    d_w3 = a2.T @ d_z3
    d_b3 = d_z3.sum(axis=0)
    delta2 = (d_z3 @ w3.T) * a2 * (1 - a2)
    d_w2 = (delta2.T @ a1) if slip == "transposed gradient" else a1.T @ delta2
    d_b2 = delta2.sum(axis=1) if slip == "bias over the wrong axis" else delta2.sum(axis=0)
    delta1 = delta2 @ w2.T * (a1 if slip == "half a slope" else a1 * (1 - a1))
    d_w1 = X.T @ delta1
    d_b1 = delta1.mean(axis=0) if slip == "mean for a sum" else delta1.sum(axis=0)
    sign = 1 if slip == "uphill" else -1
    return {
        "X": X, "T": T, "w1": w1, "w2": w2, "w3": w3, "bias1": bias1, "bias2": bias2, "bias3": bias3,
        "z1": z1, "a1": a1, "z2": z2, "a2": a2, "z3": z3, "out": out, "cost": cost, "d_out": d_out, "d_z3": d_z3,
        "d_w3": d_w3, "d_b3": d_b3, "delta2": delta2, "d_w2": d_w2, "d_b2": d_b2, "delta1": delta1, "d_w1": d_w1,
        "d_b1": d_b1, "w1_new": w1 + sign * RATE * d_w1, "bias1_new": bias1 - RATE * d_b1,
    }  # fmt: skip


SLIPS = {
    "bias forgotten": "z1",
    "1/N forgotten": "da3",
    "slope of the activation": "dz3",
    "transposed gradient": "dW2",
    "bias over the wrong axis": "db2",
    "half a slope": "dz1",
    "mean for a sum": "db1",
    "uphill": "W1_new",
}
"""The first array that is wrong after each slip."""


def softmax_in_columns(*, shifted=True, wrong=False):
    """Return what a program saves whose samples are columns, with deltas that are not yet divided by m."""
    rng = np.random.default_rng(5)
    m = 7
    X, labels = rng.normal(size=(4, m)), rng.integers(0, 3, m)
    Y = np.zeros((3, m))
    Y[labels, np.arange(m)] = 1
    W1, b1, W2, b2 = rng.normal(size=(5, 4)), rng.normal(size=(5, 1)), rng.normal(size=(3, 5)), rng.normal(size=(3, 1))
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    Z2 = W2 @ A1 + b2
    powers = np.exp(Z2 - Z2.max(axis=0) if shifted else Z2)
    A2 = powers / powers.sum(axis=0)
    J = -np.log(A2[labels, np.arange(m)]).mean()
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (Z1 > 0)
    arrays = {"X": X, "Y": Y, "labels": labels, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "Z1": Z1, "A1": A1, "Z2": Z2}
    gradients = {"dW2": dZ2 @ A1.T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m, "dW1": dZ1 @ X.T / m}
    if wrong:
        gradients["dW1"] = dZ1 @ X.T
    return {**arrays, "A2": A2, "J": J, "dZ2": dZ2, "dZ1": dZ1, **gradients, "db1": dZ1.sum(axis=1, keepdims=True) / m}
