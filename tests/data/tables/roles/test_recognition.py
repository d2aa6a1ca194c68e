import numpy as np
import pandas as pd
import pytest

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
