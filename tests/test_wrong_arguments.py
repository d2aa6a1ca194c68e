"""What every public callable says when one of its arguments is of a wrong kind: one sentence that names it."""

import copy
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import whence
from interop.onnx.written import written
from whence import data, doctor, formula, gradcheck, history, nn, optim, plots, training
from whence import trace as traces
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import WhenceError
from whence.formula import Index, Tensor
from whence.interop import logs, onnx, programs, torch
from whence.views import derivation, film, mathematics, notebook, page, sheet, text

PACKAGES = ["whence", *(found.name for found in pkgutil.walk_packages(whence.__path__, "whence.") if found.ispkg)]
ABSTRACT = {nn.Layer, nn.Loss, nn.activations.Activation, nn.activations.Elementwise, nn.recurrent.Recurrent}
ABSTRACT |= {optim.Optimizer, optim.Schedule, formula.Expression, training.Callback}
NODES = {
    formula.Affine,
    formula.Cell,
    formula.Constant,
    formula.Digit,
    formula.Entry,
    formula.Formula,
    formula.Formulas,
}
NODES |= {
    formula.Index,
    formula.Recurrence,
    formula.Size,
    formula.Tensor,
}  # operators and functions make and check them
FOR_EVERY_NODE = {formula.walk, formula.to_plain, formula.write_number, mathematics.to_latex, mathematics.to_mathml}
FOR_WHENCE_ALONE = ("whence.formula.derive.", "whence.own_program.", "whence.views.graded.")
MADE_BY_WHENCE = {
    history.Biography,
    history.PredictionBiography,
    history.Suspects,
    history.Film,
    plots.film_animation,
    plots.embedded_film_sheet,
    plots.film_sheet,
    plots.prediction_picture,
    film.film_html,
    history.Autopsy,
    doctor.faults.known_rules,
    onnx.ReadOnnx,
    onnx.Receipt,
    onnx.Runs,
    torch.Receipt,
    programs.Receipt,
    film.write_film,
    notebook.biography_html,
    notebook.prediction_html,
    notebook.suspects_html,
    derivation.derive_exercise,
    text.autopsy_json,
    text.autopsy_text,
    text.biography_json,
    text.biography_text,
    text.prediction_json,
    text.prediction_text,
    text.suspects_csv,
    text.suspects_json,
    text.suspects_text,
}
"""What whence calls with what it has made itself: packages, results, and views of such results."""
CHECKED_BY_SCIKIT_LEARN = "whence.interop.sklearn."
"""Estimators, whose parameters it checks when they are fitted."""
ENUMS_AND_COMMANDS = {"TimeDependence", "Verdict", "main"}

MASKED = np.ma.array([[1.0, 2.0, 3.0]] * 2, mask=[[False, True, False]] * 2)
NEVER_RIGHT = {"an object": object(), "a complex array": np.full((2, 3), 1j), "a masked array": MASKED}
SOMETIMES_RIGHT = {
    "None": None,
    "a text": "text",
    "a number": 1.5,
    "a negative number": -1,
    "a function": lambda *arguments: None,
    "a list of texts": ["a", "b"],
    "a path": Path("absent/file"),
    "an empty array": np.empty(0),
    "an array of objects": np.array([None, "a"]),
    "an array of dates": np.array(["2026-01-01"], "datetime64[D]"),
    "not a number": np.nan,
}
WRONG = NEVER_RIGHT | SOMETIMES_RIGHT

ROLES = {
    "x": ("input",), "y": ("targets",), "targets": ("sample",), "train": ("batch",), "batches": ("batch",),
    "traces": ("tra",),
    "classes": ("regression", "class"), "theta": ("θ",), "operand": ("formula",), "left": ("formula",),
    "right": ("formula",), "body": ("formula",), "subscripts": ("subscript",), "data": ("formula",),
    "parallel": ("communicator",), "position": ("layer",), "index": ("indices",),
}  # fmt: skip
"""What messages call an argument instead."""

