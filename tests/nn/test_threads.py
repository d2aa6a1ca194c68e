"""Layers that split their batch: the same bits on any number of threads, and one error where a part fails."""

import threading

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.nn import AvgPool2d, Conv2d, ConvTranspose2d, CrossEntropy, Flatten, Linear, MaxPool2d, Sequential
from whence.nn import set_threads as use
from whence.nn.threads import on_parts


@pytest.fixture
def threads():
    yield use
    use(1)


def test_a_step_gives_the_same_bits_on_any_number_of_threads(threads, rng):
    net = Sequential(
        *(Conv2d(1, 8, 5), MaxPool2d(2), Conv2d(8, 8, 3, groups=8, padding="same"), ConvTranspose2d(8, 4, 2)),
        *(AvgPool2d(2), Flatten(), Linear(144, 10)),
        input_shape=(28, 28, 1),
        seed=1,
    )
    x = rng.normal(size=(400, 28, 28, 1)).astype(np.float32)
    labels = rng.integers(10, size=400)
    steps = []
    for count in (1, 2, 3):
        threads(count)
        logits, tape = net.forward(x)
        steps.append((logits, net.backward(CrossEntropy()(logits, labels)[1], tape)))
    for logits, gradient in steps[1:]:
        assert np.array_equal(logits, steps[0][0])
        assert np.array_equal(gradient, steps[0][1])


def test_parts_are_worked_on_at_the_same_time_and_results_keep_their_order(threads):
    threads(2)
    both_are_here = threading.Barrier(2, timeout=30)

    def work(part):
        if part < 2:
            both_are_here.wait()
        return part * part

    assert on_parts(work, range(5)) == [0, 1, 4, 9, 16]


def test_what_a_part_raises_is_raised_once_all_parts_rest(threads):
    threads(2)

    def work(part):
        if part == 3:
            raise ArgumentError("part 3 fails")

    with pytest.raises(ArgumentError, match="part 3 fails"):
        on_parts(work, range(8))
    assert on_parts(str, range(3)) == ["0", "1", "2"]


def test_parts_treat_overflows_as_the_caller_does(threads):
    threads(2)
    huge = np.full(8, 3e38, np.float32)
    with np.errstate(over="ignore"):
        assert all(np.isinf(product).all() for product in on_parts(lambda part: huge * huge, range(6)))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        on_parts(lambda part: huge * huge, range(6))


def test_no_thread_at_all_is_refused():
    with pytest.raises(ArgumentError, match="the number of threads is 0; it must be at least 1"):
        use(0)
