"""Small trainings drawn at random, over all kinds of layers and optimizers, and what holds of their parameters."""

import numpy as np

from whence.data import Samples, load
from whence.history import biography
from whence.nn import CrossEntropy
from whence.nn.architecture import network
from whence.nn.naming import name_layers
from whence.optim import optimizers
from whence.training import Callback, fit

DIGITS = load("digits").train
ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "identity", "softmax")
NORMS = ("batch_norm", "layer_norm", "dropout 0.2")
FAMILIES = {  # without a bias before batch norm: its gradient is rounding alone, which adaptive scales make large
    "numbers": ((64,), ["linear 5 bias=false, {norm}, {activation}"]),
    "images": (
        (8, 8, 1),
        [
            "conv 2 3 padding=1 stride=2 bias=false, {norm}, {activation}, flatten",
            "conv 2 3, {activation}, avg_pool 2, flatten",
            "conv_transpose 2 2 stride=2, {activation}, pool 4, flatten",
            "upsample, conv 2 3 stride=2, {activation}, global_avg_pool",
            "residual(conv 1 3 padding=1, {activation}), flatten",
        ],
    ),
    "sequences": (
        (8, 8),
        [
            "rnn 3 num_layers=2, last",
            "lstm 3, {norm}, last",
            "gru 3 bidirectional=true, last",
            "conv1d 2 3, {activation}, flatten",
        ],
    ),
    "words": ((8,), ["embed 3 num_embeddings=17, gru 3, last"]),
}
OPTIMIZERS = (
    "sgd(0.1)",
    "sgd(0.1, momentum=0.9, weight_decay=0.01)",
    "sgd(0.05, momentum=0.8, nesterov=true, clip_norm=0.5)",
    "adam(0.01, weight_decay=0.01)",
    "adamw(0.01, weight_decay=0.1, clip_norm=0.5)",
    "rmsprop(0.01, momentum=0.5, centered=true)",
    "adagrad(0.05)",
)


def random_training(number, samples=40):
    """Return the arguments of `fit`, newly made, for the training of a number."""
    rng = np.random.default_rng(number)
    family = list(FAMILIES)[number % len(FAMILIES)]
    shape, notations = FAMILIES[family]
    norm = str(rng.choice(NORMS))
    notation = str(rng.choice(notations)).format(activation=rng.choice(ACTIVATIONS), norm=norm)
    images = DIGITS.inputs[:samples].astype(np.float64)
    inputs = images[:, 4, :, 0].astype(np.int64) if family == "words" else images.reshape(-1, *shape) / 16
    return {
        "net": network(f"{notation}, linear 10", shape, seed=number, dtype=np.float64),
        "loss_fn": CrossEntropy(),
        "optimizer": optimizers.read(str(rng.choice(OPTIMIZERS))),
        "train": Samples(inputs, DIGITS.targets[:samples]),
        "batch_size": 7,
        "epochs": 3,
        "seed": number,
        "measure_train": False,
    }


def every_cell(net):
    """Return the names and indices of all parameters, in the order of θ."""
    named = name_layers(net.layers)
    return [
        (named[slot.layer].parameters[slot.name], index)
        for slot in sorted(net.slots, key=lambda slot: slot.start)
        for index in np.ndindex(slot.shape)
    ]


def largest_gap(number):
    """Return how far first value and shares of any parameter are from the trained one, at most, and how many."""
    given, same = random_training(number), random_training(number)
    first = same["net"].theta.copy()
    found = biography(given, every_cell(given["net"]))
    fit(**same)
    assert np.array_equal(found.first, first)
    assert np.array_equal(found.last, same["net"].theta)
    made = found.first + found.decay + found.samples.sum(0)
    return np.abs(made - same["net"].theta).max(), len(found.cells)


class LeavingOut(Callback):
    """Keeps of each step the gradient without one sample's term, and what the optimizer divides by."""

    def __init__(self, row):
        self.row, self.steps = row, []

    def on_gradient(self, training, backward):
        batch = backward.batch
        logits, tape = training.net.forward(batch.x)
        delta = training.loss_fn(logits, batch.y)[1]
        kept = np.where(batch.rows == self.row, 0.0, 1.0)[:, np.newaxis]
        self.steps.append(training.net.backward(delta * kept, tape).copy())

    def on_batch_end(self, training):
        optimizer = training.optimizer
        scale = {name: state.copy() for name, state in optimizer.state.items()}
        self.steps[-1] = self.steps[-1] * optimizer.clip, scale, optimizer.steps


def without(training, row):
    """Return θ after a training whose gradients lack the terms of one sample, with the scales as they were."""
    leaving = LeavingOut(row)
    theta, optimizer = training["net"].theta.copy(), training["optimizer"]
    fit(**training, callbacks=[leaving])
    memory = np.zeros_like(theta)
    decay = optimizer.weight_decay * training["net"].decays
    rate, kind = optimizer.learning_rate, type(optimizer).__name__
    for gradient, scale, number in leaving.steps:
        if kind == "AdamW":
            theta = theta - rate * decay * theta
        else:
            gradient = gradient + decay * theta
        if kind == "SGD":
            memory = optimizer.momentum * memory + gradient
            step = gradient + optimizer.momentum * memory if optimizer.nesterov else memory
        elif kind in ("Adam", "AdamW"):
            memory = optimizer.beta1 * memory + (1 - optimizer.beta1) * gradient
            divisor = np.sqrt(scale["v"] / (1 - optimizer.beta2**number)) + optimizer.eps
            step = memory / (1 - optimizer.beta1**number) / divisor
        elif kind == "RMSprop":
            square = scale["v"] - scale["m"] ** 2 if optimizer.centered else scale["v"]
            memory = optimizer.momentum * memory + gradient / (np.sqrt(np.maximum(square, 0)) + optimizer.eps)
            step = memory
        else:
            step = gradient / (np.sqrt(scale["v"]) + optimizer.eps)
        theta = theta - rate * step
    return theta


def largest_error_of_a_share(optimizer, row=17):
    """Return how far a sample's shares of any parameter are, at most, from what is missing without its terms."""
    given, same = random_training(0), random_training(0)
    for each in (given, same):
        each["net"] = network("linear 6, tanh, linear 10", (64,), seed=1, dtype=np.float64)
        each["optimizer"] = optimizers.read(optimizer)
    found = biography(given, every_cell(given["net"]))
    assert np.abs(found.samples[row]).max() > 1e-4
    return np.abs(found.last - found.samples[row] - without(same, row)).max()
