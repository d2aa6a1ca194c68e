"""Networks of scikit-learn, as skl2onnx writes them, and in the layouts of Keras, as tf2onnx does."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from whence.errors import ArgumentError
from whence.interop.onnx import read_onnx

RNG = np.random.default_rng(0)
X = (3 * RNG.normal(size=(40, 4)) + 2).astype(np.float32)
LABELS = {
    "numbers": RNG.integers(0, 3, 40),
    "names": np.array(["a", "b", "c"])[RNG.integers(0, 3, 40)],
    "two": RNG.integers(0, 2, 40),
    "several at once": RNG.integers(0, 2, (40, 3)),
}


def as_onnx(model, path):
    skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed; pip install skl2onnx")
    path.write_bytes(skl2onnx.to_onnx(model, X[:1]).SerializeToString())
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("labels", LABELS)
def test_a_classifier_gives_the_same_probabilities_and_classes(labels, tmp_path):
    classifier = MLPClassifier((5,), activation="tanh", max_iter=5, random_state=0).fit(X, LABELS[labels])
    read = read_onnx(as_onnx(classifier, tmp_path / "net.onnx"))
    found = read.model.predict(X) if labels == "several at once" else read.model.probabilities(X)
    np.testing.assert_allclose(found, classifier.predict_proba(X), atol=1e-5)
    assert any("is left out, since whence itself finds the most probable class" in note for note in read.notes)
    if labels != "several at once":
        assert read.model.classes == tuple(map(str, classifier.classes_))
        assert [*read.model.predict(X)] == [*map(str, classifier.predict(X))]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("columns", [1, 2])
def test_a_regressor_gives_the_same_numbers(columns, tmp_path):
    targets = X[:, :columns] if columns > 1 else X[:, 0]
    regressor = MLPRegressor(hidden_layer_sizes=(5, 3), max_iter=5, random_state=0).fit(X, targets)
    read = read_onnx(as_onnx(regressor, tmp_path / "net.onnx"), loss="mean_squared_error")
    np.testing.assert_allclose(read.model.predict(X), regressor.predict(X).reshape(40, -1), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_a_scaler_before_it_becomes_the_preprocessing(tmp_path):
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=5, random_state=0)).fit(X, LABELS["two"])
    model = read_onnx(as_onnx(pipeline, tmp_path / "net.onnx")).model
    np.testing.assert_allclose(model.preprocessing.shift, pipeline[0].mean_, rtol=1e-6)
    np.testing.assert_allclose(model.probabilities(X), pipeline.predict_proba(X), atol=1e-5)


class Graph:
    """Nodes and constants of a graph with one input and one output."""

    def __init__(self, *shape):
        self.nodes, self.constants, self.shape, self.value = [], [], shape, "x"

    def add(self, operator, *constants, **attributes):
        inputs = [self.value]
        for array in constants:
            if isinstance(array, str):
                inputs.append(array)
                continue
            name = f"c{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(np.asarray(array), name))
            inputs.append(name)
        self.value = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [self.value], name=self.value, **attributes))
        return self

    def written(self, path, opset=13):
        self.nodes[-1].output[0] = "y"
        graph = helper.make_graph(
            self.nodes, "keras",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *self.shape])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            self.constants,
        )  # fmt: skip
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
        return path


def random(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def kinds(read):
    return [type(layer).__name__ for layer in read.model.net.layers]


def run(path, x):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def test_images_with_channels_last_are_read_between_their_transpositions(tmp_path):
    graph = Graph(9, 8, 2).add("Transpose", perm=[0, 3, 1, 2])
    graph.add("Conv", random(4, 2, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER", kernel_shape=[3, 3])
    graph.add("Add", random(1, 4, 1, 1)).add("Relu")
    graph.add("Mul", random(1, 4, 1, 1)).nodes.pop()  # only a constant that nothing reads
    graph.value = "v3"
    graph.add("MaxPool", kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")
    graph.add("Transpose", perm=[0, 2, 3, 1]).add("Reshape", np.array([-1, 80]))
    graph.add("MatMul", random(80, 3)).add("Add", random(3)).add("Softmax", axis=-1)
    path = graph.written(tmp_path / "net.onnx")
    read = read_onnx(path)
    x = random(5, 9, 8, 2)
    assert kinds(read) == [
        "Conv2d",
        "ReLU",
        "MaxPool2d",
        "Flatten",
        "Linear",
    ]
    np.testing.assert_allclose(read.model.probabilities(x), run(path, x), atol=1e-5)


def test_a_batch_norm_in_single_operators_becomes_part_of_the_weights(tmp_path):
    graph = Graph(6, 6, 1).add("Transpose", perm=[0, 3, 1, 2])
    graph.add("Conv", random(4, 1, 3, 3), kernel_shape=[3, 3])
    graph.add("Sub", random(1, 4, 1, 1)).add("Mul", random(1, 4, 1, 1)).add("Add", random(1, 4, 1, 1)).add("Relu")
    graph.add("Transpose", perm=[0, 2, 3, 1]).add("ReduceMean", axes=[1, 2], keepdims=0)
    path = graph.add("MatMul", random(4, 2)).written(tmp_path / "net.onnx")
    read = read_onnx(path)
    x = random(5, 6, 6, 1)
    assert kinds(read) == ["Conv2d", "ReLU", "GlobalAvgPool2d", "Linear"]
    np.testing.assert_allclose(read.model.net(x), run(path, x), atol=1e-5)


def test_pixels_that_the_network_itself_rescales_are_preprocessed(tmp_path):
    graph = (
        Graph(8, 8, 1).add("Mul", np.float32(1 / 255)).add("Sub", np.float32(0.5)).add("Reshape", np.array([-1, 64]))
    )
    path = graph.add("MatMul", random(64, 3)).written(tmp_path / "net.onnx")
    model = read_onnx(path).model
    np.testing.assert_allclose((model.preprocessing.shift, model.preprocessing.scale), (127.5, 1 / 255), rtol=1e-6)
    pixels = RNG.integers(0, 256, (5, 8, 8, 1))
    np.testing.assert_allclose(model.probabilities(pixels).argmax(1), run(path, pixels.astype(np.float32)).argmax(1))


def test_each_time_step_is_multiplied_with_samples_and_steps_in_one_axis(tmp_path):
    graph = Graph(5, 3).add("Reshape", np.array([-1, 3])).add("MatMul", random(3, 4)).add("Tanh")
    path = graph.add("Reshape", np.array([-1, 5, 4])).add("Gather", np.array(4), axis=1).written(tmp_path / "net.onnx")
    read, x = read_onnx(path), random(6, 5, 3)
    assert kinds(read) == ["Linear", "Tanh", "Last"]
    np.testing.assert_allclose(read.model.net(x), run(path, x), atol=1e-6)


@pytest.mark.parametrize("shape", [(3,), (4, 3)])
def test_a_layer_norm_with_its_weights_folded_into_its_root_is_read(shape, tmp_path):
    gamma, beta = random(5), random(5)
    graph = Graph(*shape)
    z = graph.add("MatMul", random(3, 5)).value
    mean = graph.add("ReduceMean", axes=[-1], keepdims=1).value
    graph.value = z
    centred = graph.add("Sub", mean).value
    graph.add("Mul", centred).add("ReduceMean", axes=[-1], keepdims=1).add("Add", np.float32(1e-3)).add("Sqrt")
    slope = graph.add("Reciprocal").add("Mul", gamma).value
    graph.constants.append(numpy_helper.from_array(beta, "beta"))
    graph.add("Mul", mean).nodes.append(helper.make_node("Sub", ["beta", graph.value], ["shift"], name="shift"))
    graph.value = z
    graph.add("Mul", slope).add("Add", "shift")
    read, x = read_onnx(graph.add("MatMul", random(5, 2)).written(tmp_path / "net.onnx")), random(6, *shape)
    norm = read.model.net.layers[1]
    assert kinds(read) == ["Linear", "LayerNorm", "Linear"] and norm.eps == 1e-3
    np.testing.assert_allclose((norm.weight, norm.bias), (gamma, beta), rtol=1e-6)
    np.testing.assert_allclose(read.model.net(x), run(tmp_path / "net.onnx", x), atol=1e-5)


def step_by_step(*, begins=0.0, turned=False):
    """A recurrent layer with each of its four time steps in nodes of its own, as PyTorch's new exporter writes it."""
    graph = Graph(4, 3).add("Transpose", perm=[1, 0, 2]).add("MatMul", random(3, 5))
    sequence = graph.add("Add", random(5)).value
    if turned:
        sequence = graph.add("Slice", [-1], [-(2**31)], [0], [-1]).value
    state, weight, bias, states = np.full((1, 1, 5), begins, np.float32), random(5, 5), random(5), []
    graph.constants += [numpy_helper.from_array(each, name) for name, each in (("U", weight), ("b", bias))]
    for time in range(4):
        graph.value = sequence
        given = graph.add("Slice", [time], [time + 1], [0]).add("Squeeze", [0]).value
        if time:
            graph.value = states[-1]
            graph.add("MatMul", "U").add("Add", "b")
        else:
            graph.constants.append(numpy_helper.from_array(state @ weight + bias, "first"))
            graph.value = "first"
        states.append(graph.add("Add", given).add("Tanh").value)
    graph.value, *others = states[::-1] if turned else states
    return graph.add("Concat", *others, axis=0), states


