"""Layers and losses that state their forward formulas only: all else is derived from these, and evaluated."""

from __future__ import annotations

import numpy as np
import pytest

from exhaustive import exhaustive
from whence.arrays import Shape
from whence.data import Samples
from whence.errors import DataError, FormulaError
from whence.formula import (
    Constant,
    Formulas,
    Recurrence,
    Size,
    Sum,
    absolute,
    evaluate,
    exp,
    indices,
    log,
    scalar,
    sqrt,
    tanh,
    tensors,
    write,
)
from whence.gradcheck import check_gradients, check_layer, check_loss
from whence.nn import Context, Layer, Linear, Loss, MeanSquaredError, Residual, Sequential, layers, losses
from whence.nn.axes import count
from whence.nn.layer import TimeDependence
from whence.nn.parameter import Parameter
from whence.optim import Adam
from whence.trace import trace
from whence.training import fit


class Softsign(Layer):
    """y = g x / (1 + |x|), with a scale for each unit."""

    weight = Parameter("g", decays=False)

    def parameter_shapes(self) -> dict[str, Shape]:
        return {"weight": self.input_shape[-1:]}

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        self.weight = 1

    def formulas(self, *, training: bool = True) -> Formulas:
        x, g, y = tensors("x g y")
        *lead, j = self.element()
        return Formulas([y[*lead, j] << g[j] * x[*lead, j] / (1 + absolute(x[*lead, j]))])


class Bilinear(Layer):
    """z = xᵀ W x for each of some W."""

    output_symbol = "z"
    weight = Parameter("W", decays=True)

    def __init__(self, features: int) -> None:
        self.features = features

    def shape_out(self, shape: Shape) -> Shape:
        return (self.features,)

    def parameter_shapes(self) -> dict[str, Shape]:
        return {"weight": (*self.input_shape, *self.input_shape, self.features)}

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        self.weight = rng.normal(scale=0.3, size=self.weight.shape)

    def formulas(self, *, training: bool = True) -> Formulas:
        x, W, z = tensors("x W z")
        n, i, k, j = indices("n i k j")
        return Formulas([z[n, j] << Sum([i, k], x[n, i] * x[n, k] * W[i, k, j])])


class Leak(Softsign):
    """y[t] = tanh(x[t] + g y[t − 1]): the output is read at the next time step."""

    def formulas(self, *, training: bool = True) -> Formulas:
        x, g, y = tensors("x g y")
        n, t, j = indices("n t j")
        value = tanh(x[n, t, j] + g[j] * y[n, t - 1, j])
        return Formulas([y[n, t, j] << value], recurrences=[Recurrence(("y",), 1, reverse=False)])


class Attention(Layer):
    """Each time step is a mean of itself and those before, weighted by how alike they are."""

    def formulas(self, *, training: bool = True) -> Formulas:
        x, e, s, y = tensors("x e s y")
        n, t, r, j, k = indices("n t r j k")
        alike = Sum(k, x[n, t, k] * x[n, r, k]) / sqrt(Size(k))
        return Formulas(
            [
                e[n, t, r] << exp(alike),
                s[n, t] << Sum(r, e[n, t, r], where=r <= t),
                y[n, t, j] << Sum(r, e[n, t, r] * x[n, r, j], where=r <= t) / s[n, t],
            ]
        )


class Centred(Layer):
    """x minus a mean: in training that of the batch, which moves a running one, and else the running one."""

    time_dependence = TimeDependence.NONE

    def initial_buffers(self) -> dict[str, np.ndarray]:
        return {"mean": np.zeros(self.input_shape)}

    def formulas(self, *, training: bool = True) -> Formulas:
        x, m, mean, mean_new, y = tensors("x m mean mean_new y")
        n, j = indices("n j")
        if not training:
            return Formulas([y[n, j] << x[n, j] - mean[j]])
        momentum = Constant("momentum", 0.5)
        return Formulas(
            [m[j] << Sum(n, x[n, j]) / Size(n), y[n, j] << x[n, j] - m[j]],
            update=[mean_new[j] << (1 - momentum) * mean[j] + momentum * m[j]],
        )


