import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data import ImageFormat, Preprocessing
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.data.tables.columns import CategoryColumn, DateColumn, NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.numerals import _CONVENTIONS, Numerals
from whence.data.tables.roles.roles import ColumnRole, Role
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.data.tables.table_columns import TableColumns, TableColumnsRecord
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import DataError

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_are_scaled_into_a_fresh_array(dtype):
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    images.flags.writeable = False
    prepared = Preprocessing(scale=1 / 255)(images, dtype)
    assert prepared.dtype == dtype
    assert np.allclose(prepared.ravel(), np.arange(256) / 255, rtol=1e-6 if dtype == np.float32 else 1e-15)


def test_shift_and_scale_work_per_column_and_in_double_precision():
    table = np.array([[1e9, 5.0], [1e9 + 1, 7.0]])
    table.flags.writeable = False
    preprocessing = Preprocessing(shift=np.array([1e9, 6.0]), scale=np.array([2.0, 0.5]))
    assert preprocessing(table).tolist() == [[0, -0.5], [2, 0.5]]


def test_the_identity_returns_a_copy():
    table = np.ones((2, 2), np.float32)
    prepared = Preprocessing()(table)
    prepared[:] = 5
    assert table.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("held", [np.float64, np.float32, np.int64, np.uint8])
def test_indices_are_whole_numbers_in_whatever_type_they_are_held(held):
    inputs = np.array([[0, 3], [250, 7]], held)
    inputs.flags.writeable = False
    prepared = Preprocessing(shift=np.array([1.0, 2.0]), scale=np.array([3.0, 4.0]))(inputs, np.intp)
    assert prepared.dtype == np.intp
    assert prepared.tolist() == [[0, 3], [250, 7]]


@pytest.mark.parametrize("value", [0.5, -1e-9, 1e300])
def test_what_is_no_index_is_named(value):
    sentence = f"the inputs hold {value:g}, but the network takes indices; give whole numbers"
    with pytest.raises(DataError, match=re.escape(sentence)):
        Preprocessing()(np.array([[1.0, value]]), np.intp)


def test_standardisation_leaves_one_hot_columns_alone_and_constant_columns_at_zero():
    columns = TableColumns((NumberColumn("a"), CategoryColumn("kind", categories=("x", "y")), NumberColumn("constant")))
    inputs = np.array([[1.0, 1, 0, 0.1], [3.0, 0, 1, 0.1], [8.0, 0, 1, 0.1]])
    inputs.flags.writeable = False
    prepared = TablePreprocessing(columns=columns).fitted(inputs, np.zeros(len(inputs), np.int64))(inputs, np.float64)
    assert np.allclose(prepared[:, 0].mean(), 0)
    assert np.allclose(prepared[:, 0].std(), 1)
    assert np.array_equal(prepared[:, 1:3], inputs[:, 1:3])
    assert np.allclose(prepared[:, 3], 0, atol=1e-15)
    assert np.isfinite(prepared).all()


def test_without_columns_nothing_is_fitted():
    preprocessing = Preprocessing(scale=1 / 16)
    assert preprocessing.fitted(np.ones((3, 2)), np.zeros(3)) is preprocessing


numbers = st.one_of(finite, st.lists(finite, min_size=1, max_size=4).map(np.array))
positive = st.floats(1e-9, 1e9)
scales = st.one_of(positive, st.lists(positive, min_size=1, max_size=4).map(np.array))
texts = st.lists(st.text(), max_size=3, unique=True).map(tuple)
numerals = st.builds(lambda marks, unit: Numerals(*marks, unit), st.sampled_from(_CONVENTIONS), st.text())
optional = st.one_of(st.none(), finite)
column_kinds = st.one_of(
    st.builds(NumberColumn, st.text(), optional, st.booleans(), texts, numerals=numerals),
    st.builds(CategoryColumn, st.text(), st.sampled_from([None, "a"]), st.booleans(), st.just(()), st.just(("b", "a"))),
    st.builds(
        DateColumn, st.text(), optional, st.booleans(), texts, format=st.just("%b %Y"), cycles=st.just(("year",))
    ),
)
roles = st.builds(ColumnRole, st.text(), st.sampled_from(Role), st.integers(0), st.integers(0), st.text(), st.text())
columns = st.builds(
    TableColumns,
    st.lists(column_kinds, max_size=3).map(tuple),
    texts,
    st.lists(numerals, max_size=2).map(tuple),
    st.lists(roles, max_size=3).map(tuple),
)
images = st.builds(ImageFormat, *[st.integers(1, 99)] * 4, st.booleans(), st.one_of(st.none(), st.integers(1, 99)))
kinds = st.one_of(
    st.builds(Preprocessing, shift=numbers, scale=scales, target_shift=numbers, target_scale=scales),
    st.builds(TablePreprocessing, shift=numbers, scale=scales, columns=columns),
    st.builds(SeriesPreprocessing, shift=numbers, scale=scales, columns=columns, window=st.integers(1, 9)),
    st.builds(ImagePreprocessing, shift=numbers, scale=scales, image=images),
    st.builds(TextPreprocessing, vocabulary=st.text(min_size=1).map(Vocabulary.of)),
)


