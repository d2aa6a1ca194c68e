import json

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.data import load
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.errors import ArgumentError, DataError, DataWarning, UnknownNameError


def write(path, header, rows, delimiter=","):
    lines = [header, *rows]
    path.write_text("".join(delimiter.join(map(str, line)) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def houses(tmp_path):
    rng = np.random.default_rng(0)
    rows = [[f"{rng.normal(100, 30):.3f}", "north south east".split()[i % 3], f"{i * 1.5 + 0.1}"] for i in range(60)]
    return write(tmp_path / "houses.csv", ["area", "side", "price"], rows)


@pytest.fixture
def flowers(tmp_path):
    rng = np.random.default_rng(1)
    rows = [[f"{rng.normal(i % 3, 0.1):.3f}", rng.integers(9), ["rose", "lily", "iris"][i % 3]] for i in range(60)]
    return write(tmp_path / "flowers.tsv", ["length", "petals", "kind"], rows, "\t")


def test_numbers_and_categories_become_inputs_and_fractions_a_regression(houses):
    dataset = load(houses)
    columns = dataset.preprocessing.columns
    assert dataset.name == "houses"
    assert columns.targets == ("price",)
    assert columns.inputs == ("area", "side=east", "side=north", "side=south")
    assert [column.kind for column in columns.columns] == ["number", "category"]
    assert (dataset.classes, dataset.outputs, dataset.input_shape) == (None, 1, (4,))
    assert dataset.train.inputs.dtype == dataset.train.targets.dtype == np.float64
    assert [len(part) for part in dataset.splits.values()] == [42, 6, 12]
    assert np.array_equal(dataset.train.inputs[:, 1:].sum(axis=1), np.ones(42))
    assert dataset.train.inputs[0, 0] > 10  # raw, not yet standardised


def test_standardisation_is_fitted_on_the_training_rows_alone(houses):
    dataset = load(houses)
    area = dataset.train.inputs[:, 0]
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    assert np.allclose(dataset.preprocessing.shift, [area.mean(), 0, 0, 0])
    assert np.allclose(dataset.preprocessing.scale, [1 / area.std(), 1, 1, 1])
    assert np.allclose(prepared[:, 0].mean(), 0)
    assert not np.isclose(dataset.preprocessing(dataset.test.inputs, np.float64)[:, 0].mean(), 0)


def test_text_targets_are_classes_split_by_class(flowers):
    dataset = load(flowers)
    assert dataset.classes == ("iris", "lily", "rose")
    assert np.bincount(dataset.test.targets).tolist() == [4, 4, 4]
    assert np.bincount(dataset.validation.targets).tolist() == [2, 2, 2]


def test_target_by_name_and_rule_for_whole_numbers(flowers):
    dataset = load(flowers, target="petals")
    assert dataset.classes == tuple(str(i) for i in range(9))
    assert dataset.preprocessing.columns.inputs == ("length", "kind=iris", "kind=lily", "kind=rose")
    assert load(flowers, target="length").classes is None


@pytest.mark.parametrize(("values", "classes"), [(("no", "yes"), ("no", "yes")), (("1.0", "0.0"), ("0", "1"))])
def test_other_spellings_of_classes(tmp_path, values, classes):
    path = write(tmp_path / "a.csv", ["x", "y"], [[i, values[i % 2]] for i in range(8)])
    assert load(path).classes == classes


def test_unknown_target(flowers):
    with pytest.raises(UnknownNameError, match=r"flowers.tsv: there is no column 'kinds'; did you mean 'kind'"):
        load(flowers, target="kinds")


def table(tmp_path, rows, header=("x", "c", "y")):
    return write(tmp_path / "a.csv", header, rows)


GOOD = [[1, "a", 0], [2, "b", 1], [3, "a", 0], [4, "b", 1], [6, "a", 1]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*GOOD, ["", "a", 1]], r"a.csv, row 6 \(line 7\), column 'x' has no value; fill it in"),
        ([*GOOD, [1, "", 1]], r"row 6 \(line 7\), column 'c' has no value"),
        ([*GOOD, [1, "a", ""]], r"row 6 \(line 7\), column 'y' has no value, and it is the target"),
        ([*GOOD, ["two", "a", 1]], r"row 6 \(line 7\), column 'x' holds 'two', but the column holds numbers"),
        ([*GOOD, ["inf", "a", 1]], r"row 6 \(line 7\), column 'x' has no value"),
        ([*GOOD, *GOOD, [1, "a", "O"]], r"row 11 \(line 12\), column 'y' has no value, and it is the target"),
        ([[*row[:2], 1] for row in GOOD], "all samples are of one class, 1; at least two are needed"),
        ([[i, "ab"[i % 2], f"id {i}"] for i in range(50)], "column 'y' holds 50 different texts in 50 rows, too many"),
    ],
)
def test_bad_cells_are_named_by_row_and_column(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        load(table(tmp_path, rows), target="y", missing="error")


def test_a_table_of_one_column(tmp_path):
    with pytest.raises(DataError, match=r"a.csv has only the column 'y'; add input columns"):
        load(write(tmp_path / "a.csv", ["y"], [[1], [2]]))


def test_missing_cells_are_filled_from_the_training_rows(tmp_path):
    rows = [[i, "ab"[i % 3 == 0], i % 2] for i in range(40)]
    rows[5][0] = rows[7][1] = ""
    dataset = load(table(tmp_path, rows), missing="mean")
    x, c = dataset.preprocessing.columns.columns
    known = sorted(v for v in range(40) if v != 5)
    assert c.fill == "a"
    everything = np.concatenate([part.inputs for part in dataset.splits.values()])
    filled = [value for value in everything[:, 0] if value not in known]
    assert filled == [x.fill]
    kept = [value for value in dataset.train.inputs[:, 0] if value in known]
    assert x.fill == pytest.approx(np.mean(kept))
    assert everything[everything[:, 0] == 7][0, 1:].tolist() == [1, 0]


def test_rows_with_missing_cells_are_dropped(tmp_path):
    rows = [*GOOD, ["", "a", 1], [7, "a", ""]]
    dataset = load(table(tmp_path, rows), missing="drop")
    assert dataset.train.inputs[:, 0].tolist() == [1, 2, 3, 4, 6]
    with pytest.raises(DataError, match=r"every row of a.csv has a missing cell"):
        load(table(tmp_path, [["", "a", 1], [2, "", 0], [3, "", 0], ["", "b", 1]]), missing="drop")


def test_a_missing_target_is_never_filled(tmp_path):
    dataset = load(table(tmp_path, [*GOOD, [1, "a", ""]]), missing="mean")
    assert len(dataset.train) == 5
    assert dataset.remarks == ("1 row of 6 without a target, in y, is left out",)
    with pytest.raises(DataError, match=r"column 'y' has no value, and it is the target; .* with --missing drop"):
        load(table(tmp_path, [*GOOD, [1, "a", ""]]), missing="error")


def test_small_tables_stay_in_one_piece(tmp_path):
    dataset = load(table(tmp_path, GOOD))
    assert (len(dataset.train), dataset.validation, dataset.test) == (5, None, None)


def test_new_tables_are_encoded_as_the_training_table_was(houses, tmp_path):
    dataset = load(houses)
    preprocessing = msgspec.convert(json.loads(json.dumps(dataset.preprocessing.to_json())), PreprocessingRecord).made()
    new = write(tmp_path / "new.csv", ["extra", "side", "area"], [["-", "east", "50"], ["-", "south", "70.5"]], ";")
    assert preprocessing.read(new, ()).tolist() == [[50, 1, 0, 0], [70.5, 0, 0, 1]]
    samples = preprocessing.read_samples(str(houses), dataset.classes)
    assert len(samples) == 60
    assert np.isin(dataset.test.inputs[:, 0], samples.inputs[:, 0]).all()
    assert samples.targets[:2].tolist() == [[0.1], [1.6]]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (["area"], ["5"], "new.csv has no column 'side', which the network expects; it has area"),
        (["garden"], ["5"], "new.csv has no column 'area' or 'side', which the network expects; it has garden"),
        (["area", "side"], ["", "east"], r"row 1 \(line 2\), column 'area' has no value; fill it in"),
        (["area", "side"], ["big", "east"], r"row 1 \(line 2\), column 'area' holds 'big', but the column holds num"),
    ],
)
def test_new_tables_that_do_not_fit(houses, tmp_path, header, row, message):
    with pytest.raises(DataError, match=message):
        load(houses, missing="error").preprocessing.read(write(tmp_path / "new.csv", header, [row]), ())


