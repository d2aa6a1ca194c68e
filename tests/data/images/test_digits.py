import hashlib
import time

import numpy as np
import pytest

from whence.data import load
from whence.data.images.digits import _FILE


def everything(dataset):
    rows = [
        np.concatenate(parts) for parts in zip(*((s.inputs, s.targets) for s in dataset.splits.values()), strict=True)
    ]
    return rows


def test_shape_range_and_counts():
    dataset = load("digits")
    inputs, targets = everything(dataset)
    assert inputs.shape == (1797, 8, 8, 1)
    assert inputs.dtype == np.uint8
    assert (inputs.min(), inputs.max(), inputs.sum()) == (0, 16, 561_718)
    assert np.bincount(targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert [len(part) for part in dataset.splits.values()] == [1259, 179, 359]
    assert dataset.preprocessing(inputs).max() == 1.0
    assert dataset.classes == tuple("0123456789")


def test_they_are_the_digits_that_scikit_learn_ships():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    with np.load(_FILE) as file:
        assert np.array_equal(file["images"][..., 0], theirs.images)
        assert np.array_equal(file["labels"], theirs.target)
        digest = hashlib.sha256(file["images"].tobytes() + file["labels"].tobytes()).hexdigest()
    assert digest == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_the_file_is_small_and_carries_its_attribution():
    assert _FILE.stat().st_size < 60_000
    attribution = _FILE.with_suffix(".txt").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0"):
        assert words in attribution


def test_the_seed_decides_the_split_and_every_seed_holds_all_digits():
    first, other = load("digits"), load("digits", seed=1)
    assert first.sha256 == load("digits").sha256 != other.sha256
    assert all(len(np.unique(part.targets)) == 10 for part in other.splits.values())


def test_loading_takes_little_time():
    load("digits")
    seconds = []
    for _ in range(5):
        start = time.process_time()
        load("digits")
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.05
