"""How much work convolutions do: few products, of patches that fit in the processor's cache."""

import tracemalloc

import numpy as np
import pytest

from whence.nn.convolution import correlation
from whence.nn.convolution.sliding_window import slide


def test_patches_of_a_large_image_are_made_some_rows_at_a_time():
    windows = slide((256, 256), 3, 1, "same")
    x, weight = np.ones((1, 256, 256, 16), np.float32), np.ones((3, 3, 16, 16), np.float32)
    tracemalloc.start()
    z = correlation.correlate(x, weight, windows)
    correlation.correlate_weight(x, z, windows)
    correlation.spread(z, weight, windows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * x.nbytes  # two results, padded images and some patches; all of them would take nine times x


def test_the_gradient_to_a_large_image_sums_the_same_some_rows_at_a_time(rng):
    windows = slide((40, 300), (20, 3), 1, (2, 1))
    x, weight = rng.normal(size=(1, 40, 300, 4)), rng.normal(size=(20, 3, 4, 16))
    z = correlation.correlate(x, weight, windows)
    delta = rng.normal(size=z.shape)  # whose patches, 25 · 300 · 3 · 16 numbers, do not fit in the cache
    dx = correlation.spread(delta, weight, windows)
    assert dx.shape == x.shape
    assert (z * delta).sum() == pytest.approx((x * dx).sum(), rel=1e-12)  # z is linear in x


@pytest.fixture
def products(monkeypatch):
    calls, matmul = [], np.matmul

    def counted(*arrays, **options):
        calls.append(arrays)
        return matmul(*arrays, **options)

    monkeypatch.setattr(np, "matmul", counted)
    return calls


@pytest.mark.parametrize(("padding", "to_the_input"), [("same", 1), ("valid", 5)])
def test_the_sums_of_some_images_take_one_product_each(products, padding, to_the_input):
    windows = slide((12, 12), 5, 1, padding)
    x, weight = np.ones((2, 12, 12, 16), np.float32), np.ones((5, 5, 16, 8), np.float32)
    z = correlation.correlate(x, weight, windows)
    assert len(products) == 1
    correlation.correlate_weight(x, z, windows)
    assert len(products) == 2
    correlation.spread(z, weight, windows)
    assert len(products) == 2 + to_the_input
