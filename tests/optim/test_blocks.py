"""Updates that go through θ in blocks: the same bits as all at once, and little memory besides."""

import tracemalloc

import numpy as np
import pytest

from whence.optim import SGD, Adam
from whence.optim import optimizer as optimizers


@pytest.mark.parametrize("make", [SGD, Adam])
def test_blocks_give_the_bits_of_the_whole(make, monkeypatch, rng):
    theta, gradients = rng.normal(size=1001).astype(np.float32), rng.normal(size=(3, 1001)).astype(np.float32)
    found = []
    for entries in (10_000, 128):
        monkeypatch.setattr(optimizers, "_ENTRIES_IN_CACHE", entries)
        own, optimizer = theta.copy(), make()
        for gradient in gradients:
            optimizer.step(own, gradient)
        found.append(own)
    assert np.array_equal(*found)


@pytest.mark.parametrize("make", [SGD, Adam])
def test_a_step_needs_no_array_as_long_as_theta(make):
    theta, gradient, optimizer = np.ones(10**6, np.float32), np.ones(10**6, np.float32), make()
    optimizer.step(theta, gradient)
    tracemalloc.start()
    optimizer.step(theta, gradient)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < theta.nbytes / 4
