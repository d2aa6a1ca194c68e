"""Layers that split their batch: the same bits on any number of threads, and one error where a part fails."""

import gc
import os
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.nn import AvgPool2d, Conv2d, ConvTranspose2d, CrossEntropy, Flatten, Linear, MaxPool2d, Sequential
from whence.nn import set_threads as use
from whence.nn.threads import on_parts, sum_over_parts


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
    both_are_here = threading.Barrier(2, timeout=240)

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


def test_a_part_may_have_parts_itself(threads):
    threads(2)
    assert on_parts(lambda part: sum(on_parts(lambda inner: part * inner, range(4))), range(6)) == [
        6 * part for part in range(6)
    ]
    both_are_here = threading.Barrier(2, timeout=240)
    on_parts(lambda part: both_are_here.wait(), range(2))


def test_the_number_of_threads_may_change_while_others_work(threads):
    threads(3)
    stop = threading.Event()
    errors = []

    def work():
        try:
            while not stop.is_set():
                assert on_parts(lambda part: part + 1, range(5)) == [1, 2, 3, 4, 5]
        except Exception as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for change in range(200):
        threads(1 + change % 3)
    stop.set()
    for worker in workers:
        worker.join(timeout=240)
    assert not errors


def test_threads_that_are_replaced_end(threads):
    threads(1)
    gc.collect()
    before = threading.active_count()
    for _ in range(5):
        threads(3)
        on_parts(str, range(9))
    threads(1)
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before


_FORK = """
import os, threading
from whence.nn import set_threads
from whence.nn.threads import on_parts
set_threads(2)
on_parts(str, range(4))
child = os.fork()
both = threading.Barrier(2, timeout=240)
on_parts(lambda part: both.wait(), range(2))
if child == 0:
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_has_threads_of_its_own():
    subprocess.run([sys.executable, "-W", "ignore", "-c", _FORK], check=True, timeout=240)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 100])
def test_a_sum_over_parts_is_the_same_for_any_number_of_threads(threads, rng, count):
    shares = rng.normal(size=(count, 5)).astype(np.float32)
    sums = []
    for number in (1, 2, 3):
        threads(number)
        sums.append(sum_over_parts(lambda part: shares[part].copy(), range(count)))
    assert np.array_equal(sums[0], sums[1]) and np.array_equal(sums[0], sums[2])
    np.testing.assert_allclose(sums[0], shares.sum(axis=0), rtol=1e-5, atol=1e-5)


def test_a_sum_over_parts_keeps_few_shares(threads):
    threads(2)
    alive, most, lock = set(), [], threading.Lock()

    def share(part):
        array = np.ones(3)
        with lock:
            alive.add(part)
            most.append(len(alive))
        weakref.finalize(array, alive.discard, part)
        return array

    assert sum_over_parts(share, range(100)).tolist() == [100, 100, 100]
    assert max(most) <= 8 + 2


@pytest.mark.parametrize("count", [0, -1, 1.5, True, float("nan"), "2"])
def test_what_is_no_number_of_threads_is_refused(count):
    with pytest.raises(
        ArgumentError, match=f"set_threads was given count = {count!r}; it must be a whole number of at"
    ):
        use(count)
