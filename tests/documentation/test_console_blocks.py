"""The commands that pages show are run, in order, and print what the pages say they print."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import whence
from whence.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DATA = os.environ.get("WHENCE_DATA")

OF_THE_JUDGE = {"CONTRIBUTING.md"}
"""Pages whose commands are those of ``.ci/run``, which runs them."""
NOT_RUN = {
    "pip": "it installs",
    "curl": "tests/test_serving.py asks the service",
    "cd": "tests/test_serving.py serves",
    "tensorboard": "it serves until it is stopped",
    "mpiexec": "tests/training/parallel train in many processes",
    "python benchmarks/recipes.py": "hours",
    "WHENCE_DATA=data": "hours",
    "python -m benchmarks": "tests/test_benchmarks.py times a few",
    "python -m benchmarks.growth": "minutes; tests/test_growth.py measures a little",
    "whence import digits.onnx": "tests/interop/onnx/test_onnx_of_torch.py imports files of PyTorch",
    "whence show digits.safetensors": "it is made of that file",
    "whence why digits.safetensors": "the same",
    "whence check digits.safetensors": "the same",
    "whence evaluate digits.safetensors": "the same",
}
"""How commands begin that are not run here, and why."""
ONE_THREAD = ["--threads", "1"]
SHORTER = ["--max-steps", "20", *ONE_THREAD]
LARGE = (["mnist"], ["text"])
"""For trainings on images and texts of which a page does not say what they print."""
VARYING = {
    "docs/doctor.md": "the trials are short trainings",
    "docs/history.md": "the run is another one",
    "docs/onnx.md": "versions of onnxruntime, and trainings made shorter",
    "docs/programs.md": "versions of compilers, and trainings made shorter",
    "docs/scikit_learn.md": "versions of scikit-learn",
    "docs/tour.md": "the run of the film",
}
"""Pages of which the words are compared, but not the numbers, and why."""


def commands_in(page):
    """Return each command in the console blocks of a page, and what is shown below it."""
    text, found = (ROOT / page).read_text(encoding="utf-8"), []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, promised = shown.partition("\n")
            found.append((re.split(r"\s+# ", line)[0], promised.strip("\n")))
    return found


def is_run(command):
    return not any(command == start or command.startswith(f"{start} ") for start in NOT_RUN)


FILES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *DOCS.glob("lessons/*.md")]
PAGES = sorted({path.relative_to(ROOT).as_posix() for path in FILES} - OF_THE_JUDGE)
RUN = [page for page in PAGES if any(is_run(command) for command, _ in commands_in(page))]
OWN_PARTS = """
from whence.arguments import PositiveInt
from whence.formula import Formulas, Index, tensors
from whence.nn import Layer, layers


@layers.register("scale")
class Scale(Layer):
    def __init__(self, factor: PositiveInt):
        self.factor = factor

    def formulas(self, *, training=True):
        x, y = tensors("x y")
        n, j = Index("n"), Index("j")
        return Formulas([y[n, j] << self.factor * x[n, j]])
