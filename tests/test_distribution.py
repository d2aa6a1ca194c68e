"""The name that people are told to install, which is not a stranger's, and one version everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

import whence

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("src", "tests", "docs", "recipes", "benchmarks", ".ci", ".github")
BINARY = {".pyc", ".gz", ".npz", ".png", ".safetensors"}

IMPORTED = "whence"  # the name of the import and the command, under which the registry keeps a stranger's code
COMMAND = r"\b(?:pip3?|pipx|conda|mamba|uv|poetry)\s+(?:pip\s+|tool\s+)?(?:install|add|run)\b[^\n`;&|]*?"
REQUIREMENT = re.compile(
    rf"{COMMAND}[\s\"']{IMPORTED}(?![-\w./])"  # a line that installs it
    rf"|\binstall(?:ing|s)?\s+`*{IMPORTED}(?![-\w])"  # the same in words
    rf"|(?<![-\w/.]){IMPORTED}\\?\[[a-z][a-z, -]*\\?\]"  # an extra
    rf"|(?<![-\w/.]){IMPORTED}\s*(?:[=~!<>]=|>)\s*\d"  # a version
)


def texts():
    paths = [*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in paths
        if path.is_file() and path.suffix not in BINARY
    }


def test_no_text_tells_anyone_to_install_a_strangers_code():
    found = {name: match[0] for name, text in texts().items() if (match := REQUIREMENT.search(text))}
    assert not found


def test_all_texts_are_looked_at():
    assert {
        "README.md",
        "pyproject.toml",
        ".ci/run",
        "src/whence/optional.py",
        "benchmarks/__main__.py",
    } <= texts().keys()


@pytest.mark.parametrize(
    "advice",
    [
        "pip install {}",
        "python -m pip install --upgrade {}==0.1.0",
        'pip install "{}[sheet]"',
        "uv add {}",
        "pipx install {}`",
        "Please install `{}` first.",
        "or with its extra, {}[sheet, parquet]",
        r"match=r'{}\[sheet\]'",
        "{} >= 0.1",
    ],
)
def test_such_an_advice_is_found(advice):
    assert REQUIREMENT.search(advice.format(IMPORTED))
    assert not REQUIREMENT.search(advice.format("whence-nn"))


@pytest.mark.parametrize("harmless", ["pip install . && {} train", "from {} import nn", "pip install -e . # for {}.nn"])
def test_what_only_names_the_import_or_the_command_is_no_such_advice(harmless):
    assert not REQUIREMENT.search(harmless.format(IMPORTED))


def test_no_requirement_is_a_strangers_code():
    project = PYPROJECT["project"]
    required = [*PYPROJECT["build-system"]["requires"], *project["dependencies"]]
    required += [entry for extra in project["optional-dependencies"].values() for entry in extra]
    assert project["name"] == "whence-nn"
    assert not [entry for entry in required if re.match(r"[\w.-]+", entry)[0] == IMPORTED]


def test_every_extra_that_a_text_names_exists():
    named = {extra for text in texts().values() for extra in re.findall(r"whence-nn\\?\[([a-z]+)", text)}
    assert {"sheet", "parquet", "openml"} <= named <= PYPROJECT["project"]["optional-dependencies"].keys()


def test_one_version_is_told_everywhere():
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "src/whence/__init__.py"
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    releases = re.findall(r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert citation[1] == whence.__version__
    assert releases[:2] == ["Unreleased", whence.__version__]
