"""A training in which one of two processes fails in the middle of a step."""

import numpy as np
from mpi4py import MPI

from whence.nn import mlp
from whence.training import fit


def batches():
    for step in range(9):
        if step == 3 and MPI.COMM_WORLD.Get_rank() == 1:
            raise RuntimeError("the disk with the data was unplugged")
        yield np.zeros((8, 3), np.float32), np.zeros(8, int)


fit(mlp((3,), [4], 2), "cross_entropy", "sgd(0.1)", batches(), max_steps=9, parallel=MPI.COMM_WORLD)