"""
QUICK = {"README.md", "docs/teachers.md", "docs/own_program.md", "docs/grade.md"}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "page", [page if page in QUICK else pytest.param(page, marks=pytest.mark.exhaustive) for page in RUN]
)
def test_the_commands_of_a_page_print_what_it_says(page, monkeypatch, tmp_path, own_classes):
    if page not in QUICK and DATA is None:
        pytest.skip("the data of the pages are not here; name the folder above tables/ with WHENCE_DATA")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("WHENCE_DATA", str(tmp_path))
    lay_out()
    train_what_is_shown(page)
    for command, promised in commands_in(page):
        if is_run(command):
            printed = run(command, promised)
            assert prints(printed, promised, exactly=page not in VARYING), f"{command}\n{printed}"


def lay_out():
    """Make the files that pages speak of: programs, tables, texts, pictures and the programs of pupils."""
    for program in DOCS.glob("*.py"):
        shutil.copy(program, ".")
    Path("own_parts.py").write_text(OWN_PARTS, encoding="utf-8")
    digits = whence.load("digits").train
    for place, target in enumerate(digits.targets[:40]):
        folder = Path("photos", f"digit {target}")
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((255 - digits.inputs[place].reshape(8, 8) * 15).astype(np.uint8)).resize((64, 64))
        picture.save(folder / f"{place}.png")
        picture.save("photo.jpg")
        picture.save("seven.png")
    write_mnist(Path("mnist"), digits.inputs, digits.targets)
    Path("folder").mkdir()
    for part in range(3):
        np.savez(Path("folder", f"{part}.npz"), x=digits.inputs[part::3], y=digits.targets[part::3])
    Path("shakespeare.txt").write_text("ROMEO:\n" + (ROOT / "README.md").read_text("utf-8"), encoding="utf-8")
    runpy.run_path("own_program.py")
    Path("homework").mkdir()
    shutil.copy("mine.npz", "homework/07.npz")
    shutil.copytree(ROOT / "recipes", "recipes")
    if DATA is not None:
        for name in ("titanic.csv", "later.csv"):
            shutil.copy(Path(DATA, "tables", "titanic.csv"), name)
        shutil.copy(Path(DATA, "tables", "penguins.csv"), "flowers.csv")


def write_mnist(folder, images, labels):
    """Write small digits, enlarged to 28 × 28, as files of MNIST: most for training, 300 for testing."""
    folder.mkdir()
    enlarged = np.pad(np.kron(images.reshape(-1, 8, 8) * 15, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    for stem, part in {"train": slice(300, None), "t10k": slice(300)}.items():
        for kind, array in {"images-idx3": enlarged[part], "labels-idx1": labels[part]}.items():
            header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
            (folder / f"{stem}-{kind}-ubyte").write_bytes(header + array.astype(np.uint8).tobytes())


def train_what_is_shown(page):
    """Make the runs that a page looks at and did not train itself."""
    text = " ".join(command for command, _ in commands_in(page) if command.startswith("whence"))
    if "runs/digits-1" in text and "whence train" not in text.partition("runs/digits-1")[0]:
        call(["train", "--quiet", "--threads", "1"])
    if "runs/mn " in text:
        call(["train", "mnist", "-s", "96", "--out", "runs/mn", "--quiet", *SHORTER])
    if "runs/mnist-1" in text and "whence train mnist" not in text.partition("runs/mnist-1")[0]:
        call(["train", "mnist", "--quiet", *SHORTER])


def run(command, promised):
    """Run a command as it stands, but trainings only as long as needed, and return what it prints."""
    program, *arguments = shlex.split(command)
    if program == "python":
        return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout
    assert program == "whence", f"{command}: neither run nor named in NOT_RUN"
    arguments = [argument for argument in arguments if argument != "--open"]
    if arguments[0] == "train":
        arguments += SHORTER if arguments[1:2] in LARGE and not promised else ONE_THREAD
    return call(arguments, may_fail=bool(promised))


def call(arguments, *, may_fail=False):
    """Return what a command prints; an error, too, may be what the page shows."""
    result = CliRunner().invoke(main, arguments)
    is_error = re.search("^Error", result.output, re.MULTILINE) is not None
    assert result.exit_code == 0 or (result.exit_code == 1 and is_error <= may_fail), result.output
    return result.output


def prints(printed, promised, *, exactly):
    """Return whether the lines are printed one after another; … stands for any lines."""
    if not exactly:
        printed, promised = words_of(printed), words_of(promised)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in re.split(r"^…$\n?", promised, flags=re.MULTILINE))
    return re.search(pattern, printed) is not None


def words_of(text):
    """Return a text without its numbers, bars and rules."""
    text = re.sub("[▏▎▍▌▋▊▉█▁▂▃▄▅▆▇─]+", "", text)
    text = re.sub(r"[+−-]?\d[\w.,+:−-]*", "0", text)
    return re.sub(r"[ \t]+", " ", text)


@pytest.mark.parametrize(
    ("printed", "promised", "exactly", "is_printed"),
    [
        ("a\nb 1\nc\n", "b 1\nc", True, True),
        ("a\nb 1\nc\n", "b 2\nc", True, False),
        ("a\nb 1\nc\n", "b 2\nc", False, True),
        ("a\nb 1\nc\n", "d 1", False, False),
        ("a\nb\nc\nd\n", "a\n…\nd", True, True),
        ("loss  1.5e−3 ███\n", "loss 0.7 ██▌", False, True),
    ],
)
def test_what_is_compared(printed, promised, exactly, is_printed):
    assert prints(printed, promised, exactly=exactly) is is_printed


def test_every_command_is_run_or_has_a_reason():
    for page in PAGES:
        for command, _ in commands_in(page):
            assert not is_run(command) or command.split()[0] in ("whence", "python"), f"{page}: {command}"
    assert set(VARYING) | QUICK <= set(RUN)