def test_a_missing_cell_at_prediction_is_filled_if_training_filled(houses, tmp_path):
    dataset = load(houses, missing="mean")
    with pytest.warns(DataWarning) as warned:
        inputs = dataset.preprocessing.read(write(tmp_path / "new.csv", ["area", "side"], [["", ""]]), ())
    assert [str(one.message).partition(" filled")[0] for one in warned] == [
        "new.csv, column 'area': 1 missing cell",
        "new.csv, column 'side': 1 missing cell",
    ]
    assert inputs[0, 0] == pytest.approx(dataset.train.inputs[:, 0].mean())
    assert inputs[0, 1:].sum() == 1


def test_targets_of_a_new_table(flowers, tmp_path):
    dataset = load(flowers)
    read = dataset.preprocessing.read_samples
    header = ["length", "petals", "kind"]
    new = write(tmp_path / "new.csv", header, [["1", "2", "rose"], ["1", "2", "iris"]])
    assert read(str(new), dataset.classes).targets.tolist() == [2, 0]
    write(new, header, [["1", "2", "rsoe"]])
    with pytest.raises(DataError, match=r"new.csv, row 1 \(line 2\), column 'kind': .*did you mean 'rose'"):
        read(str(new), dataset.classes)
    write(new, header[:2], [["1", "2"]])
    with pytest.raises(DataError, match=r"new.csv has no column 'kind', the target"):
        read(str(new), dataset.classes)
    lengths = load(flowers, target="length")
    with pytest.raises(DataError, match="expected a number"):
        lengths.preprocessing.read_samples(str(write(new, header, [["long", "2", "rose"]])), None)


