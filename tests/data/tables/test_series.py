import numpy as np
import pytest

from whence.data import load
from whence.data.stored_preprocessing import preprocessing_from_json
from whence.data.tables.time_windows import windows
from whence.errors import DataError, UnknownNameError


@pytest.fixture
def series(tmp_path):
    """A table of 100 rows, the time t, its square and its parity in words."""
    path = tmp_path / "series.csv"
    rows = "".join(f"{t},{t * t},{'even' if t % 2 == 0 else 'odd'}\n" for t in range(100))
    path.write_text(f"t,square,parity\n{rows}", encoding="utf-8")
    return path


def test_a_sample_is_the_rows_before_its_target(series):
    data = load(series, target="square", window=5)
    every = [data.train, data.validation, data.test]
    inputs = np.concatenate([part.inputs for part in every])
    targets = np.concatenate([part.targets for part in every])
    assert inputs.shape == (95, 5, 4)
    assert np.array_equal(inputs[:, :, 0], np.arange(95)[:, np.newaxis] + np.arange(5))
    assert np.array_equal(inputs[..., 1], inputs[..., 0] ** 2)
    assert np.array_equal(targets[:, 0], (np.arange(95) + 5.0) ** 2)
    assert data.preprocessing.columns.inputs == ("t", "square", "parity=even", "parity=odd")


def test_what_is_held_out_comes_later(series):
    data = load(series, target="square", window=5)
    times = [part.inputs[:, -1, 0] for part in (data.train, data.validation, data.test)]
    assert [len(part) for part in times] == [66, 10, 19]
    assert times[0].max() < times[1].min() <= times[1].max() < times[2].min()


def test_nothing_is_standardised_by_what_comes_later(series):
    data = load(series, target="square", window=5)
    seen = np.arange(66 + 5)
    assert data.preprocessing.shift[0] == pytest.approx(seen.mean())
    assert data.preprocessing.scale[1] == pytest.approx(1 / (seen**2).std())
    assert data.preprocessing(data.train.inputs).shape == data.train.inputs.shape


def test_the_target_may_be_a_class(series):
    data = load(series, window=3)
    assert data.classes == ("even", "odd")
    assert data.train.targets[:4].tolist() == [1, 0, 1, 0]


def test_shares_of_the_validation(series):
    assert load(series, target="t", window=5, validation=0).validation is None
    assert len(load(series, target="t", window=5, validation=0.5).validation) == 38


