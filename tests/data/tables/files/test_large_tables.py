"""A large table of small numbers takes little memory, and is parsed once."""

import numpy as np
import pandas as pd
import pytest
from peak_memory import peak_megabytes

from whence.data import load
from whence.data.tables.files.table_file import read_table_file

COLUMNS = 400


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def write_pixels(path, rows):
    values = np.random.default_rng(0).integers(0, 256, (rows, COLUMNS))
    values[:, 0] %= 10
    header = ",".join(["label", *(f"pixel{i}" for i in range(COLUMNS - 1))])
    written = [str(value) for value in range(256)]
    rows = (",".join([written[value] for value in row]) for row in values.tolist())
    path.write_text("\n".join([header, *rows]), encoding="ascii")
    return values


def test_small_whole_numbers_stay_small_from_the_file_to_the_samples(tmp_path):
    path = tmp_path / "pixels.csv"
    values = write_pixels(path, 2_000)
    data = load(path, target="label", validation=0)
    assert data.train.inputs.dtype == np.uint8
    together = np.concatenate([data.train.inputs, data.test.inputs])
    assert np.array_equal(np.sort(together, axis=0), np.sort(values[:, 1:], axis=0))
    np.testing.assert_allclose(data.preprocessing.shift, data.train.inputs.mean(axis=0))
    np.testing.assert_allclose(data.preprocessing.scale, 1 / data.train.inputs.std(axis=0, dtype=np.float64))


@pytest.mark.skipif(int(pd.__version__.split(".")[0]) < 3, reason="pandas 2 holds more of what it reads")
@pytest.mark.exhaustive
def test_less_than_twice_the_memory_of_the_numbers_is_taken(tmp_path):
    path, few = tmp_path / "pixels.csv", tmp_path / "few.csv"
    values = write_pixels(path, 20_000)
    few.write_text("\n".join(path.read_text().split("\n", 50)[:50]))
    load_it = "import whence.data; whence.data.load({!r}, target='label')\n"
    before = peak_megabytes(load_it.format(str(few)))
    allowed = 2 * values.astype(np.float64).nbytes / 2**20
    assert peak_megabytes(load_it.format(str(path))) - before < allowed
    assert peak_megabytes(load_it.format(str(path))) - before < allowed  # from the cache


def test_a_later_reading_takes_the_parsed_copy(tmp_path):
    path = tmp_path / "pixels.csv"
    write_pixels(path, 20_000)
    first = read_table_file(path)
    assert len(list((tmp_path / "whence" / "tables").iterdir())) == 1
    assert read_table_file(path).frame.equals(first.frame)
