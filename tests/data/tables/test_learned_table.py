"""Tables as people have them: what is taken for what, what is left out, and what is said of it."""

import numpy as np
import pytest

from whence.data import load
from whence.errors import ArgumentError, DataError, DataWarning, UnknownNameError

rng = np.random.default_rng(0)


@pytest.fixture
def write(tmp_path):
    def write(header, rows, name="a.csv"):
        path = tmp_path / name
        path.write_text("".join(",".join(map(str, line)) + "\n" for line in [header, *rows]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def students(write):
    rows = [[f"S{i:03d}", rng.integers(20), "yes" if i % 3 else "no"] for i in range(100)]
    return write(["student", "hours", "passed"], rows)


def test_a_hundred_students_are_no_hundred_inputs(students):
    dataset = load(students)
    assert dataset.preprocessing.columns.inputs == ("hours",)
    assert dataset.remarks == ("left out: student (identifier); --categorical, --numeric or --date keeps a column",)
    kept = load(students, categorical="student", drop="hours")
    assert kept.input_shape == (100,)


def test_an_unnamed_index_is_left_out(write):
    dataset = load(write(["", "a", "b", "y"], [[i, i % 7, i % 3, i % 2] for i in range(30)]))
    assert dataset.preprocessing.columns.inputs == ("a", "b")
    assert "(index)" in dataset.remarks[0]


def test_a_last_column_that_cannot_be_predicted_is_not_the_target(write):
    rows = [[i % 5, ["usa", "japan"][i % 2], f"car {i}"] for i in range(40)]
    dataset = load(write(["mpg", "origin", "name"], rows))
    assert dataset.preprocessing.columns.targets == ("origin",)
    assert dataset.preprocessing.columns.roles[1].note == "2 classes; --target names another column"


def test_a_label_before_pixels_is_the_target(write):
    rows = [[i % 3, *rng.integers(0, 256, 16)] for i in range(30)]
    dataset = load(write(["label", *(f"pixel{i}" for i in range(16))], rows))
    assert dataset.preprocessing.columns.targets == ("label",)
    assert dataset.input_shape == (16,)


def test_several_targets_of_numbers_are_a_regression_of_several_outputs(write):
    rows = [[a, b, a + b, a - b] for a in range(6) for b in range(5)]
    dataset = load(write(["a", "b", "sum", "diff"], rows), target=["sum", "diff"])
    assert (dataset.outputs, dataset.classes) == (2, None)
    assert dataset.preprocessing.columns.inputs == ("a", "b")
    assert dataset.train.targets[0].tolist() == [dataset.train.inputs[0].sum(), -np.diff(dataset.train.inputs[0])[0]]
    by_comma = load(write(["a", "b", "sum", "diff"], rows), target="sum,diff")
    assert by_comma.sha256 == dataset.sha256


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"target": ["passed", "hours"], "categorical": "student"},
            ArgumentError,
            "targets have to be numbers .* 'passed'",
        ),
        ({"target": ["hours"], "drop": "hours"}, ArgumentError, "the column 'hours' is named for target and drop"),
        ({"drop": "hour"}, UnknownNameError, "a.csv: there is no column 'hour'; did you mean 'hours'"),
        ({"task": "regression"}, DataError, "column 'passed' holds 'no', but a regression needs numbers"),
        ({"task": "clustering"}, ArgumentError, "must be 'classification', 'regression'"),
        (
            {"drop": "hours"},
            DataError,
            r"no column to learn 'passed' from, but 'student' \(identifier\) and 'hours' \(n",
        ),
        ({"date": "hours=%Y"}, DataError, "column 'hours' holds"),
    ],
)
def test_options_that_cannot_be_met_are_refused_in_one_sentence(students, options, error, message):
    with pytest.raises(error, match=message):
        load(students, **options)