def test_a_recurrent_layer_written_step_by_step_is_one_layer(tmp_path):
    graph, _ = step_by_step()
    read = read_onnx(graph.add("Transpose", perm=[1, 0, 2]).add("MatMul", random(5, 2)).written(tmp_path / "net.onnx"))
    x = random(6, 4, 3)
    assert kinds(read) == ["RNN", "Linear"]
    np.testing.assert_allclose(read.model.net(x), run(tmp_path / "net.onnx", x), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"begins": 1.0}, "Add"), ({"turned": True}, "a recurrent layer that runs only back in time")],
)
def test_steps_that_are_no_recurrent_layer_of_whence_are_refused(options, message, tmp_path):
    graph, _ = step_by_step(**options)
    with pytest.raises(ArgumentError, match=message):
        read_onnx(graph.add("Transpose", perm=[1, 0, 2]).written(tmp_path / "net.onnx"))


def gelu(graph, z):
    """The activation in single operators, its parts in another order than PyTorch's."""
    graph.add("Mul", np.float32(0.70710678)).add("Erf").add("Add", np.float32(1)).add("Mul", z)
    return graph.add("Mul", np.float32(0.5))


def swish(graph, z):
    return graph.add("Sigmoid").add("Mul", z)


def leaky(graph, z):
    graph.add("Mul", np.float32(0.1))
    return graph.add("Max", z)