CONTAINERS = {
    (formula.index_form, "arrays"),
    (mathematics.matrix_form, "arrays"),
    (plots.sweep_picture, "logarithmic"),
}
"""Which may be anything that can hold names."""

MADE_FOR_EVERY_BATCH = {data.Batch, nn.Context, training.BackwardPass}
"""Not checked when they are made, but where they are used."""


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Things of every kind that the examples need."""
    folder = tmp_path_factory.mktemp("given")
    net = nn.Sequential(nn.Linear(3, 2), dtype=np.float64)
    x, y = np.arange(6.0).reshape(2, 3), np.array([0, 1])
    samples = data.Samples(x, y)
    model = training.Model(net, nn.CrossEntropy(), data.Preprocessing(), ("a", "b"), "toy")
    n, j = Index("n"), Index("j")
    rule = Tensor("y")[n, j] << 2 * Tensor("x")[n, j]
    entry = Tensor("x")[n, j]
    step = traces.trace(net, nn.CrossEntropy(), optim.SGD(0.1), x, y)
    derived = derivation.derive(step)
    reader = nn.Sequential(nn.Embedding(2, 3), nn.Linear(3, 2), input_shape=(-1,))
    letters = TextPreprocessing(vocabulary=Vocabulary("ab"))
    text_model = training.Model(reader, nn.CrossEntropy(), letters, ("a", "b"), "letters")
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(folder / "picture.png")
    whence.save_model(folder / "model.safetensors", model)
    written(model, folder / "net.onnx")
    traces.save_traces(folder / "trace.safetensors", [step])
    program = {"x": x, "y": y, "W1": net.theta[:6].reshape(3, 2), "b1": np.zeros(2)}
    untrained = copy.deepcopy(net)
    trained = training.fit(
        net, "cross_entropy", "sgd", samples, epochs=1, callbacks=[training.Checkpointing(folder, model)]
    )
    rates = {"alpha": 0.0, "learning_rate_init": 0.1, "momentum": 0.0, "max_iter": 1, "batch_size": 2, "solver": "sgd"}
    perceptron = SimpleNamespace(net_=nn.mlp((3,), [], 1), classes_=y, loss_fn_=nn.BinaryCrossEntropy(), **rates)
    perceptron.coefs_, perceptron.intercepts_ = [np.zeros((3, 1))], [np.zeros(1)]
    fitting = {
        "net": untrained,
        "loss_fn": nn.CrossEntropy(),
        "optimizer": optim.SGD(0.1),
        "train": samples,
        "epochs": 1,
    }
    return SimpleNamespace(**locals())


def kernels(count=2):
    return {"in_channels": 1, "out_channels": count, "kernel_size": 2}


EXAMPLES = {
    training.Model: lambda g: vars(g.model),
    nn.Sequential: lambda g: {"layers": (nn.Linear(3, 2),), "input_shape": (3,), "dtype": np.float32, "seed": 1},
    gradcheck.check_gradients: lambda g: {"net": g.net, "loss_fn": nn.CrossEntropy(), "x": g.x, "y": g.y},
    gradcheck.check_layer: lambda g: {"layer": nn.Linear(3, 2), "x": g.x},
    gradcheck.check_loss: lambda g: {"loss_fn": nn.CrossEntropy(), "outputs": g.x, "targets": g.y},
    whence.grade: lambda g: {"arrays": g.program, "network": "3, 2", "loss": "cross_entropy"},
    training.evaluate: lambda g: {"net": g.net, "loss_fn": nn.CrossEntropy(), "samples": g.samples},
    training.fit: lambda g: {
        "net": nn.Sequential(nn.Linear(3, 2)), "loss_fn": "cross_entropy", "optimizer": "sgd", "train": (g.x, g.y),
        "epochs": 1,
    },
    data.load: lambda g: {"source": "digits"},
    training.load_model: lambda g: {"path": g.folder},
    nn.mlp: lambda g: {"input_shape": (3,), "hidden": [2], "outputs": 2},
    torch.load_torch_state_dict: lambda g: {"net": copy.deepcopy(g.net), "state": torch.torch_state_dict(g.net)},
    torch.torch_source: lambda g: {"net": g.net},
    torch.torch_state_dict: lambda g: {"net": g.net},
    torch.write_torch: lambda g: {"path": g.folder / "net.py", "model": g.model, "samples": g.samples},
    torch.write_torch_state_dict: lambda g: {"path": g.folder / "torch.safetensors", "net": g.net},
    onnx.read_onnx: lambda g: {"path": g.folder / "net.onnx", "loss": "mse", "classes": ["a", "b"], "until": "output"},
    onnx.write_onnx: lambda g: {"path": g.folder / "model.onnx", "model": g.model, "samples": g.samples},
    programs.write_program: lambda g: {
        "path": g.folder / "model.py", "model": g.model, "samples": g.samples, "language": "numpy",
    },
    programs.write_training: lambda g: {
        "path": g.folder / "training.py", "net": g.net, "loss_fn": nn.CrossEntropy(), "optimizer": optim.SGD(0.1),
        "x": g.x, "y": g.y, "language": "numpy", "rounds": 2,
    },
    training.save_model: lambda g: {"path": g.folder / "copy.safetensors", "model": g.model},
    data.Batch: lambda g: {"x": g.x, "y": g.y},
    data.Batches: lambda g: {
        "samples": g.samples, "preprocessing": data.Preprocessing(), "batch_size": 2, "rng": None,
    },
    data.Dataset: lambda g: {
        "name": "toy", "train": g.samples, "validation": None, "test": None, "classes": ("a", "b"),
        "preprocessing": data.Preprocessing(),
    },
    data.ImageFormat: lambda g: {"height": 8, "width": 8},
    data.NamedDataset: lambda g: {"name": "toy", "description": "points", "load": lambda options: None},
    data.Preprocessing: lambda g: {"shift": 1.0},
    data.Samples: lambda g: {"inputs": g.x, "targets": g.y},
    data.read_image: lambda g: {"path": g.folder / "picture.png", "image": data.ImageFormat(8, 8)},
    nn.ELU: lambda g: {},
    nn.CELU: lambda g: {},
    nn.GELU: lambda g: {},
    nn.GroupNorm: lambda g: {"num_groups": 2},
    nn.Hardsigmoid: lambda g: {},
    nn.Hardswish: lambda g: {},
    nn.Hardtanh: lambda g: {},
    nn.InstanceNorm: lambda g: {},
    nn.Mish: lambda g: {},
    nn.ReLU6: lambda g: {},
    nn.SELU: lambda g: {},
    nn.Softsign: lambda g: {},
    nn.GRU: lambda g: {"input_size": 3, "hidden_size": 2},
    nn.L1: lambda g: {},
    nn.LSTM: lambda g: {"input_size": 3, "hidden_size": 2},
    nn.RNN: lambda g: {"input_size": 3, "hidden_size": 2},
    nn.AvgPool2d: lambda g: {"kernel_size": 2},
    nn.BatchNorm: lambda g: {},
    nn.BinaryCrossEntropy: lambda g: {},
    nn.Context: lambda g: {},
    nn.Conv1d: lambda g: kernels(),
    nn.Conv2d: lambda g: kernels(),
    nn.ConvTranspose2d: lambda g: kernels(),
    nn.CrossEntropy: lambda g: {},
    nn.Dropout: lambda g: {},
    nn.Embedding: lambda g: {"num_embeddings": 5, "embedding_dim": 2},
    nn.Flatten: lambda g: {},
    nn.GlobalAvgPool2d: lambda g: {},
    nn.Huber: lambda g: {},
    nn.Identity: lambda g: {},
    nn.Last: lambda g: {},
    nn.LayerNorm: lambda g: {},
    nn.LeakyReLU: lambda g: {},
    nn.Linear: lambda g: {"in_features": 3, "out_features": 2},
    nn.MaxPool2d: lambda g: {"kernel_size": 2},
    nn.MeanSquaredError: lambda g: {},
    nn.NetworkFormulas: lambda g: vars(g.net.formulas()),
    nn.ReLU: lambda g: {},
    nn.Reshape: lambda g: {"shape": (3,)},
    nn.Residual: lambda g: {"layers": [nn.Linear(3, 3)]},
    nn.SiLU: lambda g: {},
    nn.Sigmoid: lambda g: {},
    nn.Softmax: lambda g: {},
    nn.Softplus: lambda g: {},
    nn.SumOfSquaredErrors: lambda g: {},
    nn.Tanh: lambda g: {},
    nn.Upsample: lambda g: {},
    nn.initialiser: lambda g: {"notation": "zeros"},
    nn.set_threads: lambda g: {"count": 1},
    optim.SGD: lambda g: {},
    optim.Adagrad: lambda g: {},
    optim.Adam: lambda g: {},
    optim.AdamW: lambda g: {},
    optim.RMSprop: lambda g: {},
    optim.schedule: lambda g: {"notation": "constant"},
    plots.confusion_matrix_picture: lambda g: {
        "matrix": np.eye(2, dtype=int), "classes": ["a", "b"], "path": g.folder / "matrix.png",
    },
    plots.captioned_images: lambda g: {
        "images": np.zeros((2, 4, 4, 1)), "captions": ["one", "two"], "heading": "", "path": g.folder / "samples.png",
    },
    plots.first_layer_kernels: lambda g: {"weight": np.ones((2, 2, 1, 3)), "path": g.folder / "kernels.png"},
    plots.first_layer_weights: lambda g: {
        "weight": np.ones((4, 3)), "image_shape": (2, 2, 1), "path": g.folder / "weights.png",
    },
    plots.TrialPoint: lambda g: {"number": 0, "value": 0.5, "settings": {"learning-rate": 0.1}},
    plots.sweep_picture: lambda g: {
        "trials": [plots.TrialPoint(0, 0.5, {"learning-rate": 0.1})],
        "path": g.folder / "sweep.png",
    },
    plots.learning_curve: lambda g: {"records": [{"epoch": 1, "train_loss": 0.5}], "path": g.folder / "curve.png"},
    traces.LayerInfo: lambda g: vars(g.step.layers[0]),
    traces.Origin: lambda g: {"phase": "data"},
    traces.Step: lambda g: vars(g.step.steps[0]),
    traces.Trace: lambda g: vars(g.step),
    traces.load_traces: lambda g: {"path": g.folder / "trace.safetensors"},
    traces.save_traces: lambda g: {"path": g.folder / "copy.safetensors", "traces": [g.step]},
    traces.trace: lambda g: {
        "net": g.net, "loss_fn": nn.CrossEntropy(), "optimizer": optim.SGD(0.1), "x": g.x, "y": g.y,
    },
    doctor.Patient: lambda g: {"training": g.fitting, "net": g.net},
    doctor.diagnose: lambda g: {"patient": doctor.Patient(training=g.fitting, net=g.net, classes=("a", "b"))},
    doctor.Checkup: lambda g: {"test": g.samples},
    doctor.diagnose_estimator: lambda g: {"estimator": g.perceptron, "X": g.x, "y": g.y},
    doctor.Diagnosis: lambda g: {"findings": ()},
    doctor.Finding: lambda g: {"fault": "f", "where": "w", "evidence": "e", "advice": "a", "confidence": 0.5},
    doctor.Proof: lambda g: {
        "measure": "r2",
        "without": 0.1,
        "with_remedy": 0.9,
        "losses_without": [1.0],
        "losses_with": [0.5],
        "steps": 1,
    },
    history.autopsy: lambda g: {"made": g.step},
    history.FlightRecorder: lambda g: {},
    doctor.Watch: lambda g: {},
    history.biography: lambda g: {
        "training": {
            "net": g.net, "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples, "epochs": 1,
        },
        "cells": [("W1", (0, 0))],
    },
    history.film: lambda g: {
        "training": {
            "net": g.net, "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples, "epochs": 1,
        },
        "frames": 2,
    },
    history.FilmWatcher: lambda g: {"frames": 3, "cells": [("W1", (0, 0))]},
    history.ParameterWatcher: lambda g: {"cells": [("W1", (0, 0))]},
    history.prediction_biography: lambda g: {
        "training": {
            "net": copy.deepcopy(g.untrained), "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples,
            "epochs": 1,
        },
        "sample": g.samples.take(slice(1)), "cells": [("loss", ())],
    },
    history.numbers_of: lambda g: {
        "net": g.net, "loss_fn": nn.CrossEntropy(), "batch": data.Batch(g.x, g.y),
    },
    history.PredictionWatcher: lambda g: {"sample": g.samples.take(slice(1)), "cells": [("loss", ())]},
    history.replay: lambda g: {
        "training": {
            "net": copy.deepcopy(g.untrained), "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples,
            "epochs": 1,
        },
        "watchers": [],
        "made": training.load_checkpoint(g.folder),
    },
    history.replay_steps: lambda g: {
        "training": {
            "net": g.net, "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples, "epochs": 1,
        },
        "first": 1,
    },
    history.SuspectWatcher: lambda g: {},
    history.suspects: lambda g: {
        "training": {
            "net": copy.deepcopy(g.untrained), "loss_fn": "cross_entropy", "optimizer": "sgd", "train": g.samples,
            "epochs": 1,
        },
    },
    traces.trace_steps: lambda g: {
        "net": g.net, "loss_fn": nn.CrossEntropy(), "optimizer": optim.SGD(0.1), "batches": [(g.x, g.y)],
    },
    training.BackwardPass: lambda g: {
        "batch": data.Batch(g.x, g.y), "logits": g.x, "tape": [], "loss": 1.0, "gradient": g.x,
    },
    training.Checkpoint: lambda g: vars(training.load_checkpoint(g.folder)),
    training.Checkpointing: lambda g: {"folder": g.folder, "model": g.model},
    training.ClassMeasures: lambda g: {"name": "a", "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 3},
    training.EarlyStopping: lambda g: {"patience": 3},
    training.Profile: lambda g: {},
    training.Report: lambda g: {"classes": (), "accuracy": 0.5, "matrix": np.eye(2)},
    training.Training: lambda g: {
        "net": g.net, "loss_fn": nn.CrossEntropy(), "optimizer": optim.SGD(), "schedule": None,
        "batches": data.Batches(g.samples, data.Preprocessing(), 2, rng=None), "validation": None, "total_steps": 1,
        "callbacks": [],
    },
    training.classification_report: lambda g: {"matrix": np.eye(2, dtype=int), "classes": ["a", "b"]},
    training.confusion_matrix: lambda g: {"targets": g.y, "predicted": g.y, "classes": 2},
    training.load_checkpoint: lambda g: {"path": g.folder},
    training.outputs_for: lambda g: {"net": g.net, "inputs": g.x, "preprocessing": None},
    training.parallel.Division: lambda g: {"chunks": 4},
    training.predicted_classes: lambda g: {"outputs": g.x},
    training.regression_errors: lambda g: {"outputs": g.x, "targets": g.x},
    derivation.derive: lambda g: {"trace": g.step},
    logs.CSVLog: lambda g: {"path": g.folder / "log.csv"},
    logs.JSONLinesLog: lambda g: {"path": g.folder / "log.jsonl"},
    logs.Log: lambda g: {"path": g.folder / "log"},
    logs.TensorBoardLog: lambda g: {"folder": g.folder / "board"},
    logs.log_to: lambda g: {"path": g.folder / "log.csv"},
    notebook.Progress: lambda g: {},
    notebook.network_html: lambda g: {"net": g.net},
    notebook.report_html: lambda g: {"report": training.classification_report(np.eye(2), ["a", "b"])},
    notebook.training_html: lambda g: {"training": g.trained},
    page.notebook_html: lambda g: {"traces": g.step},
    page.page_html: lambda g: {"traces": g.step},
    page.write_page: lambda g: {"path": g.folder / "page.html", "traces": g.step},
    sheet.plan_sheet: lambda g: {"traces": [g.step]},
    sheet.write_sheet: lambda g: {"path": g.folder / "sheet.xlsx", "traces": [g.step]},
    text.list_arrays: lambda g: {"trace": g.step},
    text.why_text: lambda g: {"trace": g.step, "name": "z1", "index": (0, 0)},
    text.why_json: lambda g: {"trace": g.step, "name": "z1", "index": (0, 0)},
    data.class_weights: lambda g: {"targets": g.y, "classes": ("a", "b"), "weighting": "balanced"},
    training.sample_text: lambda g: {
        "model": g.text_model, "prompt": "a", "length": 3, "rng": np.random.default_rng(0),
    },
    derivation.Derivation: lambda g: {"title": "toy", "sections": ()},
    derivation.as_html: lambda g: {"derivation": g.derived},
    derivation.as_latex: lambda g: {"derivation": g.derived},
    derivation.as_markdown: lambda g: {"derivation": g.derived},
    derivation.as_text: lambda g: {"derivation": g.derived},
    sheet.Layout: lambda g: {"pages": (), "language": "en"},
    sheet.write_layout: lambda g: {"path": g.folder / "sheet.xlsx", "layout": sheet.plan_sheet([g.step])},
    text.read_cell: lambda g: {"arrays": g.step, "text": "z1[0, 0]"},
    text.say_given: lambda g: {"trace": g.step, "name": "x", "index": (0, 0)},
    **{
        function: lambda g: {"operand": g.entry}
        for function in (
            formula.absolute, formula.erf, formula.exp, formula.expm1, formula.log, formula.log1p, formula.max0,
            formula.min0, formula.sigmoid, formula.sign, formula.sqrt, formula.tanh,
        )
    },
    **{
        function: lambda g: {"left": g.entry, "right": 1}
        for function in (formula.differs, formula.equals, formula.maximum, formula.minimum)
    },
    **{
        function: lambda g: {"index": g.j, "body": g.entry, "where": g.entry > 0}
        for function in (formula.ArgMax, formula.Max, formula.Sum)
    },
    formula.Tensor.__getitem__: lambda g: {"self": Tensor("x"), "subscripts": (g.n, 0)},
    formula.evaluate: lambda g: {"formula": g.rule, "arrays": {"x": g.x}},
    formula.evaluate_cell: lambda g: {"formula": g.rule, "index": (0, 0), "arrays": {"x": g.x}},
    formula.from_json: lambda g: {"data": formula.to_json(g.rule)},
    formula.index_form: lambda g: {"formula": g.rule, "arrays": {"x"}},
    formula.indices: lambda g: {"names": "n j"},
    formula.scalar: lambda g: {"name": "loss"},
    formula.tensors: lambda g: {"names": "x y"},
    formula.to_json: lambda g: {"formula": g.rule},
    formula.within: lambda g: {"index": g.n},
    formula.write: lambda g: {"formula": g.rule},
    mathematics.arrays_in_columns: lambda g: {"arrays": {"x": g.x}, "formulas": {"y": g.rule}},
    mathematics.cell_form: lambda g: {"cell": formula.evaluate_cell(g.rule, (0, 0), {"x": g.x}), "terms": 4},
    mathematics.formula_in_columns: lambda g: {"formula": g.rule},
    mathematics.matrix_form: lambda g: {"formula": g.rule, "arrays": {"x": g.x}},
    nn.Sequential.forward: lambda g: {"self": g.net, "x": g.x},
    nn.Sequential.backward: lambda g: {"self": g.net, "delta": np.ones((2, 2)), "tape": g.net.forward(g.x)[1]},
    nn.Sequential.__call__: lambda g: {"self": g.net, "x": g.x},
    nn.Sequential.predict: lambda g: {"self": g.net, "x": g.x},
    nn.Sequential.__getitem__: lambda g: {"self": g.net, "position": 0},
    nn.Sequential.load_state_dict: lambda g: {"self": g.net, "state": g.net.state_dict()},
    nn.Layer.__call__: lambda g: {"self": nn.Linear(3, 2), "x": g.x},
    nn.Loss.__call__: lambda g: {"self": nn.CrossEntropy(), "outputs": g.x, "targets": g.y},
    optim.Optimizer.step: lambda g: {"self": optim.SGD(), "theta": np.ones(3), "gradient": np.ones(3)},
    training.Model.predict: lambda g: {"self": g.model, "inputs": g.x},
    training.Model.probabilities: lambda g: {"self": g.model, "inputs": g.x},
    traces.Trace.cell: lambda g: {"self": g.step, "name": "z1", "index": (0, 0)},
}  # fmt: skip


def public_callables():
    found = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            if callable(thing) and not isinstance(thing, ModuleType) and thing not in ABSTRACT | NODES | FOR_EVERY_NODE:
                found.setdefault(thing, f"{package}.{name}")
    return {
        thing: name
        for thing, name in found.items()
        if name.rpartition(".")[2] not in ENUMS_AND_COMMANDS
        and not name.startswith((*FOR_WHENCE_ALONE, CHECKED_BY_SCIKIT_LEARN))
        and thing not in MADE_BY_WHENCE
    }


def call(callable_, arguments):
    bound = inspect.BoundArguments(inspect.signature(callable_), arguments)
    result = callable_(*bound.args, **bound.kwargs)
    return list(result) if inspect.isgenerator(result) else result


def test_every_public_name_has_an_example():
    assert [name for thing, name in public_callables().items() if thing not in EXAMPLES] == []


@pytest.mark.parametrize(
    "example", [thing for thing in EXAMPLES if thing is not nn.Layer.__call__], ids=lambda thing: thing.__qualname__
)
def test_the_right_arguments_are_taken(example, given):
    call(example, dict(EXAMPLES[example](given)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda thing: thing.__qualname__)
def test_wrong_arguments_are_refused_in_one_sentence_that_names_them(example, given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert faults(example, given) == []


def faults(example, given):
    """Return what is wrong about how wrong arguments are refused."""
    faults = []
    for name, parameter in inspect.signature(example).parameters.items():
        for kind, wrong in WRONG.items() if name != "self" else ():
            arguments = dict(EXAMPLES[example](given))
            arguments[name] = (wrong,) if parameter.kind is parameter.VAR_POSITIONAL else wrong
            try:
                call(example, arguments)
            except WhenceError as error:
                named = any(part in str(error) for part in (name, name.replace("_", " "), *ROLES.get(name, ())))
                named |= isinstance(wrong, str | Path) and str(wrong) in str(error)
                if not named or "\n" in str(error) or re.search(r"0x[0-9a-f]{6}", str(error)):
                    faults.append(f"{name} = {kind}: {error!r}")
            except Exception as error:
                faults.append(f"{name} = {kind}: {error!r}")
            else:
                if kind in NEVER_RIGHT and example not in MADE_FOR_EVERY_BATCH and (example, name) not in CONTAINERS:
                    faults.append(f"{name} = {kind}: taken")
    return faults