def test_the_task_decides_between_classes_and_numbers(write):
    rows = [[i % 7, i % 3] for i in range(30)]
    path = write(["x", "y"], rows)
    assert load(path).classes == ("0", "1", "2")
    assert load(path, task="regression").classes is None
    fractions = write(["x", "y"], [[i % 7, i % 3 + 0.5] for i in range(30)])
    assert load(fractions).classes is None
    assert load(fractions, task="classification").classes == ("0.5", "1.5", "2.5")


def test_a_target_may_be_said_to_be_of_categories(write):
    path = write(["x", "y"], [[i % 7, i % 30] for i in range(150)])
    assert load(path).classes is None
    assert len(load(path, categorical="y").classes) == 30


def test_only_some_columns(students):
    assert load(students, only="student").input_shape == (100,)
    assert load(students, only=["hours"]).preprocessing.columns.inputs == ("hours",)


def test_true_and_yes_are_one_class(write):
    spellings = ["True", "TRUE", "true", "yes", "False", "no"]
    dataset = load(write(["x", "y"], [[i % 7, spellings[i % 6]] for i in range(60)]))
    assert dataset.classes == ("False", "TRUE")
    assert dataset.outputs == 2


def test_prices_shares_and_dates_are_numbers(write):
    rows = [
        [f'"${i % 9},{i % 7}00"', f"{i % 50}%", f"{i % 28 + 1}.{i % 12 + 1}.{2018 + i % 3}", i % 2] for i in range(60)
    ]
    dataset = load(write(["price", "share", "day", "y"], rows))
    kinds = {column.name: column.kind for column in dataset.preprocessing.columns.columns}
    assert kinds == {"price": "number", "share": "number", "day": "date"}
    assert "day sine of year" in dataset.preprocessing.columns.inputs


def test_a_target_may_be_written_with_a_currency(write):
    dataset = load(write(["x", "y"], [[i % 7, f'"${i},500"'] for i in range(1, 40)]))
    assert dataset.classes is None
    assert dataset.train.targets.min() >= 1500
    read = dataset.preprocessing.read_samples(str(write(["x", "y"], [[1, '"$2,500"']], "b.csv")), None)
    assert read.targets.tolist() == [[2500]]


def test_a_column_that_alone_tells_the_target_is_named(write):
    rows = [[i % 2, i % 7, ["no", "yes"][i % 2]] for i in range(60)]
    dataset = load(write(["survived", "age", "alive"], rows), target="survived")
    assert dataset.remarks[-1] == (
        "alive alone tells the target survived: if it is not known when predicting, leave it out with --drop alive"
    )
    assert not load(write(["survived", "age", "alive"], rows), target="survived", drop="alive").remarks