def test_numeric_class_names_of_a_new_table_may_be_spelled_as_fractions(flowers, tmp_path):
    dataset = load(flowers, target="petals")
    new = write(tmp_path / "new.csv", ["length", "petals", "kind"], [["1", "3.0", "rose"]])
    assert dataset.preprocessing.read_samples(str(new), dataset.classes).targets.tolist() == [3]


def test_validation_share_seed_and_one_against_the_rest(flowers):
    dataset = load(flowers, validation=0.25, positive="rose", seed=3)
    assert [len(part) for part in dataset.splits.values()] == [36, 12, 12]
    assert dataset.classes == ("not rose", "rose")
    assert load(flowers, seed=3).sha256 == load(flowers, seed=3).sha256 != load(flowers, seed=4).sha256


def test_the_test_samples_may_be_in_a_file_of_their_own(flowers, tmp_path):
    rows = [["1", "3", "iris"], ["2", "4", "rose"]]
    other = write(tmp_path / "other.csv", ["length", "petals", "kind"], rows)
    dataset = load(flowers, test=other, validation=0)
    assert len(dataset.train) == 60 and dataset.validation is None
    assert [dataset.classes[target] for target in dataset.test.targets] == ["iris", "rose"]
    assert dataset.test.inputs.tolist() == [[1, 3], [2, 4]]
    assert not any("among the training samples" in remark for remark in dataset.remarks)
    remark = "60 test samples of 60 are among the training samples too, so that measures are too good"
    assert remark in load(flowers, test=flowers, validation=0).remarks
    whole = dataset.train.inputs.mean(axis=0)
    assert np.allclose(dataset.preprocessing.shift, whole)
    with pytest.raises(DataError, match=r"other.csv has no column 'kind', the target"):
        load(flowers, validation=write(other, ["length", "petals"], [["1", "3"]]))


