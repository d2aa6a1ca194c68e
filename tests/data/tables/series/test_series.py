import msgspec
import numpy as np
import pytest

from whence import fit
from whence.data import load
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.data.tables.series.differencing import Differencing
from whence.data.tables.series.time_windows import windows
from whence.errors import ArgumentError, DataError, DataWarning, UnknownNameError
from whence.nn import MeanSquaredError, mlp
from whence.optim import Adam
from whence.training.metrics import evaluate


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
    data = load(series, target="square", window=5, difference=0)
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
    assert data.remarks[0] == "2 windows of 38 with missing cells or before a missing target left out"


def test_a_window_before_a_missing_target_is_left_out(tmp_path):
    path = tmp_path / "holes.csv"
    path.write_text("a,b\n" + "".join(f"{t + 0.5},{'' if t == 3 else t / 7}\n" for t in range(40)))
    data = load(path, window=2)
    targets = np.concatenate([part.targets for part in data.splits.values()])
    assert targets[:, 0].tolist() == [t / 7 for t in range(2, 40) if t != 3]
    assert any("1 window of 38" in remark for remark in data.remarks)


def test_later_tables_are_read_in_the_same_windows(series, tmp_path):
    data = load(series, target="square", window=5)
    preprocessing = msgspec.convert(data.preprocessing.to_json(), PreprocessingRecord).made()
    assert preprocessing == data.preprocessing
    with pytest.warns(
        DataWarning, match="'square': 1 value far outside the range of the training data, such as '9801'"
    ):
        assert preprocessing.read(series, ()).shape == (96, 5, 4)
    with pytest.warns(DataWarning, match="far outside"):
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
    with pytest.raises(DataError, match=r"series\.csv has 100 rows, fewer than a window of 100 and the row after it"):
        load(series, window=100)
    with pytest.raises(UnknownNameError, match=r"there is no column 'squar'; did you mean 'square'\?"):
        load(series, target="squar", window=5)


def test_a_window_that_leaves_nothing_to_hold_out_says_so(series):
    short = load(series, window=90)
    assert short.validation is None and short.test is None
    assert short.remarks == (
        "series.csv has 10 windows of 90 rows with a row after it, too few to hold out any unless asked for; "
        "a smaller window gives more",
    )
    asked = load(series, window=90, validation=0.2)
    assert len(asked.validation) == 2
    assert "too few to hold out any unless asked for;" in asked.remarks[0]
    assert load(series, window=80).remarks == ()
    with pytest.raises(
        DataError, match=r"series\.csv has 1 window of 99 rows with .* too few for each part of the data"
    ):
        load(series, window=99, validation=0.2)


@pytest.fixture
def passengers(tmp_path):
    """A table of 144 months with a number that rises and has a season."""
    path = tmp_path / "passengers.csv"
    path.write_text("month,passengers\n" + "".join(f"{month},{count}\n" for month, count in months()))
    return path


def months():
    rng = np.random.default_rng(0)
    for i in range(144):
        season = 1 + 0.3 * np.sin(2 * np.pi * i / 12)
        yield f"{1949 + i // 12}-{i % 12 + 1:02d}", round((100 + 2 * i) * season + rng.normal())


def test_dates_order_the_rows_and_are_no_input(passengers):
    data = load(passengers, window=12)
    assert data.preprocessing.columns.inputs == ("passengers",)
    assert data.input_shape == (12, 1)
    assert "in the order of month" in data.preprocessing.account
    lines = passengers.read_text().splitlines()
    shuffled = passengers.with_name("shuffled.csv")
    shuffled.write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    again = load(shuffled, window=12)
    assert again.sha256 == data.sha256
    assert "the rows of shuffled.csv were not in the order of month, and have been sorted by it" in again.remarks
    assert load(shuffled, window=12, target="passengers", only="passengers").sha256 == data.sha256
    assert load(shuffled, window=12, drop="month").sha256 != data.sha256
    with pytest.warns(DataWarning, match=r"shuffled\.csv were not in the order of month"):
        assert np.array_equal(data.preprocessing.read(shuffled, ())[:-1], load_all(data))


def load_all(data):
    return np.concatenate([part.inputs for part in data.splits.values()])


