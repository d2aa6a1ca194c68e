import numpy as np
import pandas as pd
import pytest

from whence.data.tables.files.table_file import read_table_file
from whence.data.tables.roles.recognition import described, recognise
from whence.data.tables.roles.roles import Role
from whence.data.tables.roles.wishes import Wishes
from whence.errors import DataError

COUNT = 60
rng = np.random.default_rng(0)
LETTERS = ["a", "b", "c"] * 20


def column(cells):
    numbers = all(isinstance(cell, (int, float)) for cell in cells)
    return pd.Series(cells) if numbers else pd.Series(cells, dtype=object)


def role_of(cells, name="it", *, first=False, **wishes):
    """Return what a column is taken for beside another."""
    frame = {name: column(cells)} if first else {"other": pd.Series(rng.random(len(cells))), name: column(cells)}
    return recognise(pd.DataFrame(frame), Wishes(**wishes))[name]


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (rng.random(COUNT).tolist(), Role.NUMBER),
        (rng.integers(0, 9, COUNT).tolist(), Role.NUMBER),
        (LETTERS, Role.CATEGORY),
        (["True", "False"] * 30, Role.CATEGORY),
        ([f"${i % 7},000" for i in range(COUNT)], Role.NUMBER),
        ([f"2020-01-{i % 28 + 1:02d}" for i in range(COUNT)], Role.DATE),
        ([f"S{i:03d}" for i in range(COUNT)], Role.IDENTIFIER),
        ([f"it said a thing, number {i}" for i in range(COUNT)], Role.TEXT),
        ([7] * COUNT, Role.CONSTANT),
        (["x"] * COUNT, Role.CONSTANT),
        ([None] * COUNT, Role.EMPTY),
        (["0", "1", "2", "3+"] * 15, Role.CATEGORY),
        (["1", "2", "1", "none"] * 15, Role.CATEGORY),
        ([*map(str, range(40)), *["none"] * 20], Role.NUMBER),
    ],
)
def test_what_a_column_is_taken_for(cells, role):
    assert role_of(cells).role is role


def test_texts_that_hardly_recur_are_text_and_those_that_do_are_grouped():
    many = [f"name {i % 300}" for i in range(400)]
    assert role_of(many).role is Role.TEXT
    towns = role_of([f"town {min(i % 600, i % 7 * 50)}" for i in range(40)] + [f"town {i % 300}" for i in range(6000)])
    assert towns.role is Role.CATEGORY
    assert len(towns.column.categories) == 256
    assert towns.note == "the 256 most frequent of 300; the others are none of them"


@pytest.mark.parametrize(
    ("name", "first", "role"),
    [
        ("customer_id", False, Role.IDENTIFIER),
        ("PassengerId", False, Role.IDENTIFIER),
        ("student", True, Role.IDENTIFIER),
        ("student", False, Role.NUMBER),
        ("year", True, Role.NUMBER),
        ("x", True, Role.NUMBER),
        ("Unnamed: 0", True, Role.INDEX),
        ("", True, Role.INDEX),
        ("column 1", True, Role.IDENTIFIER),
    ],
)
def test_numbers_that_count_the_rows(name, first, role):
    assert role_of(list(range(1, COUNT + 1)), name, first=first).role is role


def test_measured_whole_numbers_recur_and_are_no_identifiers():
    assert role_of(rng.integers(1000, 5000, 300).tolist(), "weight", first=True).role is Role.NUMBER
    assert role_of((rng.permutation(10**6)[:50]).tolist(), "income", first=True).role is Role.NUMBER


def test_large_numbers_that_come_first_are_identifiers_without_names():
    numbers = (rng.permutation(10**7)[:50]).tolist()
    assert role_of(numbers, "column 1", first=True).role is Role.IDENTIFIER
    assert role_of([*numbers, numbers[0]], "column 1", first=True).role is Role.NUMBER
    assert role_of(numbers[:9], "column 1", first=True).role is Role.NUMBER


def test_constant_pixels_stay():
    frame = pd.DataFrame({f"pixel{i}": pd.Series([0, 0, 0] if i == 3 else [1, 5, 9]) for i in range(16)})
    assert {found.role for found in recognise(frame, Wishes()).values()} == {Role.NUMBER}


def test_texts_among_numbers_count_as_missing_and_are_told():
    found = role_of([*map(str, range(COUNT)), "unknown", "unknown"])
    assert found.role is Role.NUMBER
    assert found.note == "'unknown' in 2 cells counts as missing"
    assert found.column.is_missing(column([*map(str, range(COUNT)), "unknown", "unknown"])).sum() == 2


