import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from idx_files import idx_bytes, write_idx

from whence.data.images.idx import read_idx
from whence.errors import DataError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=7)),
    name=st.sampled_from(["a-idx", "a.idx.gz"]),
)
def test_round_trip(tmp_path, values, name):
    write_idx(tmp_path / name, values)
    read = read_idx(tmp_path / name, values.ndim)
    assert read.dtype == np.uint8
    assert np.array_equal(read, values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=30), name=st.sampled_from(["a-idx", "a.idx.gz"]), dimensions=st.sampled_from([1, 3]))
def test_any_bytes_after_a_right_beginning_are_an_array_or_a_clear_error(tmp_path, tail, name, dimensions):
    content = bytes((0, 0, 8, dimensions)) + tail
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    try:
        values = read_idx(tmp_path / name, dimensions)
    except DataError as error:
        assert name in str(error)
    else:
        assert idx_bytes(values) == content


@pytest.fixture(params=["", ".gz"])
def write(request, tmp_path):
    def write(content):
        path = tmp_path / f"train-labels-idx1-ubyte{request.param}"
        path.write_bytes(gzip.compress(content) if request.param else content)
        return path

    return write


LABELS = idx_bytes([3, 1, 4, 1, 5])


@pytest.mark.parametrize(
    ("content", "dimensions", "message"),
    [
        (LABELS[:-2], 1, "train-labels-idx1-ubyte.* is truncated"),
        (LABELS[:6], 1, "train-labels-idx1-ubyte.* is truncated within its header"),
        (LABELS + b"x", 1, "train-labels-idx1-ubyte.* is too long"),
        (LABELS, 3, "begins with 00 00 08 01; an IDX file of bytes with 3 axes begins with 00 00 08 03"),
        (b"\x00\x00\x0d\x01" + LABELS[4:], 1, "begins with 00 00 0d 01; .* with 1 axis begins with 00 00 08 01"),
        (b"", 1, "begins with nothing"),
    ],
)
def test_damaged_files(write, content, dimensions, message):
    with pytest.raises(DataError, match=message):
        read_idx(write(content), dimensions)


def test_every_flipped_bit_of_a_gzipped_file_is_noticed(tmp_path):
    path = tmp_path / "labels.gz"
    values = np.arange(200) % 10
    write_idx(path, values)
    content = path.read_bytes()
    unnoticed = []
    for position in range(10, len(content)):  # the ten bytes before are gzip's header: a time, a flag, a name
        path.write_bytes(content[:position] + bytes([content[position] ^ 16]) + content[position + 1 :])
        try:
            read_idx(path, 1)
            unnoticed.append(position)
        except DataError as error:
            assert "labels.gz" in str(error)
    assert unnoticed == []


def test_truncated_gzip_stream(tmp_path):
    path = tmp_path / "labels.gz"
    write_idx(path, np.arange(200) % 10)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"labels.gz is truncated: the gzip stream ends early"):
        read_idx(path, 1)


def test_a_plain_file_with_a_gz_name_and_a_gzipped_one_without(tmp_path):
    (tmp_path / "labels.gz").write_bytes(LABELS)
    (tmp_path / "labels").write_bytes(gzip.compress(LABELS))
    for name in ("labels.gz", "labels"):
        assert read_idx(tmp_path / name, 1).tolist() == [3, 1, 4, 1, 5]


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"cannot read .*nothing: No such file or directory"):
        read_idx(tmp_path / "nothing", 1)


def test_a_header_that_promises_far_too_much_sets_no_memory_aside(tmp_path):
    header = b"\x00\x00\x08\x03" + b"\xff" * 12
    (tmp_path / "images").write_bytes(header)
    with pytest.raises(DataError, match="images is truncated"):
        read_idx(tmp_path / "images", 3)
    (tmp_path / "images.gz").write_bytes(gzip.compress(header))
    with pytest.raises(DataError, match=r"images.gz unpacks to more than 200 MB from \d\d bytes"):
        read_idx(tmp_path / "images.gz", 3)
