import csv
import gzip
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data.tables.delimited import read_delimited
from whence.data.tables.table import MISSING_MARKERS
from whence.data.tables.table_file import read_table_file
from whence.errors import DataError, MissingDependencyError


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def cells(table):
    """Return the cells of every column, missing ones as None."""
    return [[None if cell != cell else cell for cell in table.frame[name].tolist()] for name in table.names]


cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Nd"]), max_size=8).filter(
    lambda text: text.lower() not in ("true", "false", "inf", "infinity")
)


@given(
    names=st.lists(cell.filter(bool), min_size=2, max_size=5, unique=True),
    rows=st.integers(1, 6),
    delimiter=st.sampled_from(",;\t"),
    data=st.data(),
)
def test_round_trip_through_a_csv_writer(names, rows, delimiter, data):
    names = [f"name {name}" for name in names]
    texts = [[data.draw(cell) for _ in names[1:]] + ["last"] for _ in range(rows)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([names, *texts])
    table = read_delimited("a.csv", ".csv", text.getvalue().encode(), True, MISSING_MARKERS)
    assert table.names == tuple(names)
    expected = [[None if text in MISSING_MARKERS else text for text in column] for column in zip(*texts, strict=True)]
    assert cells(table) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_delimiters_marks_and_line_ends(tmp_path, delimiter, encoding, newline, packed):
    text = newline.join([delimiter.join(row) for row in (["größe", "b"], ["1", "x"], ["2", ""])]) + newline
    path = tmp_path / ("a.csv.gz" if packed else "a.csv")
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    table = read_table_file(path)
    assert table.names == ("größe", "b")
    assert cells(table) == [[1, 2], ["x", None]]


def test_quoted_cells_may_hold_delimiters_and_line_ends(tmp_path):
    table = read_table_file(write(tmp_path / "a.csv", 'a,"b, with comma"\n"x\ny",2\n\n3,4\n'))
    assert table.names == ("a", "b, with comma")
    assert cells(table) == [["x\ny", "3"], [2, 4]]
    assert [table.row_name(i) for i in range(2)] == ["a.csv, row 1 (line 3)", "a.csv, row 2 (line 5)"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('"x";"y, in m"\n1;2\n', ("x", "y, in m")),
        ("x;y, in m\n1;2\n", ("x", "y, in m")),
        ("x, in m\ty\n1\t2\n", ("x, in m", "y")),
        ("a;b\n1,5;2,5\n", ("a", "b")),
        ("a,b;c\n1,x\n", ("a", "b;c")),
    ],
)
def test_other_delimiters_within_names_and_cells(tmp_path, text, names):
    assert read_table_file(write(tmp_path / "a.csv", text)).names == names


def test_a_decimal_comma_where_semicolons_divide(tmp_path):
    table = read_table_file(write(tmp_path / "a.csv", "a;b\n1,5;-0,25\n;1,2,3\n"))
    assert cells(table) == [[1.5, None], ["-0,25", "1,2,3"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n1,5\t-0,25\n", [[1.5], [-0.25]]),
        ("a\tb\n1,500\t2,250\n", [["1,500"], ["2,250"]]),  # these may be thousands
        ("a;b\n1,500;2,250\n", [[1.5], [2.25]]),
        ('a,b\n"1,5","-0,25"\n', [["1,5"], ["-0,25"]]),
        ("5,1;3,5;x\n4,9;3,0;y\n", [[5.1, 4.9], [3.5, 3.0], ["x", "y"]]),
        ("5,1 3,5\n4,9 3,0\n", [[5.1, 4.9], [3.5, 3.0]]),
    ],
)
def test_where_a_comma_is_decimal(tmp_path, text, expected):
    assert cells(read_table_file(write(tmp_path / "a.csv", text))) == expected


