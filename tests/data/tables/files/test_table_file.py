import csv
import datetime
import gzip
import io
import sys
import tempfile
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data.load_options import ReadingOptions
from whence.data.tables.files import column_reader
from whence.data.tables.files.delimited import read_delimited
from whence.data.tables.files.table_file import read_table_file
from whence.data.tables.table import MISSING_MARKERS
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
    table = read_delimited("a.csv", ".csv", text.getvalue().encode(), True, MISSING_MARKERS, ())
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
        ("# a b\n#\n", "a.csv is empty"),
        ("a,b\n1,2,3,4,5\n1,2\n1,2\n", r"a.csv, row 1 \(line 2\) has 5 cells, but the header has 2"),
        ("a,b\n1,2\n3\n", r"a.csv, row 2 \(line 3\) has 1 cell, but the header has 2"),
        ("a,b\n1,2,3\n", r"a.csv, row 1 \(line 2\) has 3 cells, but the header has 2"),
        ("a,b,a\n1,2,3\n", "a.csv, line 1 calls two columns 'a', columns 1 and 3; rename or remove one"),
        ("a,b\n1,2\n1,2,3\n", r"a.csv, row 2 \(line 3\) has 3 cells, but the header has 2"),
        ("a,b\n1,2\n\n1,2,3,4\n", r"a.csv, row 2 \(line 4\) has 4 cells, but the header has 2"),
        ("a,b,c\n1,2\n3,4\n", r"a.csv, row 1 \(line 2\) has 2 cells, but the header has 3"),
        ("1,2\n3,4\n5\n", r"a.csv, row 3 \(line 3\) has 1 cell, but the first row has 2"),
        ("A report\na,b\n1,2\n3,4\n", r"a.csv, row 1 \(line 2\) has 2 cells, but the header has 1; .*a title stands"),
        ("a,b\n" + "1,2\n" * 2000 + "7\n", r"a.csv, row 2001 \(line 2002\) has 1 cell, but the header has 2"),
        ('a,b\n1,2\n"x"y,2\n', "a.csv, line 3 is malformed .*; check its quotation marks"),
        ("a,b\n1,\0\n", r"a.csv holds a NUL character \(line 2\)"),
        ('a,b\n"x,2\n3,4\n', r"a.csv, line 2 is malformed \(a cell has no end\); check its quotation marks"),
        ('1 2\n3 "4\n5 6\n7 8"\n', "a.csv has quotation marks that do not match; check them"),
    ],
)
def test_malformed_tables(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_table_file(write(tmp_path / "a.csv", text))


@given(st.text(st.sampled_from('abc,;\t|"#\n\r 1.5\x00\x85\u2028?'), max_size=40))
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
        book.writestr("xl/workbook.xml", "")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingDependencyError, match=r"reading Excel workbooks needs openpyxl.*whence-nn\[xlsx\]"):
        read_table_file(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("name", "text", "expected", "remark"),
    [
        ("a.csv", "a|b\n1|x\n2|y\n", [[1, 2], ["x", "y"]], "the cells of a.csv are divided by vertical bars"),
        ("a.data", "1,x\n2,x\n", [[1, 2], ["x", "x"]], "a.data begins with data, not with names, so its columns are"),
        ("a.dat", " 1.5   x\n 2\ty \n", [[1.5, 2], ["x", "y"]], "a.dat begins with data"),
        ("a.csv", "# from a sensor\na,b\n1,2\n#\n3,4\n", [[1, 3], [2, 4]], "2 comment lines of a.csv are left out"),
        ("a.txt", "# a b\n1 2\n3 4\n", [[1, 3], [2, 4]], None),
        ("a.csv", "#a comment, with a comma\na,b\n1,2\n3,4\n", [[1, 3], [2, 4]], "1 comment line of a.csv is left out"),
        (
            "a.csv",
            "#ff0000,2\nred,1\n#00ff00,7\n",
            [["#ff0000", "red", "#00ff00"], [2, 1, 7]],
            "a.csv begins with data",
        ),
        ("a.csv", '# "a" b", c\na,b\n1,2\n', [[1], [2]], "1 comment line of a.csv is left out"),
        ("a.csv", "sep=;\na;b\n1;2\n", [[1], [2]], None),
        ("a.csv", "colour,b\nred,1\n#ff0000,2\n", [["red", "#ff0000"], [1, 2]], None),
        ("a.csv", "a,b,\n1,2,\n3,4,\n", [[1, 3], [2, 4]], "the rows of a.csv end with ',', after which there is no f"),
        ("a.csv", "a,b\n1,2,\n3,,\n", [[1, 3], [2, None]], "the rows of a.csv end with ','"),
        (
            "a.csv",
            "a,b,,\n1,2,,\n,4,,\n,,,\n,,,\n",
            [[1, None], [2, 4]],
            "2 empty rows at the end of a.csv are left out",
        ),
        ("a.csv", "a\n1\n\n2\n", [[1, 2]], None),
        ("a.csv", "a,b\r1,2\r3,4\r", [[1, 3], [2, 4]], None),
        ("a.csv", "a, b\n1, x \n2 , y\n", [[1, 2], ["x", "y"]], None),
        ("a.tsv", "n\tm\nr1\t1\t2\nr2\t3\t4\n", [["r1", "r2"], [1, 3], [2, 4]], None),
        ("a.json", '[{"a": 1, "b": "x"}, {"a": 2.5}]', [[1, 2.5], ["x", None]], None),
        ("a.json", '{"a": [1, 2], "b": ["x", null]}', [[1, 2], ["x", None]], None),
        ("a.json", '{"a": {"0": 1, "1": 2}}', [[1, 2]], None),
        ("a.json", '{"columns": ["a", "b"], "index": [0], "data": [[1, "x"]]}', [[1], ["x"]], None),
        ("a.json", '{"next": null, "rows": [{"a": 1}]}', [[1]], "of a.json only 'rows' is read; beside it are next"),
        ("a.jsonl", '{"a": 1}\n\n{"a": true}\n', [["1", "True"]], None),
        ("a.csv", '{"a": 1}\n{"a": 2}\n', [[1, 2]], "a.csv is JSON in spite of its name"),
    ],
)
def test_formats_of_texts(tmp_path, name, text, expected, remark):
    table = read_table_file(write(tmp_path / name, text))
    assert cells(table) == expected
    assert remark is None or any(found.startswith(remark) for found in table.remarks), table.remarks
    assert remark is not None or table.remarks == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2", "a.json, line 1 is not JSON"),
        ("[[1, 2]]", "a.json holds a list of 1 item; expected a list of objects, an object with a list for each"),
        ('{"a": 1}\n{"a"\n', "a.json, line 2 is not JSON"),
        ('{"a": 1}\n3\n', "a.json, line 2 is not a JSON object"),
        ('{"a": [1], "b": [1, 2]}', "a.json is not a table .*; expected a list of objects"),
        ('[{"a": 1}, 7]', "a.json holds a list of 2 items; expected a list of objects"),
    ],
)
def test_json_that_is_no_table(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_table_file(write(tmp_path / "a.json", text))


@pytest.mark.parametrize(
    ("encoding", "remark"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "a.csv is encoded as UTF-16"),
        ("utf-16-le", "a.csv is encoded as UTF-16-LE"),
        ("utf-16-be", "a.csv is encoded as UTF-16-BE"),
        ("utf-32", "a.csv is encoded as UTF-32"),
        ("cp1252", "a.csv is not UTF-8 (byte 2), so it is read in the Windows encoding cp1252; if letters look wrong,"),
    ],
)
def test_encodings(tmp_path, encoding, remark):
    table = read_table_file(write(tmp_path / "a.csv", "größe,b\n1,Zürich\n", encoding))
    assert table.names == ("größe", "b")
    assert cells(table) == [[1], ["Zürich"]]
    assert [found[: len(remark)] for found in table.remarks] == [remark] if remark else table.remarks == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a.csv is an old Excel workbook .xls., which whence does not read",
        ),
        (b"%PDF-1.7", "a.csv is a PDF document; export"),
        (b"\n<!DOCTYPE html>\n<html>", "a.csv is a web page, not a table; download the file itself"),
        (b"\x93NUMPY\x01\x00", "a.csv is a NumPy array; rename it"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a.csv is a pointer to a file kept by Git LFS"),
        (bytes(range(1, 256)) * 3 + b"\0", "a.csv holds a NUL character"),
    ],
)
def test_files_without_a_table(tmp_path, content, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_table_file(tmp_path / "a.csv")


def test_a_zip_archive_of_one_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folder/a.csv", "a,b\n1,x\n")
        archive.writestr("__MACOSX/folder/._a.csv", b"\0")
    assert cells(read_table_file(tmp_path / "a.zip")) == [[1], ["x"]]
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
        archive.writestr("b.csv", "a,b\n1,x\n")
    with pytest.raises(DataError, match=r"a.zip is an archive of 2 files \(folder/a.csv and b.csv\); unpack"):
        read_table_file(tmp_path / "a.zip")
    (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-30])
    with pytest.raises(DataError, match=r"cannot read .*a.zip: File is not a zip file; check the file"):
        read_table_file(tmp_path / "a.zip")


