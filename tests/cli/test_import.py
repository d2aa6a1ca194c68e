"""``whence import``: the model file, what is said of it, all commands on it, and what is refused."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import numpy as np
import onnx
import pytest

from interop.onnx.written import made, written
from whence.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Softmax
from whence.training import load_model


@pytest.fixture
def digits_file():
    """An ONNX file of a small network for the digits."""
    net = Sequential(Conv2d(1, 2, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(18, 10), Softmax(), input_shape=(8, 8, 1))
    written(made(net), Path("net.onnx"))
    return "net.onnx"


@pytest.fixture
def imported(whence, digits_file):
    whence("import", digits_file, "--data", "digits")
    return "net.safetensors"


def test_the_model_file_is_proved_and_what_differs_is_said(whence, digits_file):
    said = whence("import", digits_file, "-o", "mine.safetensors").stdout
    assert "5 Linear(18, 10)" in said
    assert re.search(r"gives what net.onnx gives: the largest difference to onnxruntime .* on 5 made-up inputs", said)
    assert "the last Softmax() is left out, since the loss CrossEntropy has it" in said
    assert "inputs are (N, 8, 8, 1), in the file (?, 8, 8, 1); give them as the network takes them" in said
    assert said.endswith("Now: whence show mine.safetensors\n")
    assert load_model("mine.safetensors").classes == tuple("0123456789")


def test_the_data_that_it_was_made_for_bring_their_preprocessing(whence, imported):
    model = load_model(imported)
    assert model.preprocessing.picture_format is not None
    assert model.preprocessing.scale == 1 / 16
    assert json.loads(whence("evaluate", imported, "digits", "--json").stdout)["data"] == "digits"


def test_shift_scale_classes_and_loss_may_be_given(whence, digits_file):
    options = ("--scale", "0.5", "--shift", "3", "--classes", "a,b,c,d,e,f,g,h,i,j")
    whence("import", digits_file, *options)
    model = load_model("net.safetensors")
    assert (model.preprocessing.shift, model.preprocessing.scale) == (3, 0.5)
    assert model.classes == tuple("abcdefghij")
    found = json.loads(whence("import", digits_file, "--loss", "mse", "-o", "other.safetensors", "--json").stdout)
    assert found["loss"] == "mean_squared_error"
    assert repr(load_model("other.safetensors").net.layers[-1]) == "Softmax()"


def test_shift_and_scale_may_be_one_for_each_channel(whence):
    written(made(Sequential(Linear(3, 2), input_shape=(3,))), Path("net.onnx"))
    said = whence("import", "net.onnx", "--shift", "0.5,1,2", "--scale", "1,2,4").stdout
    assert "give them raw, they are shifted and scaled" in said
    assert load_model("net.safetensors").preprocessing.shift.tolist() == [0.5, 1, 2]


@pytest.mark.parametrize("data", [(), ("--data", "digits")])
def test_the_views_show_a_step_from_its_weights(whence, imported, data):
    said = whence("show", imported, *data, "-o", "page.html").stdout
    assert "This is the first step from the weights of a model file, on samples" in said
    assert Path("page.html").stat().st_size > 100_000
    assert "Σ" in whence("why", imported, "dW1[0,0,0,0]", *data).stdout
    whence("sheet", imported, *data, "-o", "step.xlsx", "--batch", 2)
    assert "all gradients agree" in whence("check", imported, *data).stdout


def test_predictions_are_made_of_arrays(whence, digits_file):
    whence("import", digits_file)
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype(np.float32)
    np.save("x.npy", x)
    rows = json.loads(whence("predict", "net.safetensors", "x.npy", "--json").stdout)["predictions"]
    session = pytest.importorskip("onnxruntime").InferenceSession("net.onnx", providers=["CPUExecutionProvider"])
    expected = session.run(None, {"x": x})[0]
    found = [[*row["probabilities"].values()] for row in rows]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_all_nodes_without_a_layer_are_told(whence):
    nodes = [
        onnx.helper.make_node("Einsum", ["x", "x"], ["a"], name="first", equation="ij,ij->ij"),
        onnx.helper.make_node("Relu", ["a"], ["b"]),
        onnx.helper.make_node("CumSum", ["b", "axis"], ["y"], name="second"),
    ]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes, "g", [value("x", 1, ["N", 3])], [value("y", 1, ["N", 3])],
        [onnx.numpy_helper.from_array(np.array(1), "axis")],
    )  # fmt: skip
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), "odd.onnx")
    said = whence("import", "odd.onnx", code=1).stderr
    assert "Einsum (node first)" in said
    assert "CumSum (node second)" in said
    assert "make the network of other layers" in said


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent.onnx"], 1, "there is no file absent.onnx"),
        (["."], 1, "Error: . is a folder; give an ONNX file in it"),
        (["net.onnx", "-o", "model.onnx"], 1, ".safetensors"),
        (["net.onnx", "-o", "absent/model.safetensors"], 1, "absent"),
        (["net.onnx", "--classes", "a,b"], 1, "2 names of classes, but the network tells 10 apart"),
        (["net.onnx", "--scale", "0"], 2, "scale is '0'"),
        (["net.onnx", "--shift", "1,2"], 1, "give one number, or one for each"),
        (["net.onnx", "--until", "nothing"], 1, "has no value 'nothing'; its outputs are output"),
        (["net.onnx", "--loss", "nonsense"], 1, "nonsense"),
        (["net.onnx", "--data", "spirals"], 1, "the network takes"),
        (["net.onnx", "--dir", "."], 2, "dir is the folder of data"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_one_sentence(whence, digits_file, arguments, code, message):
    said = whence("import", *arguments, code=code).stderr
    assert message in said
    assert len(said.strip().splitlines()[-1]) < 300
    assert not list(Path().glob("*.safetensors"))


def test_the_network_may_end_at_an_earlier_value(whence, digits_file):
    named = [value for node in onnx.load(digits_file).graph.node for value in node.output if "Relu" in value]
    whence("import", digits_file, "--until", named[0])
    assert [type(layer) for layer in load_model("net.safetensors").net.layers] == [Conv2d, ReLU]


@pytest.mark.parametrize(
    "command",
    [("history",), ("why", "--training", "--samples", 1), ("export", "--to", "onnx")],
    ids=lambda words: words[0],
)
def test_what_needs_a_training_says_so_of_a_model_file(whence, imported, command):
    said = whence(command[0], imported, *command[1:], code=1).stderr
    assert "net.safetensors is a file, which does not hold a training and its data; give the folder of a run" in said


def test_a_file_is_not_replaced_unasked(whence, digits_file):
    whence("import", digits_file)
    assert "net.safetensors already" in whence("import", digits_file, code=1).stderr
    whence("import", digits_file, "-o", "net.safetensors")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "--step", "last"], "a model file has only the step from its weights"),
        (["show", "--activation", "tanh"], "a model file has its own network and loss; leave out activation"),
        (["show", "--samples", "1"], "made-up samples have no numbers; leave out samples, or give --data"),
        (["show", "--data", "spirals"], "spirals"),
    ],
)
def test_options_that_do_not_suit_a_model_file_are_refused(whence, imported, arguments, message):
    code = 1 if "spirals" in arguments else 2
    assert message in whence(arguments[0], imported, *arguments[1:], code=code).stderr


def test_the_page_on_onnx_shows_what_is_printed(whence):
    layers = Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(128, 10)
    written(made(Sequential(*layers, input_shape=(8, 8, 1))), Path("digits.onnx"))
    page = (Path(__file__).parents[2] / "docs" / "onnx.md").read_text(encoding="utf-8")
    block = re.search(r"```console\n(\$ whence import (?:.*\n)*?)```", page)[1]
    first, *others = re.split(r"^\$ whence ", block, flags=re.MULTILINE)[1:]
    command, _, promised = first.partition("\n")
    said = whence(*shlex.split(command)).stdout
    numbers = re.compile(r"\S*\d\S*|\(\?, [^)]*\)")
    assert numbers.sub("#", said.replace("(?, 8, 8, 1)", "(?)")) == numbers.sub(
        "#", promised.replace("(?, 1, 8, 8)", "(?)")
    )
    assert [line for line in said.splitlines() if "(N, " in line][:-1] == re.findall(r"^.*  \(N, .*$", promised, re.M)
    for other in others:
        whence(*shlex.split(other))
