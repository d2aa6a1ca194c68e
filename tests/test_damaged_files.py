"""Models, checkpoints and traces in which a bit or a part of the description is another are refused in a sentence."""

import copy
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exhaustive import one_of
from whence.array_file import read_arrays, write_arrays
from whence.cli.options.settings import read_config
from whence.data import Preprocessing, class_weights
from whence.data.tables.files.parsed_cache import keep_table, kept_table
from whence.data.tables.table import Table
from whence.errors import ModelFileError, WhenceError
from whence.nn import CrossEntropy, mlp
from whence.optim import Adam
from whence.trace import load_traces, save_traces, trace
from whence.training import Checkpointing, Model, fit, load_checkpoint, load_model

VALUES = (None, "x", -1, 1.5, True, [], {}, 10**40, [[[]]], {"layer": 3})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with a model, a checkpoint and a trace."""
    folder = tmp_path_factory.mktemp("run")
    net, x, y = mlp((4,), [5], 3, batch_norm=True, seed=1), np.eye(4), np.array([0, 1, 2, 0])
    model = Model(net, CrossEntropy(), Preprocessing(), ("a", "b", "c"), "table")
    fit(net, model.loss_fn, Adam(), (x, y), epochs=1, batch_size=4, callbacks=[Checkpointing(folder, model)])
    save_traces(folder / "trace.safetensors", [trace(net, model.loss_fn, Adam(), x, y)])
    return folder


KINDS = {
    "model.safetensors": ("model", load_model),
    "checkpoint.safetensors": ("model", lambda path: load_checkpoint(path.parent)),
    "trace.safetensors": ("trace", load_traces),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_flipped_bit_is_noticed(name, run, tmp_path):
    content, path = (run / name).read_bytes(), tmp_path / name
    for bit in random.Random(1).sample(range(8 * len(content)), 250):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(ModelFileError):
            KINDS[name][1](path)


def places(part):
    """Yield every dict or list in a description with each of its keys."""
    if isinstance(part, dict | list):
        for key in part if isinstance(part, dict) else range(len(part)):
            yield part, key
            yield from places(part[key])


@pytest.mark.parametrize("name", KINDS)
@one_of("times", [30, 150])
def test_a_description_with_a_right_digest_is_read_or_refused_in_a_sentence(name, times, run, tmp_path):
    kind, load = KINDS[name]
    version = 3 if kind == "trace" else 2
    arrays, description = read_arrays(run / name, dict, kind=kind, version=version)
    choose, path = random.Random(2), tmp_path / name
    for _ in range(times):
        changed = copy.deepcopy(description)
        part, key = choose.choice(list(places(changed)))
        if choose.random() < 0.3:
            del part[key]
        else:
            part[key] = choose.choice(VALUES)
        write_arrays(path, arrays, changed, kind=kind, version=version)
        began = time.process_time()
        try:
            load(path)
        except WhenceError as error:
            assert "\n" not in str(error)
        assert time.process_time() - began < 5


def test_a_checkpoint_without_a_state_of_its_optimizer_is_refused(run, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    arrays, description = read_arrays(run / path.name, dict, kind="model", version=2)
    del arrays["optimizer/v"]
    write_arrays(path, arrays, description, kind="model", version=2)
    with pytest.raises(ModelFileError, match=r"lacks what its training needs .* but Adam needs m, steps, v"):
        load_checkpoint(tmp_path)


def test_a_small_file_that_asks_for_a_large_network_is_refused_before_anything_is_allocated(run, tmp_path):
    path = tmp_path / "model.safetensors"
    arrays, description = read_arrays(run / path.name, dict, kind="model", version=2)
    for entry in description["architecture"]["layers"]:
        if entry["layer"] == "Linear" and entry["in_features"] == 4:
            entry["out_features"] = 10**8
    write_arrays(path, arrays, description, kind="model", version=2)
    with pytest.raises(ModelFileError, match="cannot be built"):
        load_model(path)


def test_a_sum_in_a_trace_that_would_run_for_minutes_is_refused(run, tmp_path):
    path = tmp_path / "trace.safetensors"
    arrays, description = read_arrays(run / path.name, dict, kind="trace", version=3)
    formula = description["traces"][0]["formulas"]["z1"]
    formula["expression"] = ["reduction", "Sum", [["q", 2**30], ["r", 2**30]], formula["expression"], []]
    write_arrays(path, arrays, description, kind="trace", version=3)
    with pytest.raises(ModelFileError, match=r"a sum in the formula of z1 has [\d,]+ terms"):
        load_traces(path)


DATA = {"name": "d", "samples": [0, 1, 2, 3]}


@pytest.mark.parametrize(
    "other",
    [
        {"samples": [0]},
        {"samples": "all"},
        {"columns": ["a"]},
        {"image": {"height": 2, "width": 3, "channels": 1}},
        {"image": {"height": 4, "width": 1, "channels": 0}},
        {"characters": "abcd"},
        {"origins": [["a", "b"]] * 4},
        {"origins": [[{"computed": "1"}]] * 4},
        {"step": "first"},
        {"step": {"kind": "nth", "number": 1}},
        {"step": {"kind": "best", "number": 0}},
    ],
)
def test_what_a_trace_says_of_its_data_must_fit_its_inputs(other, run, tmp_path):
    path = tmp_path / "trace.safetensors"
    arrays, description = read_arrays(run / path.name, dict, kind="trace", version=3)
    description["traces"][0]["description"]["data"] = DATA
    write_arrays(path, arrays, description, kind="trace", version=3)
    load_traces(path)
    description["traces"][0]["description"]["data"] = DATA | other
    write_arrays(path, arrays, description, kind="trace", version=3)
    with pytest.raises(ModelFileError, match=next(iter(other))):
        load_traces(path)


def test_a_kept_table_with_a_flipped_bit_is_read_anew(tmp_path):
    place = tmp_path / "kept.safetensors"
    frame = pd.DataFrame({"a": [1.0, 2.5], "b": pd.Series(["x", "y"], dtype=object)})
    keep_table(Table("t", frame, rows=range(1, 3), lines=None), place)
    content = place.read_bytes()
    assert kept_table(place).frame.equals(frame)
    for bit in random.Random(1).sample(range(8 * len(content)), 100):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        place.write_bytes(changed)
        assert kept_table(place) is None


@pytest.mark.parametrize("harm", [b"[" * 100_000, b'{"a": null}', b'{"a": 1e999}', b'{"a": -1}', b"[1]", b"\xff"])
def test_harmed_class_weights_are_refused_in_a_sentence(harm, tmp_path):
    path = tmp_path / "weights.json"
    path.write_bytes(harm)
    with pytest.raises(WhenceError):
        class_weights(path, ("a", "b"), np.array([0, 1]))


@pytest.mark.parametrize("harm", [b"[" * 100_000, b"[1]", b'{"epoch": "1"}', b'{"epoch": 7}', b"\xff", b""])
def test_harmed_metrics_beside_a_checkpoint_of_version_0_1_are_refused(harm, tmp_path):
    folder = shutil.copytree(Path(__file__).parent / "files_of_0_1" / "rooms", tmp_path / "rooms")
    metrics = folder / "metrics.jsonl"
    load_checkpoint(folder)
    metrics.write_bytes(harm + b"\n" + metrics.read_bytes().partition(b"\n")[2])
    with pytest.raises(ModelFileError):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "line",
    ["seed = nan", "seed = {}", "max-iter = 1e999", "learning-rate = inf", "sed = 1", "seed = [[[]]]", "seed = -1"],
)
def test_a_harmed_configuration_is_refused_in_a_sentence(line, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(line)
    with pytest.raises(WhenceError):
        read_config(path)
