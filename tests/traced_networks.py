"""Networks, batches and untraced steps that the tests of traces share."""

import itertools
import math
from dataclasses import replace

import numpy as np

from whence.formula import Formula, Formulas, Sum, absolute, equals, evaluate, indices, tensors, within
from whence.formula.expressions import Call, Operation, Reduction
from whence.nn import CrossEntropy, Flatten, Layer, Linear, ReLU, Sequential, Sigmoid, SumOfSquaredErrors
from whence.nn.context import INFERENCE
from whence.nn.parameter import Parameter
from whence.optim import SGD
from whence.trace import trace

X = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
Y = np.array([[1.0], [1.0], [0.0]])


def r2():
    """Return the network, loss, optimizer and batch of the step that is shown by hand everywhere."""
    uniform = {"weight_init": "uniform(0, 1)", "bias_init": "uniform(0, 1)"}
    net = Sequential(Linear(4, 3, **uniform), Sigmoid(), Linear(3, 1, **uniform), Sigmoid(), dtype=np.float64, seed=1)
    return net, SumOfSquaredErrors(), SGD(0.1), X, Y


def classifier(*hidden, dtype=np.float64, seed=2):
    """Return a classifier of three classes of five inputs."""
    sizes = [5, *hidden, 3]
    layers = []
    for before, after in itertools.pairwise(sizes):
        layers += [Linear(before, after), ReLU()]
    return Sequential(*layers[:-1], dtype=dtype, seed=seed)


class Positions(Layer):
    """A table of vectors that are added to time steps, with more rows than there are steps."""

    weight = Parameter("P", decays=True)

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def parameter_shapes(self):
        return {"weight": (self.longest, self.input_shape[-1])}

    def initialise(self, rng, following):
        self.weight = rng.normal(size=self.weight.shape)

    def forward(self, x, context=INFERENCE):
        return x + self.weight[: x.shape[1]], {}

    def backward(self, delta, cache, gradient, *, need_input=True):
        gradient.weight[...] = 0
        gradient.weight[: delta.shape[1]] = delta.sum(axis=0)
        return delta

    def formulas(self, *, training=True):
        x, P, y, dx, dP, dy = tensors("x P y dx dP dy")
        n, t, s, j = indices("n t s j")
        table = dP[s, j] << Sum([n, t], equals(t, s) * dy[n, t, j])
        return Formulas([y[n, t, j] << x[n, t, j] + P[within(t), j]], [table, dx[n, t, j] << dy[n, t, j]])


def traced_positions():
    """Return the trace of a step through a table of six positions, of which sequences of four steps read the first."""
    net = between_linear_layers(Positions(6), (4, 3))
    rng = np.random.default_rng(1)
    return trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(2, 4, 3)), np.array([0, 2]))


def batch(count=6, seed=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 5)), rng.integers(0, 3, count)


def between_linear_layers(layer, shape, dtype=np.float64, *, first=False):
    """Return a network with a layer between linear ones, so that all its derivatives are needed, or as the first."""
    before = [] if first else [Linear(shape[-1], shape[-1])]
    size = math.prod(layer.shape_out(shape))
    return Sequential(*before, layer, Flatten(), Linear(size, 3), input_shape=shape, dtype=dtype, seed=4)


def traced_example(example, dtype=np.float64, optimizer=None, count=5):
    """Return the trace of a step through the layer of an example, and the layer."""
    layer, rng = example.make(), np.random.default_rng(0)
    net = between_linear_layers(layer, example.shape, dtype, first=example.tokens is not None)
    x, y = example.inputs(rng, count), rng.integers(0, 3, count)
    return trace(net, CrossEntropy(), optimizer or SGD(0.1), x, y), layer


def traced_formulas(examples, make_optimizer=lambda: SGD(0.1)):
    """Yield the traces of examples of a layer, each with the arrays whose formulas no trace before it has."""
    seen = set()
    for example in examples:
        if example.shape:
            step, _ = traced_example(example, optimizer=make_optimizer(), count=3)
            yield step, [name for name, formula in step.formulas.items() if formula not in seen]
            seen.update(step.formulas.values())


def untraced_step(net, loss_fn, optimizer, x, y):
    logits, tape = net.forward(np.asarray(x, net.dtype))
    _, delta = loss_fn(logits, y)
    gradient = net.backward(delta, tape)
    if optimizer.decays is None:
        optimizer.decays = net.decays
    optimizer.step(net.theta, gradient)


def traced_classifier(*hidden, optimizer=None, dtype=np.float64):
    return trace(classifier(*hidden, dtype=dtype), CrossEntropy(), optimizer or SGD(0.1), *batch())


def flat(step, names):
    """Return arrays of a step one behind the other, as θ holds parameters."""
    return np.concatenate([step[name].ravel() for name in names])


def disagreement(step, name):
    """Return how far a recorded array is from what its formula gives.

    That is the largest difference, relative to the largest sum of the sizes of the terms that were added or subtracted:
    where terms cancel, rounding is no error.
    """
    formula = step.formulas[name]
    difference = float(np.abs(step[name] - evaluate(formula, step.arrays)).max(initial=0.0))
    sizes = evaluate(Formula(formula.target, terms_size(formula.expression)), step.arrays)
    scale = float(sizes.max(initial=0.0))
    return difference / scale if scale else difference


def terms_size(node):
    """Return the expression for the sum of the sizes of the terms that ``node`` adds or subtracts.

    Of ``Σ_k x[n, k] · W[k, j] + b[j]`` that is ``Σ_k |x[n, k]| · |W[k, j]| + |b[j]|``. A result cannot be more exact
    than the rounding of its largest terms, however much of them cancels (Higham, *Accuracy and Stability of Numerical
    Algorithms*, 2002, section 3.1).
    """
    match node:
        case Operation("+" | "-", left, right):
            return terms_size(left) + terms_size(right)
        case Operation("*", left, right):
            return terms_size(left) * terms_size(right)
        case Operation("/", left, right):
            return terms_size(left) / absolute(right)
        case Call("neg", (operand,)):
            return terms_size(operand)
        case Reduction("Sum", _, body):
            return replace(node, body=terms_size(body))
    return absolute(node)


def worst(step, phase=None):
    """Return the array of a step, or of a phase of it, that agrees least with its formula, and how far it is off."""
    found = {name: disagreement(step, name) for name in step.formulas if phase in (None, step.origins[name].phase)}
    name = max(found, key=found.get)
    return name, found[name]
