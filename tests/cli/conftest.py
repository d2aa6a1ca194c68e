import hashlib
import inspect
import os
import pickle
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

import whence.plots
from whence.cli import main
from whence.files import replacing
from whence.training import baseline

SHARED_DATA = os.environ.get("WHENCE_DATA")
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.fixture(autouse=True)
def working_folder(tmp_path, monkeypatch):
    """A working folder of the test's own, and an environment that what the test sets does not leak from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WHENCE_DATA", raising=False)
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, "1")
    return tmp_path


PICTURES_OF_A_RUN = ("confusion_matrix_picture", "first_layer_kernels", "first_layer_weights", "learning_curve")


@pytest.fixture(autouse=True)
def unrendered(request, monkeypatch):
    """Write empty files for pictures: to draw those of a run takes as long as a short training."""

    def save(figure, path):
        with replacing(path) as file:
            file.write(b"")

    def undrawn(draw):
        taken = inspect.signature(draw)
        return lambda *given, **options: save(None, taken.bind(*given, **options).arguments["path"])

    if "rendered" in request.fixturenames:
        return
    for kind in ("confusion", "curve", "film", "prediction", "samples", "sweep", "weights"):
        monkeypatch.setattr(f"whence.plots.{kind}.save", save)
    if "drawn" in request.fixturenames:
        return
    for name in PICTURES_OF_A_RUN:
        monkeypatch.setattr(whence.plots, name, undrawn(getattr(whence.plots, name)))


@pytest.fixture
def drawn():
    """Draw figures but do not render them, for a test whose data may be hard to draw."""


@pytest.fixture
def rendered():
    """Draw and render figures, for a test that looks at them."""


@pytest.fixture(autouse=True)
def undiagnosed(request, monkeypatch):
    """Do not ask the doctor why a baseline was not reached: its trials take longer than a short training."""
    if "diagnosed" not in request.fixturenames:
        monkeypatch.setattr("whence.cli.training_session._why", lambda *_: "ask the doctor")


@pytest.fixture
def diagnosed():
    """Ask the doctor, for a test that looks at what it says."""


@pytest.fixture(scope="session")
def linear_models():
    """The linear models that runs were held against before, by what they were made from."""
    return {}


@pytest.fixture(autouse=True)
def one_linear_model_for_the_same_data(linear_models, monkeypatch):
    """Make the linear model that a run is held against once for the same data: it takes as long as a short training."""
    make = baseline.linear_model

    def linear_model(train, preprocessing, classes):
        made_from = hashlib.sha256(pickle.dumps((train, preprocessing, classes))).digest()
        if made_from not in linear_models:
            linear_models[made_from] = make(train, preprocessing, classes)
        return linear_models[made_from]

    monkeypatch.setattr(baseline, "linear_model", linear_model)


@pytest.fixture
def shared_data(monkeypatch):
    """Real data, in the folder that WHENCE_DATA names."""
    if not SHARED_DATA:
        pytest.skip("MNIST is not here; name its folder with WHENCE_DATA")
    monkeypatch.setenv("WHENCE_DATA", SHARED_DATA)


@pytest.fixture(name="whence")
def run_whence():
    """Run the program in this process."""

    def run(*arguments, code=0):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        said = result.stdout + result.stderr
        assert result.exit_code == code, f"{said}\n{result.exception!r}"
        assert "Traceback" not in said
        return result

    return run


@pytest.fixture
def start():
    """Start the program as a process of its own; what is still running at the end is killed."""
    started = []

    def run(*arguments, program="from whence.cli import main; main()", terminal=None, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdout=terminal or subprocess.PIPE,
            stderr=terminal or subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            **options,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def made_before():
    """Folders with the files that tests asked for before, by name."""
    return {}


@pytest.fixture
def once(working_folder, tmp_path_factory, made_before):
    """Make files in the working folder, the first time as is said, and copy them from then on."""

    def prepare(name, make):
        if name in made_before:
            shutil.copytree(made_before[name], working_folder, dirs_exist_ok=True)
        else:
            make()
            made_before[name] = shutil.copytree(working_folder, tmp_path_factory.mktemp("once") / "files")

    return prepare


@pytest.fixture
def trained(whence, once):
    """The folder of a run on the digits, made in a moment."""
    once("digits", lambda: whence("train", "-m", 4, "-s", 16, "--out", "run", "--quiet"))
    return "run"