@given(kinds)
def test_json_round_trip_is_exact(preprocessing):
    read = msgspec.convert(json.loads(json.dumps(preprocessing.to_json())), PreprocessingRecord).made()
    assert type(read) is type(preprocessing)
    assert vars(read).keys() == vars(preprocessing).keys()
    for name, value in vars(preprocessing).items():
        assert (
            np.array_equal(getattr(read, name), value) if isinstance(value, np.ndarray) else value == vars(read)[name]
        )


def test_what_older_versions_wrote_is_read():
    old = {"shift": 0.0, "scale": 0.5, "columns": None, "image": None, "target_shift": 0.0, "target_scale": 1.0}
    assert msgspec.convert(old, PreprocessingRecord).made() == Preprocessing(scale=0.5)


def test_columns_of_older_versions_are_read():
    number = {"name": "age", "categories": None, "fill": 3.5}
    category = {"name": "deck", "categories": ["A", "B"], "fill": None}
    stored = {"columns": [number, category], "target": "alive"}
    read = msgspec.convert(stored, TableColumnsRecord).made()
    assert read == TableColumns(
        (NumberColumn("age", fill=3.5), CategoryColumn("deck", categories=("A", "B"))), ("alive",)
    )
    assert msgspec.convert({"columns": [number], "target": None}, TableColumnsRecord).made().targets == ()


def test_different_preprocessings_are_not_equal():
    assert Preprocessing(scale=1 / 255) != Preprocessing(scale=1 / 256)
    assert Preprocessing() != 1


def test_a_network_that_takes_no_table_reads_none(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(
        DataError, match=r"a.csv is not a file that this network can read; expected one of \.npy, \.npz"
    ):
        Preprocessing().read(tmp_path / "a.csv", (2,))
    assert Preprocessing().read_samples(str(tmp_path / "a.csv"), None) is None


@pytest.mark.parametrize("shape", [(4, 5, 1), (4, 5), (3, 4, 5, 1), (3, 4, 5)])
def test_images_may_lack_the_axes_of_samples_and_of_a_single_channel(shape):
    preprocessing = ImagePreprocessing(image=ImageFormat(4, 5))
    assert preprocessing.as_inputs(np.ones(shape, np.uint8), (4, 5, 1), "it").shape[1:] == (4, 5, 1)


def test_an_array_of_another_shape_is_refused():
    with pytest.raises(DataError, match=r"it holds an array of shape \(5, 4\); the network takes \(N, 4, 5, 1\)"):
        ImagePreprocessing(image=ImageFormat(4, 5)).as_inputs(np.ones((5, 4)) * 9, (4, 5, 1), "it")
    with pytest.raises(DataError, match="not finite numbers"):
        Preprocessing().as_inputs(np.array([np.nan]), (1,), "it")


def test_the_rows_of_a_series_that_are_predicted_are_those_after_a_window(tmp_path):
    series = SeriesPreprocessing(columns=TableColumns((NumberColumn("a"),)), window=3)
    assert series.prediction_rows(Path("a.csv"), 2) == [(4, "a.csv, row 4"), (5, "a.csv, after the last row")]
    assert series.prediction_rows(Path("a.npy"), 1) == [(None, "a.npy")]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_columns_are_standardised_in_double_precision(dtype):
    inputs = (5000 + 1000 * np.random.default_rng(0).normal(size=(3000, 2))).astype(dtype)
    fitted = TablePreprocessing(columns=TableColumns((NumberColumn("a"), NumberColumn("b")))).fitted(
        inputs, np.zeros(len(inputs), np.int64)
    )
    exact = inputs.astype(np.float64)
    assert np.allclose(fitted.shift, exact.mean(axis=0), rtol=1e-12)
    assert np.allclose(fitted.scale, 1 / exact.std(axis=0), rtol=1e-12)


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_a_shift_is_subtracted_before_scaling(shift):
    inputs = np.array([[1.0, 2.0], [4.0, 8.0]])
    assert np.array_equal(Preprocessing(shift=shift, scale=0.5)(inputs, np.float64), (inputs - shift) * 0.5)
