import os

import numpy as np
import pytest

from whence.data.load_options import ReadingOptions
from whence.data.search_paths import cache_folder
from whence.data.tables.files import parsed_cache, table_file
from whence.data.tables.files.table_file import read_table_file


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table file that is large enough to be kept, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(parsed_cache, "SMALLEST", 10)
    path = tmp_path / "a.csv"
    path.write_text("a|b|c|d\n1|0.1|x|300\n2||y|-1\n\n3|1e300||7\n", encoding="utf-8")
    return path


def kept():
    return sorted((cache_folder() / "tables").glob("*"))


def refuse(*_):
    raise AssertionError("the file was parsed again")


def test_a_table_is_parsed_once(table, monkeypatch):
    first = read_table_file(table)
    assert len(kept()) == 1
    monkeypatch.setattr(table_file, "read_delimited", refuse)
    again = read_table_file(table)
    assert again.frame.equals(first.frame)
    assert (again.frame.dtypes == first.frame.dtypes).all()
    assert again.frame["c"].tolist() == ["x", "y", None]
    assert (again.name, again.names, again.remarks) == (first.name, first.names, first.remarks)
    assert [again.row_name(i) for i in range(3)] == [first.row_name(i) for i in range(3)]
    with pytest.raises(AssertionError, match="parsed again"):
        read_table_file(table, ReadingOptions(header=True))
    table.write_text(table.read_text() + "4|1|z|2\n")
    with pytest.raises(AssertionError, match="parsed again"):
        read_table_file(table)


def test_a_small_table_is_not_kept(table, monkeypatch):
    monkeypatch.setattr(parsed_cache, "SMALLEST", 1000)
    read_table_file(table)
    assert kept() == []


def test_a_damaged_copy_is_replaced(table):
    first = read_table_file(table)
    (copy,) = kept()
    whole = copy.read_bytes()
    copy.write_bytes(whole[:-8])
    assert read_table_file(table).frame.equals(first.frame)
    assert copy.read_bytes() == whole


def test_a_cache_that_cannot_be_written_does_no_harm(table):
    cache_folder().parent.mkdir()
    cache_folder().write_text("a file where the folder should be")
    assert len(read_table_file(table)) == 3


def test_the_copies_used_longest_ago_make_room(table, monkeypatch):
    read_table_file(table)
    read_table_file(table, ReadingOptions(header=True))
    size = kept()[0].stat().st_size
    monkeypatch.setattr(parsed_cache, "_MOST_BYTES", int(2.5 * size))
    for age, file in enumerate(kept()):
        os.utime(file, (age + 1, age + 1))
    oldest = kept()[0]
    read_table_file(table, ReadingOptions(missing_markers=("x",)))
    assert len(kept()) == 2
    assert not oldest.exists()


def test_small_whole_numbers_stay_small(table):
    frame = read_table_file(table).frame
    assert frame["a"].dtype == np.uint8
    assert frame["d"].dtype == np.int64
