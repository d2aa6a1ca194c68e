"""Small files that ask for much memory or time: refused in a sentence, before either is spent."""

import gzip
import pickle
import resource
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest

from whence.data import load
from whence.data.images.mnist_pickle import read_pickle
from whence.data.images.picture_file import open_picture
from whence.errors import DataError, WhenceError
from whence.nn.architecture import network

ZEROS = b"0,1\n" * 1_000_000
GIGABYTE = 1_000_000_000


@pytest.fixture(autouse=True)
def sparing():
    """Let a test neither take 500 MB of memory more than there was nor eight seconds of processor time."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
    assert time.process_time() - began < 8


def packed_zeros(times=60):
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([*(pack.compress(ZEROS) for _ in range(times)), pack.flush()])


def test_a_gzipped_table(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(packed_zeros())
    with pytest.raises(DataError, match=r"unpacks to more than 200 MB.*unpack it"):
        load(tmp_path / "a.csv.gz")


@pytest.mark.parametrize(("name", "member"), [("a.zip", "a.csv"), ("a.xlsx", "xl/workbook.xml"), ("a.npz", "x.npy")])
def test_an_archive(tmp_path, name, member):
    packed = zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed, packed.open(member, "w") as file:
        for _ in range(60):
            file.write(ZEROS)
    with pytest.raises(DataError, match=r"unpacks to more than 200 MB"):
        load(tmp_path / name)


@pytest.mark.parametrize(
    "code",
    [
        pickle.BINBYTES + struct.pack("<I", 4_000_000_000),
        pickle.BINBYTES8 + struct.pack("<Q", 4 * GIGABYTE),
        pickle.BYTEARRAY8 + struct.pack("<Q", 4 * GIGABYTE),
        pickle.LONG4 + struct.pack("<i", 2**31 - 1),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_pickle_that_asks_for_more_bytes_than_it_has(tmp_path, code, packed):
    content = pickle.PROTO + b"\x05" + code
    (tmp_path / "mnist.pkl").write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError):
        read_pickle(tmp_path / "mnist.pkl")


def test_an_idx_file(tmp_path):
    header = struct.pack(">4B3I", 0, 0, 8, 3, 1_000_000, 28, 28)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + bytes(2_000_000)))
    from whence.data.images.idx import read_idx

    with pytest.raises(DataError, match=r"unpacks to more than"):
        read_idx(tmp_path / "train-images-idx3-ubyte.gz", 3)


@pytest.mark.parametrize("side", [8_000, 12_000, 40_000])
def test_a_picture(tmp_path, side):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    with pytest.raises(DataError, match=r"at most 50,000,000 pixels"):
        open_picture(tmp_path / "a.png")


def test_a_parquet_file(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    column = arrow.array(np.zeros(30_000_000, np.int8)).dictionary_encode()
    parquet.write_table(arrow.table({"a": column, "b": column}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"unpacks to more than"):
        load(tmp_path / "a.parquet")


def test_a_workbook_that_claims_to_have_all_rows_and_columns(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [["a", "b"], *([i, i % 3] for i in range(30))]:
        book.active.append(row)
    book.save(tmp_path / "honest.xlsx")
    with zipfile.ZipFile(tmp_path / "honest.xlsx") as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:B31"', b'ref="A1:XFD1048576"'))
    assert load(tmp_path / "a.xlsx").input_shape == (1,)


def test_a_hundred_thousand_columns(tmp_path):
    rows = [[f"c{i}" for i in range(100_000)], *(["1", "2"] * 50_000 for _ in range(3))]
    (tmp_path / "wide.csv").write_text("\n".join(map(",".join, rows)))
    with pytest.raises(DataError, match="100,000 columns"):
        load(tmp_path / "wide.csv")


@pytest.mark.parametrize("suffix", ["json", "csv"])
@pytest.mark.parametrize("cell", ["9" * 5000, "9" * 400, "1" + "e9" * 2])
def test_numbers_of_many_digits(tmp_path, suffix, cell):
    rows = "\n".join(f'{{"a": {cell}, "b": {i % 2}}}' for i in range(9))
    text = rows if suffix == "json" else "a,b\n" + "\n".join(f"{cell},{i % 2}" for i in range(9))
    (tmp_path / f"a.{suffix}").write_text(text)
    (tmp_path / f"b.{suffix}").write_text(text.replace("a,b", f"{cell},2"))
    for name in "ab":
        with pytest.raises(WhenceError):
            load(tmp_path / f"{name}.{suffix}")


@pytest.mark.parametrize(
    "notation",
    [", ".join(["relu"] * 20_000), "residual(" * 1000 + "relu" + ")" * 1000, "linear " + "9" * 5000],
    ids=["many layers", "deep", "large"],
)
def test_an_architecture(notation):
    with pytest.raises(WhenceError):
        network(notation, (4,))


def test_deep_json(tmp_path):
    (tmp_path / "a.json").write_text("[" * 100_000 + "]" * 100_000)
    (tmp_path / "b.jsonl").write_text('{"a": 1, "b": 2}\n{"a": ' + "[" * 100_000 + "]" * 100_000 + "}")
    for name in ("a.json", "b.jsonl"):
        with pytest.raises(DataError, match="nested"):
            load(tmp_path / name)
