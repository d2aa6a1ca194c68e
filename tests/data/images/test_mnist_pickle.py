import gzip
import os
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peak_memory import peak_megabytes

from whence.data import load
from whence.errors import DataError


def pairs(levels=256.0, label_limit=10):
    rng = np.random.default_rng(0)
    parts = []
    for count in (30, 20, 20):
        pixels = rng.integers(0, 256, (count, 16)).astype(np.float32) / np.float32(levels)
        parts.append((pixels, np.arange(count) % label_limit))
    return tuple(parts)


def write(path, content, protocol=2):
    packed = pickle.dumps(content, protocol=protocol)
    path.write_bytes(gzip.compress(packed) if path.suffix == ".gz" else packed)
    return path


@pytest.mark.parametrize("name", ["digits.pkl", "digits.pkl.gz", "digits.pickle"])
@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_three_pairs_of_any_protocol(tmp_path, name, protocol):
    content = pairs()
    dataset = load(write(tmp_path / name, content, protocol))
    assert dataset.train.inputs.shape == (30, 4, 4, 1)
    assert dataset.train.inputs.dtype == np.uint8
    for samples, (pixels, labels) in zip(dataset.splits.values(), content, strict=True):
        assert np.array_equal(dataset.preprocessing(samples.inputs).reshape(pixels.shape), pixels)
        assert np.array_equal(samples.targets, labels)


def test_big_endian_and_fortran_arrays(tmp_path):
    content = tuple((np.asfortranarray(x.astype(">f8")), y.astype(">i4")) for x, y in pairs())
    dataset = load(write(tmp_path / "a.pkl", content))
    assert np.array_equal(dataset.preprocessing(dataset.train.inputs).reshape(30, 16), content[0][0])


class Trap:
    def __reduce__(self):
        return os.mkdir, ("sprung",)


def test_a_pickle_that_asks_for_anything_else_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"trap.pkl refers to posix.mkdir, .* it is not read"):
        load(write(tmp_path / "trap.pkl", (Trap(), 1, 2)))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pairs()[:2], "does not hold three .images, labels. tuples"),
        ([1, 2, 3], "something other than .images, labels. tuples"),
        (pairs(levels=255), "pixels that are not whole numbers from 0 to 255 divided by 256"),
        (pairs(label_limit=12), "labels that are not whole numbers from 0 to 9"),
        (tuple((x[:, :15], y) for x, y in pairs()), r"images of shape \(20, 15\) and dtype float32"),
        (tuple((x, y[:-1]) for x, y in pairs()), "20 inputs and 19 targets"),
        (((np.array([{}]), 1),) * 3, "an array of dtype 'O8'; expected numbers"),
    ],
)
def test_other_contents(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        load(write(tmp_path / "a.pkl.gz", content))


@pytest.mark.parametrize("content", [b"", b"\x80\x02", b"(((", b"garbage", b"\x80\x02}q\x01.", b"cnumpy\ndtype\n)R."])
def test_garbage(tmp_path, content):
    path = tmp_path / "garbage.pkl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"garbage.pkl"):
        load(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 5000), value=st.integers(0, 255))
def test_a_changed_byte_never_ends_in_another_error(tmp_path, position, value):
    content = bytearray(pickle.dumps(pairs(), protocol=2))
    content[position % len(content)] = value
    (tmp_path / "a.pkl").write_bytes(content)
    try:
        load(tmp_path / "a.pkl")
    except DataError as error:
        assert len(str(error)) > 20


def test_truncated_and_flipped_gzip(tmp_path):
    path = write(tmp_path / "a.pkl.gz", pairs())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"a.pkl.gz is damaged"):
        load(path)
    path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    with pytest.raises(DataError, match=r"a.pkl.gz"):
        load(path)


def test_memory_stays_bounded_for_the_real_pickle(mnist_folder):
    code = f"from whence.data import load; load({str(mnist_folder / 'mnist.pkl.gz')!r})"
    assert 100 < peak_megabytes(code) < 290