def test_a_document_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as document:
        document.writestr("[Content_Types].xml", "")
        document.writestr("word/document.xml", "")
    with pytest.raises(
        DataError, match=r"a.docx is a document, not an Excel workbook \(xlsx\); save the table in it as"
    ):
        read_table_file(tmp_path / "a.docx")


def workbook(path, rows, *others):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in others:
        book.create_sheet(title)
    book.save(path)
    return path


def test_workbooks(tmp_path):
    rows = [[], ["a", "day", "c"], [1, datetime.date(2024, 5, 1), True], [None, "later", None], ["", None, None]]
    table = read_table_file(workbook(tmp_path / "a.xlsx", rows, "notes"))
    assert table.names == ("a", "day", "c")
    assert cells(table) == [[1, None], ["2024-05-01", "later"], ["True", None]]
    assert table.row_name(0) == "a.xlsx, row 1 (line 3)"
    assert table.remarks == (
        "of a.xlsx only the sheet 'Sheet' is read, not notes; to read another, save it as CSV, or move it to the front",
        "1 empty row at the end of a.xlsx is left out",
    )
    table = read_table_file(workbook(tmp_path / "table.csv", [[5.1, "x"], [4, "x"]]))
    assert (table.names, cells(table)) == (("column 1", "column 2"), [[5.1, 4], ["x", "x"]])
    assert table.remarks == (
        "table.csv is an Excel workbook in spite of its name",
        "table.csv begins with data, not with names, so its columns are called column 1, column 2 and so on",
    )
    with pytest.raises(DataError, match=r"row 1 \(line 2\) has 2 cells, but the header has 1; .*a title stands above"):
        read_table_file(workbook(tmp_path / "a.xlsx", [["Report"], ["a", "b"], [1, 2]]))
    with pytest.raises(DataError, match=r"the sheet 'Sheet' of a.xlsx is empty; move the table to the first sheet"):
        read_table_file(workbook(tmp_path / "a.xlsx", []))


