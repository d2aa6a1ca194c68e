"""One training in several processes: the batches, the bits and the measures of one process."""

import json
import threading

import numpy as np
import pytest

from training.parallel.launch import in_processes, needs_mpi
from training.parallel.trainings import KINDS, digits, ended
from whence.data import Batch
from whence.nn import mlp, set_threads
from whence.training import fit
from whence.training.parallel import Division
from whence.training.parallel.passes import ChunkedPasses


@pytest.fixture(scope="module")
def found():
    """Return what each kind of training ends with, in each of the processes, by their number."""
    return {count: json.loads(in_processes(count, "trainings.py").stdout) for count in (2, 4)}


@needs_mpi
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_the_number_of_processes_changes_no_bit(make, found):
    alone = json.loads(json.dumps(ended(make, Division())))
    for count, everywhere in found.items():
        assert [each[make.__name__] for each in everywhere] == [alone] * count


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_training_in_chunks_is_the_training_without(make):
    whole, chunked = ended(make, None, np.float64), ended(make, Division(), np.float64)
    assert chunked["norm"] == pytest.approx(whole["norm"], rel=1e-9)
    assert chunked["measures"] == pytest.approx(whole["measures"], rel=1e-7)


@pytest.fixture
def two_threads():
    set_threads(2)
    yield
    set_threads(1)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_threads_that_share_chunks_change_no_bit(make, two_threads):
    shared = ended(make, Division())
    set_threads(1)
    assert shared == ended(make, Division())


@pytest.mark.parametrize("called", ["forward", "backward", "__call__"])
def test_threads_compute_chunks_at_the_same_time(called, two_threads, monkeypatch):
    net = mlp((8, 8, 1), [4], 10, seed=1)
    both_are_here, compute = threading.Barrier(2, timeout=240), getattr(type(net), called)

    def meet_and_compute(*arguments, **given):
        both_are_here.wait()
        return compute(*arguments, **given)

    monkeypatch.setattr(type(net), called, meet_and_compute)
    fit(net, "cross_entropy", "sgd(0.1)", **digits(), batch_size=40, max_steps=2, parallel=Division(chunks=2))


def test_layers_of_chunks_are_watched_in_turn(two_threads):
    net, watched = mlp((8, 8, 1), [4], 10, seed=1), []
    passes = ChunkedPasses(net, Division(chunks=2))
    batch = Batch(np.ones((6, 8, 8, 1), np.float32), np.zeros(6, int))
    outputs, tape = passes.forward(batch, watch=lambda layer, output: watched.append(layer))
    passes.backward(np.ones_like(outputs), tape, watch=lambda layer, delta: watched.append(-layer))
    once, back = list(range(len(net))), [-layer for layer in reversed(range(2, len(net)))]
    assert watched == 2 * once + 2 * back