class LogCosh(Loss):
    """The mean of log cosh(ŷ − y)."""

    input_symbol = "ŷ"

    def formulas(self, targets: np.ndarray, weights: np.ndarray | None = None) -> Formulas:
        p, y, ell = tensors("ŷ y ℓ")
        n, j = indices("n j")
        error = p[n, j] - y[n, j]
        terms = ell[n, j] << log((exp(error) + exp(-error)) / 2)
        return Formulas([terms, scalar("loss") << Sum((n, j), ell[n, j]) / count((n, j))])


LAYERS = [
    (Softsign, (3,)),
    (Softsign, (2, 3)),
    (lambda: Bilinear(4), (3,)),
    (Leak, (4, 2)),
    (Attention, (4, 3)),
    (Centred, (3,)),
    (lambda: Residual([Linear(3, 3), Softsign()]), (3,)),
]


@pytest.mark.parametrize(("make", "shape"), LAYERS)
@pytest.mark.parametrize("training", [True, pytest.param(False, marks=exhaustive)])
def test_the_gradients_of_a_layer_are_right(make, shape, training, rng):
    rows = check_layer(make(), rng.normal(size=(3, *shape)), training=training)
    assert all(row.passed for row in rows), "\n".join(map(str, rows))


def test_the_delta_of_a_loss_is_right(rng):
    assert check_loss(LogCosh(), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))).passed


class Weighted(Loss):
    """Half the sum of the squared errors, each times the weight of its sample."""

    def formulas(self, targets: np.ndarray, weights: np.ndarray | None = None) -> Formulas:
        z, y, omega = tensors("z y ω")
        n, j = indices("n j")
        error = (z[n, j] - y[n, j]) ** 2 / 2
        return Formulas([scalar("loss") << Sum((n, j), error if weights is None else omega[n] * error)])


def test_the_weights_of_samples_enter_a_loss_and_its_delta(rng):
    outputs, targets, weights = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), np.array([1.0, 2, 0, 3, 1])
    loss, delta = Weighted()(outputs, targets, weights)
    assert loss == pytest.approx((weights[:, np.newaxis] * (outputs - targets) ** 2).sum() / 2)
    np.testing.assert_allclose(delta, weights[:, np.newaxis] * (outputs - targets))


@pytest.mark.parametrize("given", [{"weights": np.ones(5)}, {"lengths": np.array([2, 3, 1, 3, 3])}])
def test_weights_that_the_formulas_of_a_loss_do_not_read_are_refused(rng, given):
    class Unweighted(Loss):
        def formulas(self, targets: np.ndarray, weights: np.ndarray | None = None) -> Formulas:
            z, y = tensors("z y")
            n, t, j = indices("n t j")
            return Formulas([scalar("loss") << Sum((n, t, j), (z[n, t, j] - y[n, t, j]) ** 2)])

    outputs = rng.normal(size=(5, 3, 2))
    with pytest.raises(FormulaError, match=r"the formulas of Unweighted\(\) do not read the weights of samples"):
        Unweighted()(outputs, outputs + 1, **given)


def test_labels_outside_the_classes_are_refused(rng):
    class Margin(Loss):
        def formulas(self, targets: np.ndarray, weights: np.ndarray | None = None) -> Formulas:
            z, y = tensors("z y")
            n, j = indices("n j")
            return Formulas([scalar("loss") << Sum((n, j), z[n, j]) - Sum(n, z[n, y[n]])])

    outputs = rng.normal(size=(3, 4))
    loss, delta = Margin()(outputs, np.array([0, 3, 1]))
    assert loss == pytest.approx(outputs.sum() - outputs[0, 0] - outputs[1, 3] - outputs[2, 1])
    np.testing.assert_array_equal(delta, [[0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 1, 1]])
    for labels in ([0, 4, 1], [0, -1, 1]):
        with pytest.raises(DataError, match="label"):
            Margin()(outputs, np.array(labels))


def network(dtype=np.float64):
    return Sequential(Linear(3, 4), Softsign(), Bilinear(2), Centred(), input_shape=(3,), dtype=dtype, seed=1)


@exhaustive
def test_a_network_of_such_layers_is_checked(rng):
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    assert all(row.passed for row in check_gradients(network(), LogCosh(), x, y))


def test_a_network_of_such_layers_is_traced(rng, own_classes):
    layers.register("own_softsign")(Softsign)
    losses.register("log_cosh")(LogCosh)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    recorded = trace(network(), LogCosh(), Adam(0.1), x, y)
    for name, formula in recorded.formulas.items():
        expected = evaluate(formula, recorded.arrays)
        np.testing.assert_allclose(recorded.arrays[name], expected, atol=1e-12, err_msg=write(formula))
    assert {"dg2", "dW3", "dm3", "dz3", "mean3_new", "dℓ"} <= recorded.formulas.keys()


