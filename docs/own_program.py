"""The example of docs/own_program.md: exclusive or by hand, with one slip in it."""

import numpy as np

rng = np.random.default_rng(1)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
y = np.array([[0], [1], [1], [0]], float)
w1, b1 = rng.normal(size=(2, 3)), np.zeros(3)
w2, b2 = rng.normal(size=(3, 1)), np.zeros(1)
eta = 0.5


def sigmoid(z):
    """Return the logistic function of z."""
    return 1 / (1 + np.exp(-z))


# forward
z1 = x @ w1 + b1
a1 = sigmoid(z1)
z2 = a1 @ w2 + b2
a2 = sigmoid(z2)
loss = ((a2 - y) ** 2).mean()

# backward
da2 = 2 * (a2 - y) / len(x)
dz2 = da2 * a2 * (1 - a2)
dw2 = a1.T @ dz2
db2 = dz2.sum(axis=0)
da1 = dz2 @ w2.T
dz1 = da1 * sigmoid(a1) * (1 - sigmoid(a1))  # the slip: the slope of the sigmoid is that at z1
dw1 = x.T @ dz1
db1 = dz1.sum(axis=0)

np.savez(
    "mine.npz", x=x, y=y, w1=w1, b1=b1, w2=w2, b2=b2, eta=eta, z1=z1, a1=a1, z2=z2, a2=a2, loss=loss,
    da2=da2, dz2=dz2, dw2=dw2, db2=db2, da1=da1, dz1=dz1, dw1=dw1, db1=db1,
)  # fmt: skip