def test_rows_of_one_group_stay_in_one_part(tmp_path):
    rows = [[str(i // 4), str(i % 7), "sick" if i % 3 else "well"] for i in range(200)]
    path = write(tmp_path / "patients.csv", ["patient", "fever", "state"], rows)
    dataset = load(path, group="patient")
    assert dataset.preprocessing.columns.inputs == ("fever",)
    assert dataset.remarks == ("rows of one patient are kept together: 50 groups of 200 rows",)
    assert sum(len(part) for part in dataset.splits.values()) == 200
    assert all(len(part) % 4 == 0 for part in dataset.splits.values())
    with pytest.raises(UnknownNameError, match="there is no column 'patients'; did you mean 'patient'"):
        load(path, group="patients")
    with pytest.raises(ArgumentError, match="the column 'state' is named for target and group; name it for one"):
        load(path, target="state", group="state")


def test_parquet_gives_the_same_data_set_as_csv(houses):
    pyarrow_csv = pytest.importorskip("pyarrow.csv")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = houses.with_suffix(".parquet")
    parquet.write_table(pyarrow_csv.read_csv(houses), path)
    assert load(path).sha256 == load(houses).sha256


def test_options_for_tables_only(tmp_path):
    with pytest.raises(ArgumentError, match="digits is not a table; leave out target='y'"):
        load("digits", target="y")
    with pytest.raises(ArgumentError, match="digits is not a table; leave out missing='drop'"):
        load("digits", missing="drop")
    with pytest.raises(ArgumentError, match="load was given missing = 'men'; it must be 'mean', 'median'"):
        load("digits", missing="men")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=2, max_size=12),
    categories=st.lists(st.sampled_from(["a", "b b", "ç"]), min_size=12, max_size=12),
)
def test_encoded_cells_decode_to_the_table_again(tmp_path, numbers, categories):
    rows = [
        [repr(number), category, i + 0.5]
        for i, (number, category) in enumerate(zip(numbers, categories[: len(numbers)], strict=True))
    ]
    dataset = load(table(tmp_path, rows), validation=0, numeric="x", categorical="c", target="y")
    columns = dataset.preprocessing.columns
    assert dataset.train.inputs[:, 0].tolist() == numbers
    decoded = [columns.inputs[1 + i] for i in dataset.train.inputs[:, 1:].argmax(axis=1)]
    assert decoded == [f"c={category}" for category in categories[: len(numbers)]]


@pytest.mark.parametrize("price", ["168,8", "168"])
def test_dots_divide_thousands_where_commas_come_before_fractions_or_nothing_else_is_possible(tmp_path, price):
    rows = [(price, "263" if i % 3 == 0 else f"{i % 7 + 1}.{343 + i}", f"{i + 2}.{100 + i}") for i in range(60)]
    data = load(write(tmp_path / "immo.csv", ("size", "area", "price"), rows, delimiter=";"))
    areas = data.train.inputs[:, data.preprocessing.columns.inputs.index("area")]
    assert np.unique(areas).min() == 263 and np.unique(areas)[1] > 1000
    assert data.train.targets.min() >= 2100
    assert any("dots as marks of thousands" in remark for remark in data.remarks)


def test_dots_come_before_fractions_where_some_have_other_than_three_digits(tmp_path):
    rows = [(f"{i % 7}.{343 + i}", f"{i}.5") for i in range(60)]
    data = load(write(tmp_path / "wine.csv", ("density", "quality"), rows, delimiter=";"))
    assert data.train.targets.max() < 60