def test_such_a_network_learns(rng):
    x = rng.normal(size=(40, 3)).astype(np.float32)
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2] ** 2], axis=1)
    net = Sequential(Linear(3, 4), Softsign(), Bilinear(2), input_shape=(3,), seed=1)
    before, _ = MeanSquaredError()(net(x), y)
    fit(net, MeanSquaredError(), Adam(0.05), Samples(x, y), epochs=20, batch_size=20)
    after, _ = MeanSquaredError()(net(x), y)
    assert net(x).dtype == np.float32
    assert after < before / 3


def test_buffers_move_in_training_and_are_used_in_inference(rng):
    net = Sequential(Centred(), input_shape=(3,), dtype=np.float64)
    x = rng.normal(size=(6, 3))
    net.forward(x, training=True)
    np.testing.assert_allclose(net.layers[0].buffers["mean"], x.mean(axis=0) / 2)
    np.testing.assert_allclose(net(x), x - x.mean(axis=0) / 2)


def test_stated_backward_formulas_are_evaluated_and_not_derived(rng):
    class Wrong(Softsign):
        def formulas(self, *, training: bool = True) -> Formulas:
            dx, dy, dg = tensors("dx dy dg")
            n, j = indices("n j")
            return Formulas(super().formulas().forward, [dg[j] << Sum(n, dy[n, j]), dx[n, j] << 3 * dy[n, j]])

    net = Sequential(Wrong(), input_shape=(2,), dtype=np.float64)
    _, tape = net.forward(rng.normal(size=(4, 2)))
    np.testing.assert_array_equal(net.backward(np.ones((4, 2)), tape), [4, 4])


def test_a_parameter_that_changes_nothing_is_named():
    class Unused(Softsign):
        def formulas(self, *, training: bool = True) -> Formulas:
            x, y = tensors("x y")
            return Formulas([y[self.element()] << x[self.element()] ** 2])

    layer = Sequential(Unused(), input_shape=(2,)).layers[0]
    with pytest.raises(FormulaError, match="the parameter g of Unused"):
        layer.formulas_in(Context(training=True))


def stated(make):
    """Return a layer whose formulas are those that ``make`` returns."""
    return type("Stated", (Layer,), {"formulas": lambda self, *, training=True: make()})()


def in_disorder():
    x, h, y = tensors("x h y")
    n, j = indices("n j")
    return Formulas([y[n, j] << h[n, j], h[n, j] << 2 * x[n, j]])


def over_time_without_recurrence():
    x, y = tensors("x y")
    n, j = indices("n j")
    return Formulas([y[n, j] << tanh(x[n, j] + y[n, j - 1])])


def twice():
    x, y = tensors("x y")
    n, j = indices("n j")
    return Formulas([y[n, j] << x[n, j], y[n, j] << 2 * x[n, j]])


def of_another_shape():
    x, y = tensors("x y")
    n, j = indices("n j")
    return Formulas([y[n] << Sum(j, x[n, j])])


def of_fewer_axes():
    x, y = tensors("x y")
    (n,) = indices("n")
    return Formulas([y[n] << x[n]])


def of_another_name():
    x, z = tensors("x z")
    n, j = indices("n j")
    return Formulas([z[n, j] << x[n, j]])


def of_no_input():
    y, g = tensors("y g")
    n, j = indices("n j")
    return Formulas([y[n, j] << g[j]])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (in_disorder, "the formula of y reads h before it is made; state the formulas in the order of computation"),
        (over_time_without_recurrence, "the formula of y reads y before it is made.*Recurrence"),
        (twice, "two formulas make y"),
        (of_another_shape, r"makes y of shape \(2,\), but its shape_out says \(2, 4\)"),
        (of_fewer_axes, "the formula of y reads x with 1 indices, but it has 2 axes"),
        (of_no_input, "the input x of Stated.. changes nothing in its output"),
        (of_another_name, "makes its output y; state it, or give its output_symbol"),
    ],
)
def test_formulas_that_make_no_output_are_refused_in_a_sentence(make, sentence):
    with pytest.raises(FormulaError, match=sentence):
        Sequential(stated(make), input_shape=(4,), dtype=np.float64)(np.ones((2, 4)))