def test_rows_that_may_belong_together_are_told(write):
    rows = [[f"P{i // 6}", i % 7, i // 6 % 2] for i in range(60)]
    remarks = load(write(["who", "x", "y"], rows)).remarks
    assert remarks[-1].endswith(
        "leave it out with --drop who; rows of one who may belong together: --group who keeps them in one part of the "
        "data"
    )
    numbers = write(["patient_id", "x", "y"], [[i // 6, i % 7, i % 3] for i in range(60)])
    assert load(numbers).remarks[-1].startswith("rows of one patient_id may belong together: --group patient_id")
    assert not any("may belong" in remark for remark in load(numbers, group="patient_id").remarks)


def test_dropped_rows_are_counted_and_columns_blamed(write):
    rows = [["" if i % 2 else i % 7, "" if i == 2 else i % 5, i % 3] for i in range(60)]
    dataset = load(write(["a", "b", "y"], rows), missing="drop")
    assert dataset.remarks == (
        "31 rows of 60 dropped for missing cells, 29 left: 30 in a (50%) and 1 in b (2%); --missing mean keeps the "
        "rows, and --drop leaves out a column instead",
    )


def test_columns_that_are_left_out_drop_no_rows(write):
    rows = [[f"S{i}", "" if i % 2 else i % 7, i % 5, i % 3] for i in range(60)]
    dataset = load(write(["id", "a", "b", "y"], rows), missing="drop", drop="a")
    assert sum(map(len, dataset.splits.values())) == 60


def test_what_fills_missing_cells_is_said(write):
    rows = [["" if i == 5 else i % 7, i % 5, i % 3] for i in range(60)]
    path = write(["a", "b", "y"], rows)
    assert (
        load(path)
        .remarks[0]
        .startswith(
            "1 missing cell filled in by the mean (categories: the most frequent) of the training rows: 1 in a (2%)"
        )
    )
    assert "by the median" in load(path, missing="median").remarks[0]
    path = write(["a", "b", "y"], [["" if i % 9 == 5 else i % 7, i % 5, i % 3] for i in range(60)])
    marked = load(path, missing="indicator").preprocessing.columns
    assert marked.inputs == ("a", "a missing", "b")


@pytest.mark.parametrize(
    ("markers", "remark"),
    [
        ([-999, -999], "-999 in 2 cells of a may mark missing cells: if so, add --missing-markers=-999"),
        ([-999, 9999, 9999, -999], "-999 in 2 cells of a and 9999 in 2 cells of a may mark"),
        ([-999], None),
        ([-998, -998], None),
        ([9, 9], None),
    ],
)
def test_numbers_that_may_mark_missing_cells_are_told(write, markers, remark):
    rows = [[markers[i] if i < len(markers) else 20 + i % 7, i % 5, i % 3] for i in range(60)]
    remarks = load(write(["a", "b", "y"], rows)).remarks
    assert [one.startswith(remark or "?") for one in remarks] == ([] if remark is None else [True])
    if remark:
        cleaned = load(write(["a", "b", "y"], rows), missing_markers=list(map(str, markers)))
        assert not any("may mark" in one for one in cleaned.remarks)


def test_numbers_far_outside_the_training_range_are_told(write):
    dataset = load(write(["a", "b", "y"], [[i % 7, i % 5, i % 3] for i in range(60)]))
    new = write(["a", "b"], [[3, 1], [-9999, 2], [400, 2]], "new.csv")
    with pytest.warns(
        DataWarning, match="'a': 2 values far outside the range of the training data, such as '-9999' and '400'"
    ):
        dataset.preprocessing.read(new, ())


def test_a_category_never_seen_counts_as_none_and_is_told(write):
    dataset = load(write(["c", "y"], [["ab"[i % 2], i % 3] for i in range(30)]))
    new = write(["c"], [["a"], ["z"], ["z"]], "new.csv")
    with pytest.warns(
        DataWarning, match="column 'c': 2 rows of categories that the training data do not have, such as 'z'"
    ):
        assert dataset.preprocessing.read(new, ()).tolist() == [[1, 0], [0, 0], [0, 0]]


def test_a_row_that_cannot_be_predicted_leaves_the_others(write):
    dataset = load(write(["a", "b", "y"], [[i % 7, i % 5, i % 3] for i in range(30)]))
    new = write(["extra", "b", "a"], [["-", 1, 2], ["-", 1, "big"], ["-", 3, 4]], "new.csv")
    inputs, problems = dataset.preprocessing.read_each(new, ())
    assert inputs.tolist() == [[2, 1], [0, 0], [4, 3]]
    assert list(problems) == [1]
    assert problems[1].startswith("new.csv, row 2 (line 3), column 'a' holds 'big', but the column holds numbers")


def test_windows_around_a_row_that_cannot_be_read_leave_the_others(write):
    dataset = load(write(["a"], [[i % 7 + 0.5] for i in range(40)]), window=2)
    new = write(["a"], [[1.5], [2.5], ["bad"], [3.5], [4.5]], "new.csv")
    inputs, problems = dataset.preprocessing.read_each(new, (2, 1))
    assert len(inputs) == 4
    assert sorted(problems) == [1, 2]
    assert inputs[3].ravel().tolist() == [3.5, 4.5]


def test_marks_of_thousands_mean_the_same_in_later_files(write):
    rows = [[f"{i % 9 + 1}.{i:03d},50;{i % 3}"] for i in range(60)]
    dataset = load(write(["price;kind"], rows))
    new = write(["price"], [["1.500"], ["2.000"], ["7"]], "new.csv")
    assert dataset.preprocessing.read(new, ()).ravel().tolist() == [1500, 2000, 7]
    assert dataset.preprocessing.from_columns({"price": ["1.500", "7"]}).ravel().tolist() == [1500, 7]


def test_a_price_may_be_written_without_its_mark_in_later_files(write):
    dataset = load(write(["price", "kind"], [[f"${i % 9}.50", i % 3] for i in range(60)]))
    new = write(["price"], [["1.5"], ["2"]], "new.csv")
    assert dataset.preprocessing.read(new, ()).ravel().tolist() == [1.5, 2]


def test_zeros_before_a_category_that_looks_like_a_number_stay(write):
    rows = [[f"0{i % 3}10", f"{i % 5}", i % 2] for i in range(60)]
    dataset = load(write(["zip", "x", "y"], rows), categorical="zip")
    assert dataset.preprocessing.columns.inputs == ("zip=0010", "zip=0110", "zip=0210", "x")
    new = write(["zip", "x"], [["0110", 1]], "new.csv")
    assert dataset.preprocessing.read(new, ()).tolist() == [[0, 1, 0, 1]]


def test_a_model_that_mixes_numbers_and_texts_knows_numbers_alone(write):
    rows = [[["01", "02", "2A"][i % 3], i % 2] for i in range(60)]
    dataset = load(write(["code", "y"], rows))
    assert dataset.preprocessing.read(write(["code"], [["01"]], "new.csv"), ()).tolist() == [[1, 0, 0]]


def test_a_column_that_is_empty_where_a_target_is_known_is_left_out(write):
    rows = [[i % 5, "" if i % 2 else f"boat {i % 3}", i if i % 2 else ""] for i in range(60)]
    dataset = load(write(["age", "boat", "body"], rows))
    assert dataset.preprocessing.columns.inputs == ("age",)
    assert "left out: boat (empty)" in dataset.remarks[1]
    assert len(load(write(["age", "boat", "body"], rows), missing="drop").train) == 21


def test_a_column_with_no_cell_among_the_training_rows_is_filled_by_the_others(write):
    held = load(write(["a", "y"], [[i, i % 7] for i in range(60)]), numeric="a").test.inputs[:2, 0]
    rows = [[i % 5, i if i in held else "", i % 7] for i in range(60)]
    columns = load(write(["a", "b", "y"], rows)).preprocessing.columns.columns
    assert columns[1].fill == held.mean()


def test_a_target_that_is_no_number_is_named(write):
    dataset = load(write(["x", "y"], [[i % 5, "oops" if i == 3 else i / 7] for i in range(40)]))
    assert dataset.preprocessing.columns.roles[1].note.startswith("numbers; 'oops' in 1 cell counts as missing")
    assert dataset.remarks == ("1 row of 40 without a target, in y, is left out",)


def test_a_regression_of_categories_names_what_is_no_number(write):
    path = write(["x", "y"], [[i % 5, ["1", "2", "3+"][i % 3]] for i in range(30)])
    with pytest.raises(DataError, match=r"column 'y' holds '3\+', but a regression needs numbers"):
        load(path, task="regression")


def test_a_text_among_classes_that_are_numbers_is_told(write):
    dataset = load(write(["x", "y"], [[i % 5, [0, 1, 1, "O"][i % 4]] for i in range(40)]))
    assert dataset.classes == ("0", "1", "O")
    assert dataset.preprocessing.columns.roles[1].note.startswith("3 classes; 75% of the cells are numbers")
