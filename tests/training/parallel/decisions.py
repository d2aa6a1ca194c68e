"""Trainings that end early for the sake of one of two processes: prints how each ended in both, as JSON."""

import json
import os
import signal

import numpy as np
from mpi4py import MPI

from whence.data import Samples
from whence.nn import mlp
from whence.training import Callback, fit
from whence.training.parallel import Division

RANK = MPI.COMM_WORLD.Get_rank()


class InOneProcess(Callback):
    """Does something after the fourth step in one process."""

    def __init__(self, rank, act):
        self.rank, self.act = rank, act

    def on_batch_end(self, training):
        if RANK == self.rank and training.step == 4:
            self.act(training)


def fill_disk(training):
    raise OSError(28, "No space left on device")


def stop(training):
    training.stop = True


def change(training):
    training.net.theta[0] += 0.1


def interrupt(training):
    os.kill(os.getpid(), signal.SIGINT)


def spoil(training):
    training.net.theta[:] = np.inf


def ended(*callbacks, seed=0, **settings):
    rng = np.random.default_rng(seed)
    samples = Samples(rng.normal(size=(24, 3)), rng.integers(0, 2, 24))
    given = {"epochs": 5, "batch_size": 8, "validation": samples, "parallel": MPI.COMM_WORLD, **settings}
    try:
        training = fit(
            mlp((3,), [4], 2),
            "cross_entropy",
            "sgd(0.1)",
            samples,
            **given,
            callbacks=callbacks,
        )
    except (Exception, KeyboardInterrupt) as error:
        return f"{type(error).__name__}: {error}"
    return [training.step, training.best_epoch]


found = {
    "full disk": ended(InOneProcess(0, fill_disk)),
    "full disk elsewhere": ended(InOneProcess(1, fill_disk)),
    "stop": ended(InOneProcess(1, stop)),
    "interruption": ended(InOneProcess(1, interrupt)),
    "not finite": ended(InOneProcess(1, spoil)),
    "patience": ended(patience=1),
    "other parameters": ended(InOneProcess(1, change)),
    "other data": ended(seed=RANK),
    "other chunks": ended(parallel=Division(MPI.COMM_WORLD, chunks=4 - RANK)),
    "other sums": ended(parallel=Division(MPI.COMM_WORLD, chunks=2, fast_reduce=RANK == 1)),
    "other batches": ended(batch_size=8 + RANK),
    "other measuring": ended(measure_train=RANK == 0),
}
everywhere = MPI.COMM_WORLD.allgather(found)
if RANK == 0:
    print(json.dumps(everywhere))
