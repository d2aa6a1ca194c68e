"""Layers, losses and optimizers that a user defines, in processes after the one that trained with them."""

import subprocess
import sys

import pytest

from exhaustive import exhaustive
from whence.data import Preprocessing
from whence.errors import ArgumentError
from whence.nn import Linear, MeanSquaredError, Residual, Sequential, layers
from whence.training import Model, save_model

MODULE = """
from whence.formula import Constant, Formulas, tensors
from whence.nn import CrossEntropy, Layer, layers, losses
from whence.nn.context import INFERENCE
from whence.optim import SGD, optimizers


@layers.register("doubling")
class Doubling(Layer):
    def __init__(self, factor: float = 2.0) -> None:
        self.factor = factor

    def forward(self, x, context=INFERENCE):
        return self.factor * x, {}

    def backward(self, delta, cache, gradient, *, need_input=True):
        return self.factor * delta

    def formulas(self, *, training=True):
        x, y, dx, dy = tensors("x y dx dy")
        e, s = self.element(), Constant("s", self.factor)
        return Formulas([y[e] << s * x[e]], [dx[e] << s * dy[e]])


@losses.register("own_loss")
class OwnLoss(CrossEntropy):
    pass


@optimizers.register("own_sgd")
class OwnSGD(SGD):
    pass
"""
TRAIN = (
    *("train", "digits", "--arch", "flatten, doubling 0.5, linear", "--loss", "own_loss(label_smoothing=0.1)"),
    *("--optimizer", "own_sgd(momentum=0.5)", "--out", "run", "--quiet", "--max-iter"),
)


@pytest.fixture
def module(working_folder):
    (working_folder / "own_parts.py").write_text(MODULE)
    return working_folder


@pytest.fixture
def imports_anew(monkeypatch, own_classes):
    """What a test imports and registers is forgotten after it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("own_parts"):
            del sys.modules[name]


def finish(process, code=0):
    said, errors = process.communicate()
    assert process.returncode == code, said + errors
    assert "Traceback" not in errors
    return said + errors


def test_a_method_that_a_class_of_a_module_lacks_is_named(working_folder, whence, imports_anew):
    layer = 'from whence.nn import Layer, layers\n\n\n@layers.register("{0}")\nclass {0}(Layer):\n    pass\n'
    (working_folder / "own_parts_bare.py").write_text(layer.format("Bare"))
    forward = "    def forward(self, x, context):\n        return x, {}\n"
    (working_folder / "own_parts_half.py").write_text(layer.format("Half") + forward)

    def train(name, **options):
        arch, module = f"flatten, {name}, linear", f"own_parts_{name.lower()}"
        return whence("train", "--arch", arch, "--max-steps", 1, "--out", name, "--import", module, **options)

    message = "{} has no method {}; write it as CONTRIBUTING.md describes"
    assert message.format("Bare", "forward") in train("Bare", code=1).stderr
    train("Half")
    assert message.format("Half", "formulas") in whence("why", "Half", "--import", "own_parts_half", code=1).stderr


FORWARD_ONLY = """
from whence.formula import Formulas, Sum, absolute, indices, scalar, tensors
from whence.nn import Layer, Loss, layers, losses
from whence.nn.axes import count
from whence.nn.parameter import Parameter


@layers.register("own_softsign")
class Softsign(Layer):
    weight = Parameter("g", decays=False)

    def parameter_shapes(self):
        return {"weight": self.input_shape}

    def initialise(self, rng, following):
        self.weight = 1

    def formulas(self, *, training=True):
        x, g, y = tensors("x g y")
        n, j = indices("n j")
        return Formulas([y[n, j] << g[j] * x[n, j] / (1 + absolute(x[n, j]))])


@losses.register("quartic")
class Quartic(Loss):
    input_symbol = "p"

    def formulas(self, targets, weights=None):
        p, y = tensors("p y")
        n, j = indices("n j")
        return Formulas([scalar("loss") << Sum((n, j), (p[n, j] - y[n, j]) ** 4) / count((n, j))])
