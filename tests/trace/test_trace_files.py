"""Traces that are saved and read back."""

import itertools
import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load_file

import traced_networks as networks
from whence.array_file import read_arrays, write_arrays
from whence.errors import ModelFileError
from whence.nn import BatchNorm, CrossEntropy, Dropout, Linear, ReLU, Sequential
from whence.optim import Adam
from whence.trace import load_traces, save_traces, trace_steps
from whence.trace.files import KIND, VERSION


@pytest.fixture
def steps():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float32)
    optimizer = Adam(clip_norm=1, weight_decay=0.1)
    batches = [networks.batch(seed=seed) for seed in range(3)]
    return list(trace_steps(net, CrossEntropy(label_smoothing=0.1), optimizer, batches, classes=("a", "b", "c")))


@pytest.fixture
def path(steps, tmp_path):
    save_traces(tmp_path / "steps.safetensors", steps)
    return tmp_path / "steps.safetensors"


def test_what_was_saved_is_read_back(steps, path):
    for step, again in zip(steps, load_traces(path), strict=True):
        assert list(again) == list(step)
        for name in step:
            np.testing.assert_array_equal(again[name], step[name])
            assert again[name].dtype == step[name].dtype
            assert again[name].shape == step[name].shape
        assert again.formulas == step.formulas
        assert again.origins == step.origins
        assert again.steps == step.steps
        assert again.layers == step.layers
        assert again.description == json.loads(json.dumps(step.description))


def test_a_trace_that_was_read_back_still_explains_itself(steps, path):
    again = load_traces(path)[1]
    assert str(again.cell("dW1", 2, 3)) == str(steps[1].cell("dW1", 2, 3))
    assert networks.worst(again)[1] <= 1e-5


def test_steps_in_a_row_begin_where_the_one_before_ended(steps):
    for before, after in itertools.pairwise(steps):
        for name, origin in before.origins.items():
            if origin.phase == "parameter":
                np.testing.assert_array_equal(before[f"{name}_new"], after[name])
        np.testing.assert_array_equal(before["m_W1_new"], after["m_W1"])
        np.testing.assert_array_equal(before["running_mean2_new"], after["running_mean2"])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelFileError, match="there is no trace file"):
        load_traces(tmp_path / "none.safetensors")


@pytest.mark.parametrize("kept", [0, 7, 100, -1])
def test_a_damaged_file_is_refused(path, kept):
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelFileError):
        load_traces(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    write_arrays(tmp_path / "model", {}, {}, kind="model", version=1)
    with pytest.raises(ModelFileError, match="give a whence trace file"):
        load_traces(tmp_path / "model")


def test_a_newer_file_is_refused(tmp_path):
    write_arrays(tmp_path / "new", {}, {"traces": []}, kind=KIND, version=VERSION + 1)
    with pytest.raises(ModelFileError, match="update whence"):
        load_traces(tmp_path / "new")


@pytest.mark.parametrize(
    "damage",
    [
        lambda traces: traces[0].pop("order"),
        lambda traces: traces[0]["order"].append("nothing"),
        lambda traces: traces[0]["steps"].append({"kind": "data"}),
        lambda traces: traces[0]["origins"].update(x={"function": "data"}),
        lambda traces: traces[0]["formulas"].update(z1={"target": ["number", 1]}),
        lambda traces: traces[0].update(layers=3),
    ],
)
def test_a_description_that_does_not_fit_is_refused(path, damage):
    arrays, description = read_arrays(path, dict, kind=KIND, version=VERSION)
    damage(description["traces"])
    write_arrays(path, arrays, {"traces": description["traces"]}, kind=KIND, version=VERSION)
    with pytest.raises(
        ModelFileError, match=r"(is damaged|is a damaged trace file|do not agree).*; (save the traces|restore it)"
    ):
        load_traces(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda record: record["formulas"].pop("dW1"), "there is no formula of dW1"),
        (lambda record: record["origins"]["dW1"].update(layer=-1), "a layer that is not among layers"),
        (lambda record: record["description"]["loss"].clear(), "loss: object missing required field"),
        (lambda record: record["description"].update(classes=True), "classes: expected `array"),
    ],
)
def test_a_record_that_no_step_has_is_refused(path, change, said):
    header = struct.unpack("<Q", path.read_bytes()[:8])[0]
    record = json.loads(json.loads(path.read_bytes()[8 : 8 + header])["__metadata__"]["whence"])
    change(record["traces"][0])
    write_arrays(path, load_file(path), {"traces": record["traces"]}, kind=KIND, version=VERSION)
    with pytest.raises(ModelFileError, match=said):
        load_traces(path)
