"""The examples in the documentation are run."""

import doctest
import importlib
import pkgutil
import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import whence
from whence.cli import main
from whence.cli.sweep.plan import read_sweep
from whence.doctor.faults import known_rules
from whence.own_program.slips import slips
from whence.views.texts import Texts

ROOT = Path(__file__).parents[1]
PAGES = [
    path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if "```python" in path.read_text()
]
PICTURES = sorted((ROOT / "docs" / "images").glob("*.png"))
EXAMPLES = [
    example
    for module in pkgutil.walk_packages(whence.__path__, "whence.")
    if not module.name.endswith("__main__")
    for example in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module.name))
    if example.examples
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page, monkeypatch, tmp_path, own_classes):
    monkeypatch.chdir(tmp_path)
    if "import torch" in page.read_text():
        pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    for block in blocks:
        exec(compile(block, str(page), "exec"), names)
    assert names


def test_the_results_beside_the_python_of_the_page_on_formulas_are_its_results(capsys):
    block = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "formulas.md").read_text(), re.DOTALL)
    exec(compile(block[1], "formulas.md", "exec"), {})
    promised = re.findall(r"print\(.*\) +# (.*)", block[1])
    assert capsys.readouterr().out.splitlines()[: len(promised)] == promised


@pytest.mark.parametrize("page", ["own_program.md", "grade.md"])
def test_the_slip_of_the_pages_on_a_program_is_found_as_they_say(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "docs" / "own_program.py"))
    shown = (ROOT / "docs" / page).read_text(encoding="utf-8")
    command, promised = re.search(r"\$ whence ((?:trace|grade) mine.npz .*)\n((?:.*\n)+?)```", shown).groups()
    result = CliRunner().invoke(main, shlex.split(command))
    assert (result.exit_code, result.stdout) == (1, promised)


def test_every_fault_is_in_the_page_on_the_doctor():
    shown = (
        (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8").partition("## The faults")[2].partition("## How")[0]
    )
    named = {
        name for row in re.findall(r"^\| (`.*?) \|", shown, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }
    assert named == {rule.fault for rule in known_rules()}


@pytest.mark.exhaustive
def test_the_doctor_finds_what_its_page_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    shown = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    train, doctor = (shlex.split(command) for command in re.findall(r"^\$ whence (.*)", shown, re.MULTILINE))
    assert runner.invoke(main, [*train, "--threads", "1"]).exit_code == 0
    said = runner.invoke(main, doctor).stdout
    assert "unsuitable-hidden-activation: layer 3, Sigmoid()" in said and "--activation relu" in said
    assert re.search(r"without [▁▂▃▄▅▆▇█]{30}", said)


def test_every_slip_is_in_the_page_on_homework_as_it_is_said():
    shown = (ROOT / "docs" / "grade.md").read_text(encoding="utf-8")
    said = Texts("grade", "en")
    assert re.findall(r"^\| `([^`]+)` \| .* \|$", shown.partition("## Slips")[2], re.MULTILINE) == [*slips]
    for name in slips:
        assert f"| `{name}` | {said(f'slip.{name}')} |" in shown


def test_the_module_of_the_page_on_pytorch_is_what_is_printed(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "pytorch.md").read_text(encoding="utf-8")
    made, promised = re.search(r"```python\n(.*?)```.*?```py\n(.*?)```", page, re.DOTALL).groups()
    exec(compile(made, "pytorch.md", "exec"), {})
    assert capsys.readouterr().out == f"{promised}\n"


def test_the_ranges_of_the_page_on_scale_are_a_sweep(tmp_path):
    pytest.importorskip("optuna", reason="Optuna is not installed; pip install optuna")
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (tmp_path / "digits.toml").write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
    sweep = read_sweep(tmp_path / "digits.toml", {}, None)
    sweep.check_names()
    assert (len(sweep.ranges), sweep.options.trials) == (3, 40)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_pictures_are_small_and_shown(picture):
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < 300_000
    assert any(f"images/{picture.name})" in page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_examples_in_docstrings_are_right(example):
    assert doctest.DocTestRunner().run(example).failed == 0


def test_some_docstrings_have_examples():
    assert sum(len(example.examples) for example in EXAMPLES) > 10


def test_every_link_in_a_page_leads_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "lessons").glob("*.md")]:
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