@pytest.mark.parametrize(("build", "name"), [(gelu, "GELU()"), (swish, "SiLU()"), (leaky, "LeakyReLU(0.1)")])
def test_an_activation_is_known_by_its_values(build, name, tmp_path):
    graph = Graph(3).add("MatMul", random(3, 4))
    path = build(graph, graph.value).add("MatMul", random(4, 2)).written(tmp_path / "net.onnx")
    read, x = read_onnx(path), random(6, 3)
    assert name in [repr(layer).replace("negative_slope=", "") for layer in read.model.net.layers]
    np.testing.assert_allclose(read.model.net(x), run(path, x), atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda g: g.add("Sin").add("MatMul", random(3, 2)),
            "Sin (node v0) is an operator for which there is no layer",
        ),
        (
            lambda g: g.add("ThresholdedRelu").add("MatMul", random(3, 2)),
            "ThresholdedRelu (node v0) makes what is no activation of whence",
        ),
        (lambda g: g.add("Reshape", np.array([3, -1])).add("Tanh"), "merges samples with what is in them"),
        (lambda g: g.add("MatMul", random(3, 4)).add("Concat", g.value, axis=1), "puts branches side by side"),
        (
            lambda g: (
                g.add("Unsqueeze", np.array([0]))
                .add("Transpose", perm=[2, 1, 0])
                .add("GRU", random(1, 6, 1), random(1, 6, 2), hidden_size=2)
            ),
            "linear_before_reset = 0",
        ),
    ],
)
def test_what_no_layer_says_is_told(build, message, tmp_path):
    graph = Graph(3)
    build(graph)
    with pytest.raises(ArgumentError) as refusal:
        read_onnx(graph.written(tmp_path / "net.onnx"))
    assert message in str(refusal.value)
