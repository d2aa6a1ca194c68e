"""ONNX files that are damaged, lie, or mean harm: each is refused in one sentence, and none takes all memory."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import numpy as np
import onnx
import pytest

from interop.onnx.written import made, written
from whence.errors import ArgumentError, ModelFileError, WhenceError
from whence.interop.onnx import read_onnx
from whence.interop.onnx.reading import graph
from whence.nn import LSTM, Conv2d, Flatten, Hardtanh, Last, Linear, MaxPool2d, ReLU, Sequential


@pytest.fixture
def path(tmp_path):
    """An ONNX file that can be read."""
    net = Sequential(
        Conv2d(1, 2, 3, padding="same"), ReLU(), MaxPool2d(2), Flatten(), Linear(18, 3), input_shape=(6, 6, 1)
    )
    written(made(net), tmp_path / "net.onnx")
    return tmp_path / "net.onnx"


def changed(path, change):
    """Change the parts of an ONNX file."""
    model = onnx.load(path)
    change(model.graph)
    path.write_bytes(model.SerializeToString())


def node_of(graph, operator):
    return next(node for node in graph.node if node.op_type == operator)


def huge_shape(graph):
    graph.initializer[0].dims[0] = 2**40


def wrong_shape(graph):
    graph.initializer[0].dims[0] += 1


def negative_shape(graph):
    graph.initializer[0].dims[0] = -1


def too_few_numbers(graph):
    graph.initializer[0].raw_data = graph.initializer[0].raw_data[:-1]


def missing(graph):
    graph.initializer.pop(0)


def circle(graph):
    node_of(graph, "Add").input[1] = node_of(graph, "MaxPool").output[0]


def huge_constant(graph):
    shape = onnx.numpy_helper.from_array(np.array([2**30, 2**30]), "sizes")
    graph.initializer.append(shape)
    graph.node.insert(0, onnx.helper.make_node("ConstantOfShape", ["sizes"], ["huge"], name="huge"))
    graph.node.insert(1, onnx.helper.make_node("Cast", ["huge"], ["huger"], name="huger", to=11))
    node_of(graph, "Add").input[1] = "huger"


def huge_input(graph):
    graph.input[0].type.tensor_type.shape.dim[1].dim_value = 2**30


def huge_batch(graph):
    graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2**40


def not_a_number(graph):
    graph.initializer[0].raw_data = np.full(18, np.nan, np.float32).tobytes()


def two_inputs(graph):
    graph.input.append(onnx.helper.make_tensor_value_info("other", 1, ["N", 3]))
    node_of(graph, "Add").input[1] = "other"


def open_rows(graph):
    graph.input[0].type.tensor_type.shape.dim[1].dim_param = "rows"


def elsewhere(graph, name="/etc/passwd"):
    tensor = graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value=name)


def in_folder_above(graph):
    elsewhere(graph, "../numbers")


def beside(graph):
    elsewhere(graph, "numbers")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (huge_shape, "which is not possible"),
        (wrong_shape, "but not its numbers"),
        (negative_shape, "which is not possible"),
        (too_few_numbers, "but not its numbers"),
        (missing, "which no node before it makes and which is not in the file"),
        (circle, "which no node before it makes"),
        (huge_constant, "which is too large"),
        (huge_input, "numbers for each sample; at most"),
        (huge_batch, "fixes the number of samples"),
        (not_a_number, "not finite"),
        (two_inputs, "takes 2 inputs, x, other"),
        (open_rows, "with open lengths; export it with the size of the samples fixed"),
        (elsewhere, "only a file in the same folder is read"),
        (in_folder_above, "only a file in the same folder is read"),
        (beside, "which is not beside it; put it there"),
    ],
)
def test_what_a_file_says_is_held_against_what_it_has(path, change, message):
    changed(path, change)
    tracemalloc.start()
    with pytest.raises((ModelFileError, ArgumentError), match=message) as refusal:
        read_onnx(path)
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()
    assert "\n" not in str(refusal.value)


def test_numbers_in_a_file_beside_are_read_within_it(path):
    whole = read_onnx(path).model.net.theta
    numbers = onnx.load(path).graph.initializer[0].raw_data
    changed(path, beside)
    (path.parent / "numbers").write_bytes(numbers)
    np.testing.assert_array_equal(read_onnx(path).model.net.theta, whole)
    (path.parent / "numbers").write_bytes(numbers[:-1])
    with pytest.raises(ModelFileError, match="does not have the numbers of"):
        read_onnx(path)
    (path.parent / "numbers").unlink()
    (path.parent / "secret").write_bytes(numbers)
    (path.parent / "numbers").symlink_to("secret")
    with pytest.raises(ModelFileError, match="only a file in the same folder is read"):
        read_onnx(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"\x08\x08", b"\xff" * 200, b"{}"])
def test_what_is_no_onnx_file_is_refused(tmp_path, content):
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(ModelFileError, match="is not an ONNX file"):
        read_onnx(tmp_path / "net.onnx")


def of_nodes(path, *nodes, shape=("N", 4), **constants):
    """Write a graph from x to y."""
    graph = onnx.helper.make_graph(
        nodes,
        "graph",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), path)


@pytest.mark.parametrize("kind", ["constants", "signals"])
def test_all_values_together_are_bounded(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(graph, "_MOST_BYTES", 2**24)
    make, size = onnx.helper.make_node, 2**18
    if kind == "constants":
        nodes = [make("ConstantOfShape", ["size"], ["v0"])]
        nodes += [make("Add", [f"v{k}", "v0"], [f"v{k + 1}"]) for k in range(99)]
        nodes.append(make("Add", ["x", "v99"], ["y"]))
    else:
        nodes = [make("Gather", ["x" if k == 0 else f"v{k}", "order"], [f"v{k + 1}"], axis=1) for k in range(99)]
        nodes.append(make("Identity", ["v99"], ["y"]))
    order = np.arange(size)[::-1] if kind == "signals" else np.zeros(1, np.int64)
    of_nodes(tmp_path / "net.onnx", *nodes, shape=("N", size), size=np.array([size]), order=order)
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="makes values of more than 16,777,216 bytes together"):
        read_onnx(tmp_path / "net.onnx")
    assert tracemalloc.get_traced_memory()[1] < 60e6
    tracemalloc.stop()


@pytest.mark.parametrize(("operator", "inputs"), [("Swish", ["x", "x"]), ("Where", ["x"])])
def test_a_function_of_other_inputs_than_its_own_is_refused(tmp_path, operator, inputs):
    of_nodes(tmp_path / "net.onnx", onnx.helper.make_node(operator, inputs, ["y"]))
    with pytest.raises(ArgumentError, match="the output y"):
        read_onnx(tmp_path / "net.onnx")


def test_a_recurrent_layer_over_samples_without_axes_is_refused(tmp_path):
    node = onnx.helper.make_node("RNN", ["x", "w", "w"], ["y"])
    of_nodes(tmp_path / "net.onnx", node, shape=["N"], w=np.ones((1, 1, 1), np.float32))
    with pytest.raises(ArgumentError, match="does not take sequences"):
        read_onnx(tmp_path / "net.onnx")


@pytest.mark.parametrize(("low", "high"), [(0, 100), (-250, 1e9), (-np.inf, 2000), (-5, np.inf)])
def test_bounds_of_large_numbers_are_not_overlooked(tmp_path, low, high):
    of_nodes(
        tmp_path / "net.onnx",
        onnx.helper.make_node("MatMul", ["x", "w"], ["z"]),
        onnx.helper.make_node("Clip", ["z", "low", "high"], ["y"], name="bounds"),
        w=np.ones((4, 2), np.float32), low=np.float32(low), high=np.float32(high),
    )  # fmt: skip
    if np.isfinite([low, high]).all():
        assert repr(read_onnx(tmp_path / "net.onnx").model.net.layers[-1]) == repr(Hardtanh(float(low), float(high)))
        return
    with pytest.raises(ArgumentError, match="bounds"):
        read_onnx(tmp_path / "net.onnx")


@pytest.mark.parametrize(("axis", "known"), [(0, False), (1, True), (-1, True)])
def test_the_largest_of_other_values_than_those_of_classes_is_not_left_out(tmp_path, axis, known):
    of_nodes(
        tmp_path / "net.onnx",
        onnx.helper.make_node("MatMul", ["x", "w"], ["z"]),
        onnx.helper.make_node("ArgMax", ["z"], ["y"], axis=axis),
        w=np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32),
    )
    if known:
        assert read_onnx(tmp_path / "net.onnx").model.classes == ("0", "1", "2")
        return
    with pytest.raises(ArgumentError, match="along another axis than that of the classes"):
        read_onnx(tmp_path / "net.onnx")


def test_a_truncated_file_is_refused(path):
    content = path.read_bytes()
    for length in range(1, len(content), 41):
        path.write_bytes(content[:length])
        with pytest.raises(WhenceError):
            read_onnx(path)


def test_harmed_files_are_read_or_refused(path, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
    from mutations import at_bytes, in_onnx

    written(
        made(Sequential(LSTM(2, 3, bidirectional=True), Last(), Linear(6, 2), input_shape=(4, 2))),
        tmp_path / "lstm.onnx",
    )
    contents, refused = [path.read_bytes(), (tmp_path / "lstm.onnx").read_bytes()], 0
    for seed in range(120):
        chance = random.Random(seed)
        content = chance.choice(contents)
        path.write_bytes(in_onnx(chance, content) if seed % 4 else at_bytes(chance, content))
        try:
            read_onnx(path)
        except WhenceError as error:
            refused += 1
            assert "\n" not in str(error)
    assert 20 < refused < 120