"""


def test_a_layer_and_a_loss_with_forward_formulas_alone_are_in_every_view(working_folder, whence, imports_anew):
    (working_folder / "own_parts.py").write_text(FORWARD_ONLY)
    rows = [f"{i / 10},{i % 3},{i / 20 - 1}" for i in range(30)]
    (working_folder / "data.csv").write_text("\n".join(["a,b,c", *rows]))
    own = ("--import", "own_parts")
    arch = ("--arch", "linear 3, own_softsign, linear 1", "--loss", "quartic")
    whence("train", "data.csv", *arch, "--max-iter", "2", "--out", "run", "--quiet", *own)
    assert "g2[1]" in whence("why", "run", "dz1[0,1]", *own).stdout
    derivation = whence("formulas", "run", *own).stdout
    assert "dg2[j] = Σ_n ds2[n, j] · z1[n, j] / (1 + |z1[n, j]|)" in derivation
    for view, file in (("show", "page.html"), ("sheet", "sheet.xlsx")):
        whence(view, "run", "-o", file, *own)
        assert (working_folder / file).exists()
    assert "all gradients agree" in whence("check", "run", *own).output


@exhaustive
def test_a_run_with_classes_of_a_module_goes_on_in_other_processes(module, start):
    finish(start(*TRAIN, 1, "--import", "own_parts"))
    assert "own_parts" not in (module / "run/config.toml").read_text()
    assert "--import own_parts" in finish(start("evaluate", "run"), code=1)
    assert "accuracy" in finish(start("evaluate", "run", "--import", "own_parts"))
    assert "Doubling" in finish(start("summary", "run", "--import", "own_parts"))
    assert "computed by" in finish(start("why", "run", "--import", "own_parts"))
    config = (module / "run/config.toml").read_text().replace("max-iter = 1", "max-iter = 2")
    (module / "again.toml").write_text(config)
    again = ("train", "--config", "again.toml", "--out", "again", "--quiet")
    assert "there is no loss 'own_loss" in finish(start(*again), code=2)
    finish(start(*again, "--import", "own_parts"))
    assert "--import own_parts" in finish(start("train", "--resume", "again"), code=1)
    assert "already finished" in finish(start("train", "--resume", "again", "--import", "own_parts"))


def test_no_file_has_a_module_imported(module, start):
    (module / "settings.toml").write_text('import = "own_parts"')
    assert "there is no setting 'import'" in finish(start("train", "--config", "settings.toml"), code=2)


def test_a_name_that_no_module_defines_says_so(module, start):
    assert "there is no optimizer 'own_sgd'" in finish(start("train", "digits", "--optimizer", "own_sgd"), code=2)
    assert (
        "the module own_part cannot be imported: No module named 'own_part'; put it into the working folder"
        in finish(start("train", "digits", "--import", "own_part"), code=2)
    )
    assert "the module broken cannot be imported: division by zero" in finish(broken(module, start), code=2)


def broken(module, start):
    (module / "broken.py").write_text("1 / 0")
    return start("summary", "4,3", "--import", "broken")


def test_what_an_installed_distribution_offers_is_found_by_its_name(module):
    information = module / "own_parts-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: own_parts\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[whence.layers]\ndoubling = own_parts:Doubling\nlost = own_parts:Lost\n"
        "[whence.losses]\nown_loss = own_parts:OwnLoss\n"
    )
    program = """
import sys
from whence.errors import ArgumentError
from whence.nn import layers, losses
from whence.nn.architecture import network
assert "own_parts" not in sys.modules
print(network("doubling 3", (2,)))
print(losses.read("own-loss"), layers.from_json({"layer": "own_parts:Doubling", "factor": 4}))
assert "tripling" not in layers
try:
    layers["lost"]
except ArgumentError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=module, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "Sequential(Doubling(factor=3.0))",
        "own_loss Doubling(factor=4.0)",
        "the layer lost cannot be loaded from own_parts:Lost: module 'own_parts' has no attribute 'Lost'",
    ]


def test_what_could_never_be_opened_is_not_saved(tmp_path, monkeypatch):
    class Local(Linear):
        pass

    def save(layer):
        net = Sequential(layer, input_shape=(2,))
        save_model(tmp_path / "model", Model(net, MeanSquaredError(), Preprocessing(), None, ""))

    for layer in (Local(2, 2), Residual([Local(2, 2)])):
        with pytest.raises(ArgumentError, match=r"Local is not registered under a name; put @layers.register"):
            save(layer)
    monkeypatch.setattr(layers, "_entries", dict(layers._entries))
    monkeypatch.setattr(layers, "_spellings", dict(layers._spellings))
    layers.register("local")(Local)
    with pytest.raises(ArgumentError, match="Local is defined in a function, from which another program"):
        save(Local(2, 2))
    Local.__qualname__, Local.__module__ = "Local", "__main__"
    with pytest.raises(ArgumentError, match="Local is defined in the running program, from which another"):
        save(Local(2, 2))
    assert not list(tmp_path.iterdir())