def test_a_note_before_the_table_in_a_workbook_is_passed_over(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path = workbook(tmp_path / "a.xlsx", [["Measured in spring"], ["by", "us"]], "numbers", "more")
    book = openpyxl.load_workbook(path)
    for title in ("numbers", "more"):
        for row in (["a", "b"], [1, 2], [3, 4]):
            book[title].append(row)
    book.save(path)
    table = read_table_file(path)
    assert cells(table) == [[1, 3], [2, 4]]
    assert table.remarks[0].startswith(
        "of a.xlsx only the sheet 'numbers' is read, not Sheet and more; to read another"
    )


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"a,b\n1,x\n")))
    table = read_table_file(Path("-"))
    assert (table.name, cells(table)) == ("standard input", [[1], ["x"]])


def test_whether_there_is_a_header_can_be_said(tmp_path):
    path = write(tmp_path / "a.csv", "1,2\n3,4\n")
    assert read_table_file(path, ReadingOptions(header=True)).names == ("1", "2")
    table = read_table_file(write(tmp_path / "b.csv", "a,b\nc,d\n"), ReadingOptions(header=False))
    assert (cells(table), table.remarks) == ([["a", "c"], ["b", "d"]], ())


def test_further_markers_of_missing_cells(tmp_path):
    table = read_table_file(
        write(tmp_path / "a.csv", "a,b\n-999,x\n5,none\n"), ReadingOptions(missing_markers=("-999", "none"))
    )
    assert cells(table) == [[None, 5], ["x", None]]


