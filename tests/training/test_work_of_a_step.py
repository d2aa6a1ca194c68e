"""How much work a training step of a small network does: products, passes over arrays, and memory; not its time."""

import tracemalloc
from collections import Counter
from typing import ClassVar

import numpy as np
import pytest

from whence.nn import CrossEntropy, mlp
from whence.optim import SGD, Adam

SAMPLES, INPUTS, HIDDEN, CLASSES = 100, 784, 30, 10


class Counted(np.ndarray):
    """An array that counts what NumPy computes from it, and makes arrays that do so too."""

    calls: ClassVar = Counter()

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        self.calls[ufunc.__name__] += 1
        plain = [value.view(np.ndarray) if isinstance(value, Counted) else value for value in inputs]
        into = {} if out is None else {"out": tuple(array.view(np.ndarray) for array in out)}
        result = getattr(ufunc, method)(*plain, **into, **options)
        return result.view(Counted) if isinstance(result, np.ndarray) else result


@pytest.fixture
def net():
    return mlp((INPUTS,), [HIDDEN], CLASSES, activation="sigmoid", seed=1)


@pytest.fixture
def batch(rng):
    return rng.random((SAMPLES, INPUTS), np.float32), rng.integers(CLASSES, size=SAMPLES)


def test_a_step_multiplies_five_matrices_and_passes_eight_times_over_hidden_arrays(net, batch):
    for layer in net:
        layer.bind({name: view.view(Counted) for name, view in layer.views.items()}, layer.buffers)
    Counted.calls.clear()
    logits, tape = net.forward(batch[0])
    assert Counted.calls == {"matmul": 2, "add": 2 + 1, "multiply": 2, "tanh": 1}  # a bias each, and the sigmoid
    Counted.calls.clear()
    net.backward(np.ones(logits.shape, logits.dtype), tape)
    assert Counted.calls == {"matmul": 3 + 1, "subtract": 1, "multiply": 2}  # one more sums over the hidden deltas


@pytest.mark.parametrize(("make", "states"), [(SGD, 0), (Adam, 2)])
def test_a_step_allocates_the_gradient_and_no_copy_of_its_inputs(net, batch, make, states):
    (x, y), loss_fn, optimizer = batch, CrossEntropy(), make()
    hidden, block = SAMPLES * HIDDEN * 4, net.theta.nbytes

    def step():
        logits, tape = net.forward(x)
        _, delta = loss_fn(logits, y)
        optimizer.step(net.theta, net.backward(delta, tape))

    step()
    assert sum(array.nbytes for array in optimizer.state.values()) == states * net.theta.nbytes
    tracemalloc.start()
    step()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < net.theta.nbytes + block + 8 * hidden < x.nbytes