@pytest.mark.parametrize("token", ["", " ", "NA", "n/a", "NaN", "None", "?"])
def test_spellings_of_a_missing_cell(tmp_path, token):
    assert cells(read_table_file(write(tmp_path / "a.csv", f"a,b\n1,{token}\n"))) == [[1], [None]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.csv is empty; expected a table with a row per sample"),
        ("\n \n", "a.csv is empty"),
        ("a,b\n", "a.csv has a header but no rows"),
        ("a,b\n1,2\n3\n", r"a.csv, row 2 \(line 3\) has 1 cell, but the header has 2"),
        ("a,b\n1,2,3\n", r"a.csv, row 1 \(line 2\) has 3 cells, but the header has 2"),
        ("a,b,a\n1,2,3\n", "a.csv, line 1 calls two columns 'a', columns 1 and 3; rename or remove one"),
        ("a,b\n1,2\n1,2,3\n", r"a.csv, row 2 \(line 3\) has 3 cells, but the header has 2"),
        ("a,b\n1,2\n\n1,2,3,4\n", r"a.csv, row 2 \(line 4\) has 4 cells, but the header has 2"),
        ("a,b,c\n1,2\n3,4\n", r"a.csv, row 1 \(line 2\) has 2 cells, but the header has 3"),
        ("1,2\n3,4\n5\n", r"a.csv, row 3 \(line 3\) has 1 cell, but the first row has 2"),
        ("A report\na,b\n1,2\n3,4\n", r"a.csv, row 1 \(line 2\) has 2 cells, but the header has 1"),
        ("a,b\n" + "1,2\n" * 2000 + "7\n", r"a.csv, row 2001 \(line 2002\) has 1 cell, but the header has 2"),
        ('a,b\n1,2\n"x"y,2\n', "a.csv, line 3 is malformed .*; check its quotation marks"),
        ("a,b\n,\nNA,?\n", "a.csv has 2 empty rows and no others; at least one with cells is needed"),
        ("a,b\n1,\0\n", r"a.csv holds a NUL character \(line 2\)"),
        ('a,b\n"x,2\n', "a.csv, line 2 is malformed .*; check its quotation marks"),
    ],
)
def test_malformed_tables(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_table_file(write(tmp_path / "a.csv", text))


@given(st.text(st.sampled_from('abc,;\t"\n\r 1.5\x00\x85\u2028?'), max_size=40))
def test_any_text_is_a_table_or_a_clear_error(text):
    with tempfile.TemporaryDirectory() as folder:
        check(write(Path(folder, "a.csv"), text))


def check(path):
    try:
        table = read_table_file(path)
    except DataError as error:
        assert str(error).startswith("a.csv")
    else:
        assert table.frame.shape == (len(table), len(table.names))
        assert len(set(table.names)) == len(table.names)


def test_missing_file_and_damaged_gzip(tmp_path):
    with pytest.raises(DataError, match=r"cannot read .*nothing.csv: No such file"):
        read_table_file(tmp_path / "nothing.csv")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n")[:-4])
    with pytest.raises(DataError, match=r"cannot read .*a.csv.gz"):
        read_table_file(tmp_path / "a.csv.gz")


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"a": [0.1, None, 1e300], "n": [1, 2, 3], "t": ["x", "y", None], "b": [True, False, True]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    table = read_table_file(tmp_path / "a.parquet")
    assert table.names == ("a", "n", "t", "b")
    assert cells(table) == [[0.1, None, 1e300], [1, 2, 3], ["x", "y", None], ["True", "False", "True"]]
    assert table.row_name(1) == "a.parquet, row 2"
    (tmp_path / "b.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match=r"b.parquet is not a Parquet file, or it is damaged; if it is a text, rename"):
        read_table_file(tmp_path / "b.parquet")
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    with pytest.raises(DataError, match=r"cannot read b.parquet: .*; is it a Parquet file"):
        read_table_file(tmp_path / "b.parquet")


def test_an_absent_library_is_named_with_its_extra(tmp_path, monkeypatch):
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingDependencyError, match=r"reading Parquet files needs pyarrow.*whence-nn\[parquet\]"):
        read_table_file(tmp_path / "a.parquet")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingDependencyError, match=r"reading Excel workbooks needs openpyxl.*whence-nn\[xlsx\]"):
        read_table_file(tmp_path / "a.xlsx")