def test_a_column_with_a_text_far_below_its_numbers_is_kept_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(column_reader, "_CELLS_AT_ONCE", 2000)
    text = "a,b,c\n" + "007,1,0\n" * 3000 + "x,300,0.5\n"
    frame = read_table_file(write(tmp_path / "a.csv", text)).frame
    assert set(frame["a"]) == {"007", "x"}
    assert (frame["b"].iloc[0], frame["b"].iloc[-1], frame["c"].iloc[-1]) == (1, 300, 0.5)
    assert frame["b"].dtype.kind == "i"


def test_numbers_are_the_nearest_to_their_spelling(tmp_path):
    numbers = np.random.default_rng(0).standard_normal(2000) * 10.0 ** np.random.default_rng(1).integers(-30, 30, 2000)
    path = write(tmp_path / "a.csv", "a,b\n" + "".join(f"{number!r},{number!r} \n" for number in numbers.tolist()))
    frame = read_table_file(path).frame
    assert np.array_equal(frame["a"], numbers)
    assert np.array_equal(frame["b"], numbers)


def test_digits_after_a_zero_stay_a_text_but_among_pixels(tmp_path):
    path = tmp_path / "a.csv"
    pixels = ",".join(f"p{i}" for i in range(16))
    path.write_text(f'plz,x,name,{pixels}\n10115,1,"a, b",{",".join(["007"] * 16)}\n01067,2,c,{",".join(["1"] * 16)}\n')
    frame = read_table_file(path).frame
    assert frame["plz"].tolist() == ["10115", "01067"]
    assert frame["x"].tolist() == [1, 2]
    assert frame["p3"].tolist() == [7, 1]


def test_codes_may_be_at_the_very_beginning_and_beside_missing_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("01067;1,5\n;2,5\n10115;3\n")
    frame = read_table_file(path).frame
    assert frame["column 1"].tolist() == ["01067", None, "10115"]
    assert frame["column 2"].tolist() == [1.5, 2.5, 3]


def test_digits_about_an_e_stay_as_they_are_written(tmp_path):
    path = tmp_path / "batches.csv"
    path.write_text("batch,x\n12E4,1.5e3\n1300,2\n")
    frame = read_table_file(path).frame
    assert frame["batch"].tolist() == ["12E4", "1300"]
    assert frame["x"].tolist() == [1500, 2]


def test_columns_of_records_are_ordered_as_in_most(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"y": 1, "x": 2}\n{"x": 3, "y": 4}\n{"x": 5, "extra": 7, "y": 6}\n{"x": 7, "y": 8}\n')
    table = read_table_file(path)
    assert table.names == ("x", "extra", "y")
    assert table.frame["y"].tolist() == [1, 4, 6, 8]
    assert table.remarks == ("the records of a.jsonl have their keys in different orders; the columns are as in most",)


def test_lists_in_records_are_texts_which_is_said(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[{"tags": ["a", "b"], "x": 1}, {"tags": null, "x": 2}]')
    table = read_table_file(path)
    assert table.frame["tags"].tolist() == ['["a", "b"]', None]
    assert "'tags' holds lists or objects, which are read as texts" in table.remarks[0]
    assert table.remarks[0].endswith("--drop tags")
