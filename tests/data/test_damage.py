"""Damaged files of data, whatever the libraries that read them make of the damage."""

import gzip
import io
import pickle
import struct
import zipfile

import numpy as np
import pandas as pd
import pytest

from whence.data import load
from whence.data.images.picture_file import open_picture
from whence.errors import DataError


@pytest.fixture
def table():
    return pd.DataFrame({"a": range(30), "b": np.arange(30.0) / 7, "c": ["x", "y", "z"] * 10})


def packed(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    return content.getvalue()


def workbook(table):
    content = io.BytesIO()
    table.to_excel(content, index=False)
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("harm", [lambda text: b"", lambda text: text[:200], lambda text: text.replace(b'"', b"", 3)])
def test_a_workbook_whose_xml_is_broken_is_refused(table, tmp_path, member, harm):
    members = workbook(table)
    members[member] = harm(members[member])
    (tmp_path / "t.xlsx").write_bytes(packed(members))
    with pytest.raises(DataError, match=r"cannot read t\.xlsx: .*Excel workbook|has no sheet with cells"):
        load(tmp_path / "t.xlsx")


@pytest.mark.parametrize("format", ["xlsx", "parquet"])
def test_a_table_cut_anywhere_is_refused(table, tmp_path, format):
    whole = tmp_path / f"t.{format}"
    getattr(table, {"xlsx": "to_excel", "parquet": "to_parquet"}[format])(whole, index=False)
    content = whole.read_bytes()
    for part in range(1, 25):
        whole.write_bytes(content[: len(content) * part // 25])
        with pytest.raises(DataError):
            load(whole)


def test_a_parquet_whose_description_is_broken_is_refused(table, tmp_path):
    table.to_parquet(tmp_path / "t.parquet", index=False)
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content.replace(b'"columns": [', b'"columns": \xff[', 1)[:-1] + content[-1:])
    with pytest.raises(DataError, match=r"cannot read t\.parquet: .*; is it a Parquet file\?"):
        load(tmp_path / "t.parquet")


def test_a_zip_of_a_file_without_a_name_is_refused(tmp_path):
    (tmp_path / "t.csv.zip").write_bytes(packed({"": b"a,b\n1,2\n"}))
    with pytest.raises(DataError, match=r"cannot read .*t\.csv\.zip"):
        load(tmp_path / "t.csv.zip")


def test_a_zip_cut_at_its_front_is_refused(tmp_path):
    content = packed({"t.csv": b"a,b\n1,2\n" * 20})
    (tmp_path / "t.csv.zip").write_bytes(content[:4] + content[12:])
    with pytest.raises(DataError, match=r"cannot read .*t\.csv\.zip"):
        load(tmp_path / "t.csv.zip")


def test_an_npz_with_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "t.npz", x=np.eye(30))
    with zipfile.ZipFile(tmp_path / "t.npz", "a") as archive:
        archive.writestr("y", b"no array")
    with pytest.raises(DataError, match=r"holds .y., which is no array; save it again with numpy\.savez"):
        load(tmp_path / "t.npz")


@pytest.mark.parametrize(("harmed", "said"), [(slice(-8, -4), "is damaged"), (slice(0, 0), "goes on after its arrays")])
def test_the_sum_of_a_packed_pickle_is_checked(tmp_path, harmed, said):
    pair = (np.zeros((30, 4), np.float32), np.arange(30) % 10)
    content = pickle.dumps((pair, pair, pair))
    whole = bytearray(gzip.compress(content if harmed != slice(0, 0) else content + b"."))
    whole[harmed] = b"\0" * len(whole[harmed])
    (tmp_path / "mnist.pkl.gz").write_bytes(whole)
    with pytest.raises(DataError, match=said):
        load(tmp_path / "mnist.pkl.gz")


def test_a_picture_whose_reader_stumbles_is_refused(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    Image.new("L", (4, 4)).save(tmp_path / "t.tiff")
    content = (tmp_path / "t.tiff").read_bytes()
    offset = content.index(struct.pack("<HHI", 273, 4, 1))  # where the pixels begin, now as a float
    harmed = content[:offset] + struct.pack("<HHIf", 273, 11, 1, 8.5) + content[offset + 12 :]
    (tmp_path / "t.tiff").write_bytes(harmed)
    with pytest.raises(DataError, match=r"t\.tiff is not a readable picture"):
        open_picture(tmp_path / "t.tiff")