def test_a_short_series_stays_in_one_piece(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("a\n" + "".join(f"{t}.5\n" for t in range(10)))
    data = load(path, window=4)
    assert (len(data.train), data.validation, data.test) == (6, None, None)


def test_missing_cells_are_filled_from_the_training_rows_or_refused(tmp_path):
    path = tmp_path / "holes.csv"
    path.write_text("a,b\n" + "".join(f"{'' if t == 3 else t + 0.5},{t / 7}\n" for t in range(40)))
    data = load(path, window=2, missing="mean")
    filled = data.train.inputs[3, 0, 0]
    assert filled == pytest.approx(np.delete(np.arange(len(data.train) + 2) + 0.5, 3).mean())
    with pytest.raises(DataError, match=r"holes\.csv, row 4 \(line 5\), column 'a' has no value"):
        load(path, window=2, missing="error")


def test_windows_with_missing_cells_are_dropped_and_counted(tmp_path):
    path = tmp_path / "holes.csv"
    path.write_text("a,b\n" + "".join(f"{'' if t == 3 else t + 0.5},{t / 7}\n" for t in range(40)))
    data = load(path, window=2, missing="drop")
    inputs = np.concatenate([part.inputs for part in data.splits.values()])
    assert inputs[:, 0, 0].tolist() == [t + 0.5 for t in range(38) if t not in (2, 3)]
    assert data.remarks == ("2 windows of 38 with missing cells or before a missing target left out",)


def test_a_window_before_a_missing_target_is_left_out(tmp_path):
    path = tmp_path / "holes.csv"
    path.write_text("a,b\n" + "".join(f"{t + 0.5},{'' if t == 3 else t / 7}\n" for t in range(40)))
    data = load(path, window=2)
    targets = np.concatenate([part.targets for part in data.splits.values()])
    assert targets[:, 0].tolist() == [t / 7 for t in range(2, 40) if t != 3]
    assert "1 window of 38" in data.remarks[0]


def test_later_tables_are_read_in_the_same_windows(series, tmp_path):
    data = load(series, target="square", window=5)
    preprocessing = preprocessing_from_json(data.preprocessing.to_json())
    assert preprocessing == data.preprocessing
    assert preprocessing.read(series, ()).shape == (96, 5, 4)
    samples = preprocessing.read_samples(str(series), None)
    assert np.array_equal(samples.inputs[:66], data.train.inputs)
    assert samples.targets[-1] == 99**2
    few = tmp_path / "few.csv"
    few.write_text("t,square,parity\n1,1,odd\n2,4,even\n")
    with pytest.raises(DataError, match=r"few\.csv has 2 rows, fewer than a window of 5; give more rows"):
        preprocessing.read(few, ())


def test_the_first_windows_are_shown_under_the_names_of_their_columns(series):
    data = load(series, target="square", window=5)
    header, _, first, *_ = data.preprocessing.preview(data.train, data.classes).splitlines()
    assert header.split() == ["t", "square", "parity=even", "parity=odd", "t", "square", "parity=even", "parity=odd",
                              "…", "square"]  # fmt: skip
    assert first.split()[-1] == f"{data.train.targets[0, 0]:g}"


def test_windows_are_a_view_in_time_order():
    rows = np.arange(12.0).reshape(6, 2)
    view = windows(rows, 3, "it")
    assert view.shape == (4, 3, 2)
    assert np.array_equal(view[2], rows[2:5])
    assert np.shares_memory(view, rows)


def test_series_that_cannot_be_meant(series):
    with pytest.raises(DataError, match=r"series\.csv before its last row has 99 rows, fewer than a window of 100"):
        load(series, window=100)
    with pytest.raises(UnknownNameError, match=r"there is no column 'squar'; did you mean 'square'\?"):
        load(series, target="squar", window=5)


def test_a_window_that_leaves_nothing_to_hold_out_says_so(series):
    short = load(series, window=90)
    assert short.validation is None and short.test is None
    assert short.remarks == (
        "series.csv has 10 windows of 90 rows with a row after it, too few to hold out any for validation and test; "
        "a smaller window gives more",
    )
    asked = load(series, window=90, validation=0.2)
    assert len(asked.validation) == 2
    assert "to hold out any for a test;" in asked.remarks[0]
    assert load(series, window=80).remarks == ()
    with pytest.raises(
        DataError, match=r"series\.csv has 1 window of 99 rows with .* too few to hold out any for valid"
    ):
        load(series, window=99, validation=0.2)


def test_the_sine_can_be_foretold():
    data = load("sine", seed=3)
    assert data.train.inputs.shape[1:] == (25, 1) and data.outputs == 1
    assert np.abs(data.train.targets).max() <= 1
    steps = data.train.inputs[:, :, 0]
    assert np.abs(steps[:, -1] - data.train.targets[:, 0]).mean() < 0.5
    assert load("sine", seed=3).sha256 == data.sha256 != load("sine", seed=4).sha256


def test_the_adding_task_sums_the_two_marked_numbers():
    data = load("adding")
    inputs, targets = data.train.inputs, data.train.targets
    assert inputs.shape[1:] == (30, 2)
    assert np.array_equal(inputs[:, :15, 1].sum(axis=1), np.ones(len(inputs)))
    assert np.array_equal(inputs[:, 15:, 1].sum(axis=1), np.ones(len(inputs)))
    np.testing.assert_allclose((inputs[..., 0] * inputs[..., 1]).sum(axis=1), targets[:, 0])
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, rel=0.05)