def test_infinite_numbers_count_as_missing_and_are_told():
    assert role_of([1.0, 2.0, np.inf]).note == "1 infinite cell counts as missing"


def test_how_numbers_and_dates_are_read_is_told():
    assert role_of([f"1,0{i % 80 + 10}" for i in range(COUNT)]).note.startswith(
        "1,010 is 1010, though it could be another number"
    )
    shares = role_of([f"{i % 50}%" if i % 4 else f"0.{i % 50}" for i in range(COUNT)])
    assert shares.note.endswith(f"{COUNT // 4} cells have no % and count in per cent too")
    found = role_of([f"0{i % 9 + 1}/03/2019" for i in range(COUNT)], "when")
    assert found.note.startswith("01/03/2019 is 2019-01-03; --date 'when=%d/%m/%Y' reads the day first")
    assert (
        role_of([f"{'yes' if i % 2 else 'No'}" for i in range(9)] + ["no", "NO"]).note == "'No', 'NO' and 'no' are one"
    )


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (
            [f"{80 + i}.25{i % 10} km" if i % 4 == 0 else f"{60 + i},{i % 10}00 km" for i in range(COUNT)],
            "80.250 km is 80.25 (15 cells) and 61,100 km is 61100 (45 cells), though each could be another number: "
            "if so, write all in one way",
        ),
        (
            [f"{i + 1} kg" if i % 2 else f"{i + 100} g" for i in range(COUNT)],
            "100 g is 100 (30 cells) and 2 kg is 2000 (30 cells)",
        ),
        ([f"{i + 1}.5k" for i in range(COUNT)], "1.5k is 1500"),
        ([f"{i + 12}E4" for i in range(COUNT)], "12E4 is 120000"),
        ([f"{i + 10}.25-" for i in range(COUNT)], "10.25- is -10.25"),
        ([f"{i % 24:02d}:{i:02d}:00" for i in range(COUNT)], "00:00:00 is 0 seconds"),
    ],
)
def test_each_way_in_which_numbers_are_written_is_told(cells, note):
    found = role_of(cells)
    assert found.role is Role.NUMBER
    assert found.note == note


@pytest.mark.parametrize(
    ("cells", "name", "role", "note"),
    [
        (["01067", "10115"] * 30, "plz", Role.CATEGORY, "01067 is a code, not the number 1067; --numeric 'plz' reads"),
        ([f"0{i}67" for i in range(COUNT)], "it", Role.IDENTIFIER, "0067 is a code, not the number 67"),
        ([f"{i} {['kg', 'lb'][i % 2]}" for i in range(COUNT)], "it", Role.IDENTIFIER, "numbers in kg and lb, which do"),
        (
            ["31/12/2019", "12/31/2019", "01/02/2020"] * 20,
            "d",
            Role.CATEGORY,
            "dates such as 12/31/2019 and 31/12/2019",
        ),
        (
            [1_500_000_000 + i * 977 for i in range(COUNT)],
            "it",
            Role.NUMBER,
            "1500000000 could be the date 2017-07-14: ",
        ),
        ([20_000 + i * 7 % 900 for i in range(1_000, 9_000, 91)], "update", Role.NUMBER, ""),
    ],
)
def test_what_else_a_column_may_be_is_told(cells, name, role, note):
    found = role_of(cells, name)
    assert found.role is role
    assert found.note.startswith(note)


@pytest.mark.parametrize(
    ("cells", "name", "form"),
    [
        ([20221111 + i for i in range(15)], "when", "%Y%m%d"),
        ([44876 + i for i in range(COUNT)], "date", "excel"),
        ([1_668_124_800 + 86400 * i for i in range(COUNT)], "timestamp", "unix"),
    ],
)
def test_numbers_that_are_dates_for_sure(cells, name, form):
    found = role_of(cells, name)
    assert found.column.format == form
    assert f"is 2022-11-11; --numeric '{name}' keeps the number" in found.note
    assert role_of(cells, name, numeric=[name]).role is Role.NUMBER