def test_the_usual_step_of_later_tables_is_that_of_the_training(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("day,x\n" + "".join(f"2024-01-{day:02d},{day % 5}.5\n" for day in range(1, 31)))
    data = load(path, window=3)
    preprocessing = msgspec.convert(data.preprocessing.to_json(), PreprocessingRecord).made()
    later = tmp_path / "later.csv"
    later.write_text("day,x\n" + "".join(f"2024-02-{day:02d},{day % 5}.5\n" for day in range(1, 29, 4)))
    with pytest.warns(DataWarning, match=r"6 steps of 6 .* are not the usual 1 day; the longest is 4 days"):
        preprocessing.read(later, ())


def test_gaps_repeats_and_absent_dates_are_said(tmp_path):
    path = tmp_path / "days.csv"
    days = [*range(1, 11), 10, *range(15, 31)]
    path.write_text("day,x\n" + "".join(f"2024-01-{day:02d},{i % 5}.5\n" for i, day in enumerate(days)))
    data = load(path, window=3)
    assert data.remarks[:2] == (
        "1 row of days.csv has the same day as the row before; if the table holds several series, train on one of them",
        "1 step of 26 from row to row of days.csv is not the usual 1 day; the longest is 5 days, after 2024-01-10",
    )
    without = tmp_path / "without.csv"
    without.write_text("x\n" + "".join(f"{i}.5\n" for i in range(5)))
    with pytest.warns(DataWarning, match=r"without\.csv has no column 'day', by which the network's rows were ordered"):
        assert data.preprocessing.read(without, ()).shape == (3, 3, 1)
    path.write_text(path.read_text().replace("2024-01-20", ""))
    with pytest.raises(DataError, match=r"row 17 \(line 18\), column 'day' has no date, by which"):
        load(path, window=3)


def test_changes_are_predicted_where_they_vary_less_and_come_back(passengers):
    data = load(passengers, window=12)
    assert data.preprocessing.differencing == Differencing(12, (0,), (0,))
    assert any("predicted as the change from 12 rows before" in remark for remark in data.remarks)
    train = data.train
    wanted = data.preprocessing.targets(train.targets, train.inputs, np.float64)
    scale, shift = data.preprocessing.target_scale, data.preprocessing.target_shift
    assert np.allclose(wanted / scale + shift, train.targets - train.inputs[:, 0])
    assert np.allclose(data.preprocessing.restored(wanted, train.inputs), train.targets)
    prepared = data.preprocessing(train.inputs + 1000.0, np.float64)
    assert np.allclose(prepared, data.preprocessing(train.inputs, np.float64))
    assert msgspec.convert(data.preprocessing.to_json(), PreprocessingRecord).made() == data.preprocessing
    plain = load(passengers, window=12, difference=0)
    assert plain.preprocessing.differencing is None
    assert load(passengers, window=12, difference=1).preprocessing.differencing.lag == 1
    with pytest.raises(ArgumentError, match="difference is 13, and a window has 12 rows; give a larger window"):
        load(passengers, window=12, difference=13)


def test_noise_is_not_differenced(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_text("x\n" + "".join(f"{x}\n" for x in np.random.default_rng(0).normal(size=200)))
    assert load(path, window=10).preprocessing.differencing is None


def test_several_rows_ahead_are_predicted_at_once_and_parts_share_no_target(passengers):
    data = load(passengers, window=12, horizon=3)
    values = np.array([count for _, count in months()], float)
    assert data.outputs == 3
    assert data.preprocessing.target_names == ("passengers +1", "passengers +2", "passengers +3")
    assert data.train.targets[0].tolist() == values[12:15].tolist()
    ends = [part.targets for part in data.splits.values()]
    assert ends[0][-1, -1] == values[np.flatnonzero(values == ends[1][0, 0])[0] - 1]
    assert ends[2][-1].tolist() == values[-3:].tolist()
    assert data.preprocessing.values_before(data.train.inputs)[0].tolist() == [values[11]] * 3
    reference = data.preprocessing.reference(data.train.inputs)
    assert np.array_equal(reference, data.train.inputs[:, :3, 0])
    assert data.preprocessing.prediction_rows(passengers, 133)[0] == (13, f"{passengers}, rows 13 to 15")
    with pytest.raises(ArgumentError, match="horizon and difference are for the time series in a table"):
        load(passengers, horizon=2)


def test_references_of_targets_beyond_the_lag_are_known():
    windows_of_one = np.arange(10.0).reshape(1, 10, 1)
    assert Differencing(1, (0,), ()).reference(windows_of_one, 3).tolist() == [[9, 9, 9]]
    assert Differencing(4, (0,), ()).reference(windows_of_one, 6).tolist() == [[6, 7, 8, 9, 6, 7]]


def test_a_rising_season_is_followed_better_than_by_repeating_the_last_value(passengers):
    data = load(passengers, window=12)
    net = mlp(data.input_shape, (32,), 1, seed=0)
    fit(net, MeanSquaredError(), Adam(0.003), data.train, epochs=100, preprocessing=data.preprocessing)
    found = evaluate(net, MeanSquaredError(), data.test, data.preprocessing)
    persistence = np.sqrt(np.mean((data.test.targets - data.test.inputs[:, -1]) ** 2))
    assert found["rmse"] < persistence / 2


def test_a_table_that_looks_like_a_series_gets_a_hint(passengers):
    hint = "passengers.csv looks like a time series, a row every 31 days by month: --window 12 predicts a row"
    assert any(remark.startswith(hint) for remark in load(passengers).remarks)
    lines = passengers.read_text().splitlines()
    passengers.write_text("\n".join([lines[0], *lines[:0:-2], *lines[-2:0:-2]]) + "\n")
    assert any(remark.startswith(hint) for remark in load(passengers).remarks)
    passengers.write_text("\n".join([*lines, *lines[1:20]]) + "\n")
    assert not any("looks like" in remark for remark in load(passengers).remarks)


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
