"""Small trainings of all kinds, to be started by mpiexec: prints checksums of what they end with as JSON."""

import json
import zlib

import numpy as np

from whence.data import Samples, load
from whence.data.images.augmentation import Augmentation
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary
from whence.nn import LSTM, BatchNorm, Conv2d, Dropout, Embedding, Flatten, Linear, ReLU, Residual, Sequential, mlp
from whence.training import fit
from whence.training.parallel import Division


def digits():
    data = load("digits")
    train = data.train.take(slice(83))  # batches of 40, 40 and 3 samples: fewer than there are processes
    return {"train": train, "validation": data.test.take(slice(50)), "preprocessing": data.preprocessing}


def multilayer(dtype):
    return mlp((8, 8, 1), [16], 10, dtype=dtype, seed=1), {**digits(), "batch_size": 40}


def dropout(dtype):
    _, given = multilayer(dtype)
    return mlp((8, 8, 1), [16], 10, dropout=0.3, dtype=dtype, seed=1), given


def weighted(dtype):
    net, given = multilayer(dtype)
    weights = np.linspace(0, 2, 83)
    given["train"] = Samples(given["train"].inputs, given["train"].targets, weights)
    return net, {**given, "replacement": True}


def convolution(dtype):
    block = Residual([Conv2d(4, 4, 3, padding="same"), BatchNorm(), ReLU()])
    layers = Conv2d(1, 4, 3), BatchNorm(), block, Flatten(), Dropout(0.2), Linear(144, 10)
    return Sequential(*layers, input_shape=(8, 8, 1), dtype=dtype, seed=1), {**digits(), "batch_size": 40}


def augmentation(dtype):
    net, given = convolution(dtype)
    return net, {**given, "augmentation": Augmentation("shift 1, rotate 10, elastic 4 2")}


def streams(dtype):
    rng = np.random.default_rng(0)
    text = rng.integers(0, 5, (60, 7))
    samples = Samples(text[:, :-1], text[:, 1:])
    net = Sequential(
        Embedding(5, 4), LSTM(4, 6, num_layers=2, dropout=0.1), Linear(6, 5), input_shape=(-1,), dtype=dtype, seed=1
    )
    reading = TextPreprocessing(vocabulary=Vocabulary("abcde"))
    return net, {"train": samples, "preprocessing": reading, "batch_size": 9, "streams": True}


KINDS = [multilayer, dropout, weighted, convolution, augmentation, streams]


def ended(make, parallel, dtype=np.float32):
    """Return what a training ends with: the checksum of θ, its norm, and the measures of its last epoch."""
    net, given = make(dtype)
    training = fit(net, "cross_entropy", "adam(0.01)", **given, epochs=2, parallel=parallel)
    measures = {name: value for name, value in training.history[-1].items() if name != "seconds"}
    return {"theta": zlib.crc32(net.theta), "norm": float(np.linalg.norm(net.theta)), "measures": measures}


if __name__ == "__main__":
    from mpi4py import MPI

    division = Division(MPI.COMM_WORLD)
    found = {make.__name__: ended(make, division) for make in KINDS}
    everywhere = division.ranks.everyones(found)
    if division.ranks.leads:
        print(json.dumps(everywhere))
