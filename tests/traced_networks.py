"""Networks, batches and untraced steps that the tests of traces share."""

import itertools
import math

import numpy as np

from whence.nn import CrossEntropy, Flatten, Linear, ReLU, Sequential, Sigmoid, SumOfSquaredErrors
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


def worst(step, phase=None):
    """Return the array of a step, or of a phase of it, that agrees least with its formula, and how far it is off."""
    found = {name: step.disagreement(name) for name in step.formulas if phase in (None, step.origins[name].phase)}
    name = max(found, key=found.get)
    return name, found[name]
