"""No English where a reader of Russian or Chinese is spoken to, but for names: of arrays, functions, code and files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import openpyxl
import pytest

import traced_networks as networks
from exhaustive import exhaustive, one_of
from nn.examples import EXAMPLES, ONE_OF_EACH_GROUP, Example
from whence.nn import layers, losses
from whence.optim import Adam, optimizers
from whence.trace import Trace
from whence.views.sheet import write_sheet
from whence.views.text import list_arrays, why_text
from whence.views.text.cell_names import typed
from whence.views.texts import Language, tables

VIEWS = Path(str(files("whence.views")))
SOURCES = {path: path.read_text("utf-8") for ending in ("py", "js") for path in VIEWS.rglob(f"*.{ending}")}
FOLDERS = sorted(folder.name for folder in (VIEWS / "locale").iterdir())
FOREIGN: tuple[Language, ...] = ("ru", "zh")

WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = set(
    "Softmax LSTM GRU ReLU ELU CELU SELU GELU SiLU Mish swish softsign softplus softmax sigmoid Huber "
    "Adam AdamW RMSprop Adagrad "
    "SUM SUMPRODUCT MMULT row column EXP NUM dW new eta ell epsilon Home End Tab Enter Alt Esc English Escape "
    "exp log tanh erf sign abs sqrt max min diag float NumPy Excel LibreOffice JavaScript dx dy".split()
)
"""Latin words that Russian and Chinese write as English does: names of functions, of methods and of keys."""


def texts_of(view: str, language: Language) -> Iterator[tuple[str, str]]:
    for key, template in tables(view)[language].items():
        for text in template.values() if isinstance(template, dict) else [template]:
            yield key, str(text)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("view", FOLDERS)
def test_no_text_has_english_words(view: str, language: Language) -> None:
    for key, text in texts_of(view, language):
        spoken = re.sub(r"{\w+}|`[^`]*`", "", text)
        assert not set(WORD.findall(spoken)) - NAMES, (key, text)


def test_every_layer_loss_and_optimizer_has_a_name() -> None:
    kinds = {kind.__name__ for registry in (layers, losses, optimizers) for kind in registry.values()}
    own = {name for name in kinds if f"kind.{name}" in tables("common")["en"]}
    assert {name for name in kinds if registered_in_whence(name)} <= own
    assert {key.removeprefix("kind.") for key in tables("common")["en"] if key.startswith("kind.")} <= kinds


def registered_in_whence(name: str) -> bool:
    found = [kind for registry in (layers, losses, optimizers) for kind in registry.values() if kind.__name__ == name]
    return any(kind.__module__.startswith("whence.") for kind in found)


KEY = r"""\b(?:text|texts|label|said)\(\s*f?["'`]([^"'`{$]+)(["'`{$])"""


def test_every_key_that_a_view_asks_for_has_a_text() -> None:
    known = {key for view in FOLDERS for key in tables(view)["en"]}
    for path, source in SOURCES.items():
        for key, end in re.findall(KEY, source):
            found = any(each.startswith(key) for each in known) if end in "{$" else key in known
            assert found, f"{path.relative_to(VIEWS)} asks for {key}, which no file of texts has"


def test_every_text_is_asked_for() -> None:
    quoted = {key for source in SOURCES.values() for key in re.findall(r"""["'`]([\w. -]+)["'`]""", source)}
    begun = {key for source in SOURCES.values() for key in re.findall(r"""["'`](\w+\.[\w. -]*)\$?{""", source)}
    for view in FOLDERS:
        for key in tables(view)["en"]:
            known = key in quoted or key.rpartition(".")[0] in quoted or any(map(key.startswith, begun))
            assert known, f"no view asks for {key} of {view}"


SPOKEN, MARKUP = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}"), re.compile(r"""[;<{}\\]|=['"]""")


def speaks(text: str) -> bool:
    """Return whether a string of a program is a phrase, rather than markup or a part of a key."""
    is_key = any(text.strip() in key for view in FOLDERS for key in tables(view)["en"])
    return bool(SPOKEN.search(text)) and not MARKUP.search(text) and not is_key


def test_no_python_view_speaks_for_itself() -> None:
    for path, source in SOURCES.items():
        if path.suffix == ".py" and path.parent.name != "mathematics":
            assert not [*filter(speaks, spoken_in_python(source))], path.relative_to(VIEWS)


def spoken_in_python(source: str) -> Iterator[str]:
    """Yield the strings of a module that are not documentation or part of an error."""
    tree = ast.parse(source)
    silent: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Raise() | ast.Assert() | ast.Expr(value=ast.Constant()):
                silent.update(map(id, ast.walk(node)))
            case ast.FunctionDef() if any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
                silent.update(map(id, ast.walk(node)))
            case ast.Call(func=ast.Name(id=called)) if called == "require" or called.endswith("Error"):
                silent.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_no_script_of_the_page_speaks_for_itself() -> None:
    for path, source in SOURCES.items():
        if path.suffix == ".js" and "core" not in path.parts:
            code = re.sub(r"/\*.*?\*/|//[^\n]*|throw [^;]*;", "", source, flags=re.S)
            assert not [*filter(speaks, re.findall(r"""["'`]([^"'`\n]*)["'`]""", code))], path.relative_to(VIEWS)


def foreign(spoken: str, step: Trace) -> set[str]:
    """Return the Latin words in a text that are not names in a step."""
    written = [*step, *step.formulas.values(), *(origin.function for origin in step.origins.values())]
    written += [layer.text for layer in step.layers]
    written += [*step.description["loss"], *step.description["optimizer"]]
    written += [typed(str(text)) for text in written]
    known = {word for name in written for word in WORD.findall(str(name))}
    return set(WORD.findall(spoken)) - NAMES - known


@one_of("language", FOREIGN)
@pytest.mark.parametrize(
    "examples",
    [ONE_OF_EACH_GROUP, pytest.param([examples[0] for examples in EXAMPLES.values()], marks=exhaustive)],
    ids=["one of each group", "all"],
)
def test_why_speaks_the_language(examples: list[Example], language: Language) -> None:
    steps = networks.traced_formulas(examples, lambda: Adam(0.01))
    for step, names in steps:
        said = [list_arrays(step, language)]
        said += [
            why_text(step, name, (0,) * step[name].ndim, language=language, terms=terms, depth=1)
            for name in (*names, "x", "y")
            for terms in (1, 8)
        ]
        assert not foreign("\n".join(said), step)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("window", [None, 2])
def test_the_sheet_speaks_the_language(language: Language, window: int | None, tmp_path: Path) -> None:
    step = networks.traced_classifier(4, optimizer=Adam(0.01))
    write_sheet(tmp_path / "step.xlsx", [step], window, language=language)
    book = openpyxl.load_workbook(tmp_path / "step.xlsx")
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    assert not foreign("\n".join([*book.sheetnames, *said]), step)
