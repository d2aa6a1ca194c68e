import numpy as np
import pytest
from safetensors.numpy import save_file

from whence.array_file import read_arrays, write_arrays
from whence.data import load
from whence.errors import ModelFileError, RunFolderError
from whence.nn import CrossEntropy, Sequential, mlp
from whence.training import Model, load_model, save_model
from whence.training.model_file import KIND, VERSION


@pytest.fixture
def model():
    data = load("digits")
    net = mlp(data.input_shape, [7], data.outputs, activation="gelu", batch_norm=True, dropout=0.2, seed=3)
    return Model(net, CrossEntropy(label_smoothing=0.1), data.preprocessing, data.classes, data.name)


@pytest.fixture
def stored(model, tmp_path):
    save_model(tmp_path / "model.safetensors", model)
    return tmp_path / "model.safetensors"


def rewritten(path, change):
    arrays, description = read_arrays(path, dict, kind=KIND, version=VERSION)
    change(arrays, description)
    write_arrays(path, arrays, description, kind=KIND, version=VERSION)
    return path


def test_a_model_comes_back_as_it_was(model, stored):
    loaded = load_model(stored)
    images = load("digits").test.inputs[:5]
    assert np.array_equal(loaded.probabilities(images), model.probabilities(images))
    assert loaded.net.config() == model.net.config()
    assert repr(loaded.loss_fn) == repr(model.loss_fn)
    assert (loaded.classes, loaded.data) == (model.classes, model.data)


def test_a_run_is_opened_by_its_folder(model, stored):
    images = load("digits").test.inputs[:5]
    assert np.array_equal(load_model(stored.parent).predict(images), model.predict(images))


def test_predictions_of_a_classifier_are_probabilities(model):
    digits = load("digits").test.inputs[:5]
    probabilities = model.probabilities(digits)
    assert probabilities.shape == (5, 10)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert model.predict(digits).tolist() == [model.classes[i] for i in probabilities.argmax(axis=1)]


def test_transposed_arrays_are_written_right(tmp_path):
    array = np.arange(6.0).reshape(2, 3).T
    write_arrays(tmp_path / "a.safetensors", {"a": array}, {}, kind="model", version=1)
    assert np.array_equal(read_arrays(tmp_path / "a.safetensors", dict, kind="model", version=1)[0]["a"], array)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ModelFileError, match="there is no run or model file"):
        load_model(tmp_path / "none.safetensors")


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\xff" * 64])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelFileError, match="is damaged or not a model file"):
        load_model(tmp_path / "model.safetensors")


def test_a_truncated_file_is_refused(stored):
    stored.write_bytes(stored.read_bytes()[:-10])
    with pytest.raises(ModelFileError, match="is damaged or not a model file"):
        load_model(stored)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelFileError, match="is a safetensors file that whence did not write; give a model file"):
        load_model(tmp_path / "model.safetensors")


def test_a_newer_version_is_refused(stored):
    rewritten(stored, lambda arrays, description: description.update(version=99))
    with pytest.raises(ModelFileError, match="has version 99, but this whence reads versions up to 2; update whence"):
        load_model(stored)


def test_a_trace_is_no_model(stored):
    rewritten(stored, lambda arrays, description: description.update(format="whence trace"))
    with pytest.raises(ModelFileError, match="is a whence trace file; give a whence model file"):
        load_model(stored)


def test_arrays_that_do_not_match_the_architecture_are_refused(stored):
    rewritten(stored, lambda arrays, description: arrays.update({"1.weight": np.zeros((3, 3), np.float32)}))
    with pytest.raises(ModelFileError, match="the network has 549 parameters, but the state 124 numbers"):
        load_model(stored)


def test_a_missing_array_is_refused(stored):
    rewritten(stored, lambda arrays, description: arrays.update({"1.wait": arrays.pop("1.weight")}))
    with pytest.raises(ModelFileError, match=r"cannot be built: the state lacks 1\.weight"):
        load_model(stored)


def test_parameters_that_are_not_finite_are_refused(stored):
    rewritten(stored, lambda arrays, description: arrays["1.weight"].fill(np.nan))
    with pytest.raises(ModelFileError, match="not finite"):
        load_model(stored)


@pytest.mark.parametrize("key", ["architecture", "loss", "preprocessing", "classes", "data"])
def test_a_description_without_a_part_is_refused(stored, key):
    rewritten(stored, lambda arrays, description: description.pop(key))
    with pytest.raises(ModelFileError, match=f"is damaged: object missing required field `{key}`; restore it"):
        load_model(stored)


@pytest.mark.parametrize(
    ("key", "value"),
    [("layers", [1, 2]), ("order", [-1, 0]), ("input_shape", 3), ("dtype", []), ("seed", "x")],
)
def test_an_architecture_of_another_form_is_refused(stored, key, value):
    rewritten(stored, lambda arrays, description: description["architecture"].update({key: value}))
    with pytest.raises(ModelFileError, match=rf"is damaged: architecture\.{key}.*: expected .*; restore it"):
        load_model(stored)


def test_an_unknown_layer_is_refused(stored):
    def change(arrays, description):
        description["architecture"]["layers"][1]["layer"] = "Linera"

    rewritten(stored, change)
    with pytest.raises(ModelFileError, match="there is no layer 'Linera'; did you mean 'linear'"):
        load_model(stored)


def test_a_full_disk_leaves_the_old_file(model, stored, monkeypatch):
    before = stored.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunFolderError, match="No space left on device"):
        save_model(stored, model)
    assert stored.read_bytes() == before
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_a_network_without_parameters_can_be_stored(tmp_path):
    from whence.nn import ReLU

    data = load("digits")
    net = Sequential(ReLU(), input_shape=(8, 8, 1))
    save_model(tmp_path / "m.safetensors", Model(net, CrossEntropy(), data.preprocessing, None, "digits"))
    assert load_model(tmp_path / "m.safetensors").net.theta.shape == (0,)
