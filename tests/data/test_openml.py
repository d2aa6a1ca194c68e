import sys
import types

import numpy as np
import pytest

from whence.data import load
from whence.errors import DataError, MissingDependencyError

RNG = np.random.default_rng(0)


def bunch(data, target, names, categories=None, target_names=("class",)):
    return types.SimpleNamespace(
        data=data, target=target, feature_names=names, categories=categories, target_names=list(target_names)
    )


@pytest.fixture
def openml(monkeypatch, no_shared_data):
    """Replace the fetcher: what it gives is set by the test, what it was asked for is kept."""
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    answer = types.SimpleNamespace(bunch=None, asked=None)

    def fetch(name, **options):
        answer.asked = (name, options)
        if isinstance(answer.bunch, Exception):
            raise answer.bunch
        return answer.bunch

    monkeypatch.setattr(sklearn_datasets, "fetch_openml", fetch)
    return answer


def pixels(count, side=28):
    return RNG.integers(0, 256, (count, side * side)).astype(np.float64), [f"pixel{i + 1}" for i in range(side * side)]


def test_mnist_is_split_into_its_first_60000_and_last_10000(openml):
    data = np.broadcast_to(np.arange(784.0) % 256, (70_000, 784))
    labels = (np.arange(70_000) % 10).astype(str).astype(object)
    openml.bunch = bunch(data, labels, [f"pixel{i + 1}" for i in range(784)])
    dataset = load("openml:mnist_784")
    assert [len(part) for part in dataset.splits.values()] == [60_000, 10_000]
    assert dataset.input_shape == (28, 28, 1)
    assert dataset.train.inputs.dtype == np.uint8
    assert dataset.classes == tuple("0123456789")
    assert (dataset.preprocessing.scale, dataset.preprocessing.image.box) == (1 / 255, 20)
    assert dataset.test.inputs[0, 0, :3, 0].tolist() == [0, 1, 2]


def test_other_pixels_are_images_in_one_piece(openml):
    data, names = pixels(60, side=16)
    openml.bunch = bunch(data, np.array(["a", "b", "c"] * 20, dtype=object), names)
    dataset = load("openml:usps", seed=1)
    assert [len(part) for part in dataset.splits.values()] == [42, 6, 12]
    assert dataset.input_shape == (16, 16, 1)
    assert dataset.preprocessing.image.box is None


@pytest.mark.parametrize("coded", [True, False])
def test_tables_with_categories_and_missing_cells(openml, coded):
    kinds = ["red", "green"]
    data = np.array([[1.5, 0], [2.5, 1], [np.nan, 1], [4.0, 0]])
    if not coded:
        data = np.array([[x, kinds[int(c)]] for x, c in data], dtype=object)
    openml.bunch = bunch(data, np.array([0.5, 1.25, 2.0, 3.0]), ["size", "colour"], {"colour": kinds}, ["price"])
    with pytest.raises(DataError, match=r"openml:things, row 3, column 'size' has no value"):
        load("openml:things", missing="error")
    dataset = load("openml:things", missing="mean", target="price")
    assert openml.asked[1]["target_column"] == "price"
    assert dataset.name == "things"
    assert dataset.preprocessing.columns.inputs == ("size", "colour=green", "colour=red")
    assert dataset.train.inputs[:2].tolist() == [[1.5, 0, 1], [2.5, 1, 0]]
    assert dataset.train.inputs[2, 0] == pytest.approx(8 / 3)
    assert dataset.train.targets.tolist() == [[0.5], [1.25], [2], [3]]


def test_what_is_asked_for(openml, no_shared_data):
    openml.bunch = bunch(np.eye(4), np.array(list("abab"), dtype=object), list("wxyz"))
    load("openml:iris")
    name, options = openml.asked
    assert name == "iris"
    assert options["target_column"] == "default-target"
    assert options["as_frame"] is False
    assert options["data_home"] == no_shared_data / "openml"


@pytest.mark.parametrize("error", [ValueError("No active dataset x found."), OSError("no route to host")])
def test_failures_are_told(openml, error):
    openml.bunch = error
    with pytest.raises(DataError, match=f"cannot fetch 'x' from openml.org: {error}; check the name"):
        load("openml:x")


def test_sets_that_cannot_be_used(openml):
    openml.bunch = bunch(np.eye(3), None, list("abc"))
    with pytest.raises(DataError, match=r"openml:x has no single default target; name a target column"):
        load("openml:x")
    openml.bunch = bunch(object(), np.zeros(3), list("abc"))
    with pytest.raises(DataError, match=r"openml:x is a sparse matrix"):
        load("openml:x")
    with pytest.raises(DataError, match=r"openml:x has to be downloaded from openml.org; allow downloads"):
        load("openml:x", offline=True)


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingDependencyError, match=r"needs scikit-learn, which.*whence-nn\[openml\]"):
        load("openml:iris")


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\\b", "..", "x\0y", "n" * 300])
def test_no_name_leads_out_of_the_cache(name):
    with pytest.raises(DataError, match=r"is no name of a set of openml\.org; give one without slashes"):
        load(f"openml:{name}")
