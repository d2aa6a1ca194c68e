"""How much work convolutions do: a value is copied once for each column of a window, not for each of its places."""

import tracemalloc

import numpy as np

from whence.nn import threads
from whence.nn.convolution import correlation
from whence.nn.convolution.sliding_window import slide


def test_patches_hold_rows_of_windows_not_whole_windows(monkeypatch):
    monkeypatch.setattr(threads, "_CHUNK_BYTES", 2**30)
    windows = slide((32, 32), 3, 1, "same")
    x, weight = np.ones((4, 32, 32, 16), np.float32), np.ones((3, 3, 16, 16), np.float32)
    correlation.correlate(x, weight, windows)
    tracemalloc.start()
    correlation.correlate(x, weight, windows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 7 * x.nbytes  # the result, the padded images, three columns of each window, a product


def test_a_row_of_windows_takes_one_product(monkeypatch):
    calls = []
    products = np.matmul

    def counted(*arrays, **options):
        calls.append(arrays)
        return products(*arrays, **options)

    monkeypatch.setattr(np, "matmul", counted)
    x = np.ones((2, 12, 12, 16), np.float32)
    correlation.correlate(x, np.ones((5, 5, 16, 8), np.float32), slide((12, 12), 5, 1, "valid"))
    assert len(calls) == 5