def test_the_user_decides():
    numbers = list(range(1, COUNT + 1))
    assert role_of(numbers, "id", numeric=["id"]).role is Role.NUMBER
    assert role_of(numbers, "id", only=["id"]).role is Role.NUMBER
    assert role_of(LETTERS, only=["other"]).role is Role.UNWANTED
    assert role_of(LETTERS, drop=["it"]).role is Role.UNWANTED
    coded = role_of(rng.integers(0, 3, COUNT).tolist(), categorical=["it"])
    assert coded.column.categories == ("0", "1", "2")
    dates = role_of(["03/04/2019"] * COUNT, dates={"it": "%d/%m/%Y"})
    assert dates.column.format == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"numeric": ["it"]}, "column 'it' holds 'a'; expected numbers"),
        ({"dates": {"it": None}}, "column 'it' holds 'a'; expected dates"),
        ({"dates": {"it": "%Y"}}, "column 'it' holds 'a'; expected dates written as %Y"),
    ],
)
def test_wishes_that_cannot_be_met(wishes, message):
    with pytest.raises(DataError, match=message):
        role_of(LETTERS, **wishes)


def test_a_column_is_described():
    cells = column(["b", None, "a", "b"])
    found = described("kind", cells, role_of(["b", None, "a", "b"]))
    assert (found.distinct, found.missing, found.example) == (2, 1, "b")
    counted = described("n", pd.Series([5, 900, 5]), role_of([5, 900, 5]))
    assert (counted.distinct, counted.missing, counted.example) == (2, 0, "5")


LONG = [str(12345678901234567000 + i) for i in range(60)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("long.csv", "id,size\n" + "\n".join(f"{one},{i % 7}.5" for i, one in enumerate(LONG))),
        ("gap.csv", "id,size\n,1.5\n" + "\n".join(f"{one},{i % 7}.5" for i, one in enumerate(LONG))),
        ("negative.csv", "id,size\n" + "\n".join(f"-{one},{i % 7}.5" for i, one in enumerate(LONG))),
        ("small.csv", "id,size\n" + "\n".join(f"{2**53 + i},{i % 7}.5" for i in range(60))),
        ("long.json", "[" + ",".join(f'{{"id": {one}, "size": {i % 7}.5}}' for i, one in enumerate(LONG)) + "]"),
        ("gap.json", '[{"id": null, "size": 1.5},' + ",".join(f'{{"id": {one}, "size": 2.5}}' for one in LONG) + "]"),
    ],
)
def test_whole_numbers_that_floats_do_not_tell_apart_are_identifiers(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    table = read_table_file(tmp_path / name)
    found = recognise(table.frame, Wishes(target=("size",)))["id"]
    assert found.role == Role.IDENTIFIER
    assert described("id", table.frame["id"], found).distinct == 60


@pytest.mark.parametrize("cells", [["1 1/4", "2 1/2"], ["0x1f", "0x2a"], ["44.7N", "12.3S"], ["1h 30min", "2h 5min"]])
def test_texts_that_begin_with_digits_are_noted(cells):
    note = role_of([f"{i}{cell}" for i, cell in enumerate(cells * 8)] * 3).note
    assert "begin with digits, but are not read as numbers" in note


def test_numbers_among_many_other_texts_are_noted():
    cells = [f"{i / 10}" if i % 3 == 0 else "-" if i % 3 == 1 else "T" for i in range(60)]
    assert "33% of the cells are numbers" in role_of(cells).note


def test_ranges_are_categories_without_a_note():
    assert role_of(["18-24", "25-34", "35-44"] * 20).note == ""


def test_bytes_beside_kilobytes_are_no_billions():
    cells = pd.Series([*(f"{i}kB" for i in range(1, 20)), "512B"], dtype=object)
    assert role_of(cells.tolist()).column.numbers(cells)[-1] == pytest.approx(0.512)


def test_a_magnitude_is_no_unit_that_others_could_lack():
    assert "too" not in role_of([*(f"{i}k" for i in range(1, 20)), "2M", "3"]).note


@pytest.mark.parametrize(
    ("cells", "said"), [(range(1001, 1011), True), ([1.0, 2, 3, 4, 5, 7], False), (range(4), False)]
)
def test_numbers_of_a_small_table_that_run_on_by_one_are_doubted(cells, said):
    doubt = "1001 to 1010 in turn may only number the rows: --drop 'code' leaves them out" if said else ""
    assert role_of([*cells], "code", first=True).note == doubt
    assert role_of([*cells], "code").note == doubt
    assert role_of([*cells], "year", first=True).note == ""


def test_of_numbers_that_are_left_out_nothing_says_to_leave_them_out():
    found = role_of(range(10_000, 10_300), "customer_id")
    assert (found.role, found.note) == (Role.IDENTIFIER, "")
