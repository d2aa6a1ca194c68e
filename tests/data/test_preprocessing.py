import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data import ImageFormat, Preprocessing
from whence.data.columns import Column, TableColumns
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
    columns = TableColumns((Column("a"), Column("kind", ("x", "y")), Column("constant")))
    inputs = np.array([[1.0, 1, 0, 0.1], [3.0, 0, 1, 0.1], [8.0, 0, 1, 0.1]])
    inputs.flags.writeable = False
    prepared = Preprocessing(columns=columns).fitted(inputs, np.zeros(len(inputs), np.int64))(inputs, np.float64)
    assert np.allclose(prepared[:, 0].mean(), 0)
    assert np.allclose(prepared[:, 0].std(), 1)
    assert np.array_equal(prepared[:, 1:3], inputs[:, 1:3])
    assert np.allclose(prepared[:, 3], 0, atol=1e-15)
    assert np.isfinite(prepared).all()


def test_without_columns_nothing_is_fitted():
    preprocessing = Preprocessing(scale=1 / 16)
    assert preprocessing.fitted(np.ones((3, 2)), np.zeros(3)) is preprocessing


@given(
    shift=st.one_of(finite, st.lists(finite, min_size=1, max_size=4).map(np.array)),
    scale=st.one_of(finite, st.lists(finite, min_size=1, max_size=4).map(np.array)),
    columns=st.one_of(
        st.none(),
        st.builds(
            TableColumns,
            st.lists(
                st.one_of(
                    st.builds(Column, st.text(), st.none(), st.one_of(st.none(), finite)),
                    st.builds(Column, st.text(), st.lists(st.text()).map(tuple), st.one_of(st.none(), st.text())),
                )
            ).map(tuple),
            st.one_of(st.none(), st.text()),
            st.sampled_from(["error", "mean", "drop"]),
            st.one_of(st.none(), st.sampled_from(",;\t")),
        ),
    ),
    image=st.one_of(
        st.none(),
        st.builds(ImageFormat, *[st.integers(1, 99)] * 4, st.booleans(), st.one_of(st.none(), st.integers(1, 99))),
    ),
)
def test_json_round_trip_is_exact(shift, scale, columns, image):
    preprocessing = Preprocessing(shift, scale, columns, image)
    read = Preprocessing.from_json(json.loads(json.dumps(preprocessing.to_json())))
    assert read == preprocessing
    assert np.array_equal(read.shift, shift)
    assert np.array_equal(read.scale, scale)
    assert (read.columns, read.image) == (columns, image)


def test_different_preprocessings_are_not_equal():
    assert Preprocessing(scale=1 / 255) != Preprocessing(scale=1 / 256)
    assert Preprocessing() != 1


def test_a_network_that_takes_no_table_reads_none(tmp_path):
    with pytest.raises(DataError, match="was not trained on a table"):
        Preprocessing().read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_columns_are_standardised_in_double_precision(dtype):
    inputs = (5000 + 1000 * np.random.default_rng(0).normal(size=(3000, 2))).astype(dtype)
    fitted = Preprocessing(columns=TableColumns((Column("a"), Column("b")))).fitted(
        inputs, np.zeros(len(inputs), np.int64)
    )
    exact = inputs.astype(np.float64)
    assert np.allclose(fitted.shift, exact.mean(axis=0), rtol=1e-12)
    assert np.allclose(fitted.scale, 1 / exact.std(axis=0), rtol=1e-12)
