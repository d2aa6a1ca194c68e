"""Numbers at the ends of what computers hold: they are learned from as others are, or refused by name."""

import numpy as np
import pytest

from whence.data import Preprocessing, load
from whence.errors import DataError


def table(folder, inputs, targets):
    lines = ["length,width,price"] + [
        f"{x!r},{i % 5},{y!r}" for i, (x, y) in enumerate(zip(inputs, targets, strict=True))
    ]
    (folder / "rooms.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "rooms.csv"


USUAL = np.linspace(1, 2, 40).tolist()


@pytest.mark.parametrize("unit", [1e-90, 1e-30, 1e30, 1e90])
def test_any_unit_gives_the_same_inputs_and_targets(tmp_path, unit):
    given = [load(table(tmp_path, *[[value * scale for value in USUAL]] * 2)) for scale in (1.0, unit)]
    usual, other = (one.preprocessing(one.train.inputs, np.float64) for one in given)
    np.testing.assert_allclose(other, usual, rtol=1e-6, atol=1e-9)
    usual, other = (one.preprocessing.targets(one.train.targets, one.train.inputs) for one in given)
    np.testing.assert_allclose(other, usual, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e200, 1.7e307])
def test_columns_beyond_are_refused_by_their_name(tmp_path, unit):
    extreme = [value * unit for value in USUAL]
    with pytest.raises(DataError, match="length"):
        load(table(tmp_path, extreme, USUAL))
    with pytest.raises(DataError, match=r"price|targets"):
        load(table(tmp_path, USUAL, extreme))


def test_a_tiny_number_among_usual_ones_is_no_matter(tmp_path):
    found = load(table(tmp_path, [1e-250, *USUAL[1:]], USUAL))
    assert np.isfinite(found.preprocessing(found.train.inputs)).all()


@pytest.mark.parametrize("rows", [30, 300_000])
@pytest.mark.parametrize("value", [0.1, 1e9 + 1e-7, -1e100])
def test_a_constant_column_is_constant_however_its_mean_is_rounded(rows, value):
    from whence.data.tables.preprocessing import _standardising

    constant = np.full((rows, 2), value)
    for weights in (None, np.linspace(1, 2, rows)):
        assert _standardising(constant, weights, ["a", "b"])[1].tolist() == [1, 1]


@pytest.mark.parametrize("unit", [1e-60, 1e60])
@pytest.mark.parametrize("name", ["x", "y"])
def test_arrays_that_float32_does_not_hold_are_refused(tmp_path, unit, name):
    arrays = {"x": np.random.default_rng(0).normal(size=(30, 4, 2)), "y": np.linspace(0.5, 2, 30)}
    arrays[name] = arrays[name] * unit
    np.savez(tmp_path / "waves.npz", **arrays)
    with pytest.raises(DataError, match="inputs" if name == "x" else "targets"):
        load(tmp_path / "waves.npz")


def test_an_input_that_would_become_infinite_is_refused():
    with pytest.raises(DataError, match="too large for float32"):
        Preprocessing(scale=1e30)(np.array([[1.0, 1e20]]))
