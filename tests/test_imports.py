"""Imports at run time, those within functions counted: none goes up a floor, and none comes round in a circle."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import whence

SOURCE = Path(whence.__file__).parent
PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def modules() -> dict[str, ast.Module]:
    """Return the syntax of every module by its name."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text("utf-8"))
    return found


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree that are run: not what stands there for type hints only."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_run_time(child)


def imported(tree: ast.Module, names: set[str]) -> set[str]:
    """Return the modules of the library that a module imports, also by a constant name in ``import_module``."""
    found: set[str] = set()
    for node in at_run_time(tree):
        match node:
            case ast.Import(aliases):
                found |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                inner = {f"{module}.{alias.name}" for alias in aliases} & names
                found |= inner or {module}
            case ast.Call(
                func=ast.Name("import_module") | ast.Attribute(attr="import_module"), args=[ast.Constant(name)]
            ):
                found.add(name)
    return found & names


@cache
def graph() -> dict[str, set[str]]:
    """Return the modules that each module imports."""
    trees = modules()
    return {name: imported(tree, set(trees)) - {name} for name, tree in trees.items()}


@cache
def floors() -> dict[str, int]:
    """Return the floor of each package that the contract names, the highest floor first."""
    contract = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    return {name.strip(): -level for level, layer in enumerate(contract["layers"]) for name in layer.split("|")}


def floor_of(module: str) -> int | None:
    packages = floors()
    parts = module.split(".")
    return next((packages[name] for name in (".".join(parts[:2]), module) if name in packages), None)


def test_no_import_comes_round_in_a_circle() -> None:
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(reversed(error.args[1]))) from error


def test_no_import_goes_up_a_floor() -> None:
    upward = []
    for name, others in graph().items():
        for other in others:
            own, its = floor_of(name), floor_of(other)
            if own is not None and its is not None and its > own:
                upward.append(f"{name} imports {other}")
    assert upward == []


def test_every_module_has_a_floor() -> None:
    roots = {"whence", "whence.__main__"}
    assert {name for name in graph() if floor_of(name) is None} == roots


NOT_NEEDED_TO_TRAIN = {
    *(
        "PIL",
        "asyncio",
        "matplotlib",
        "multiprocessing",
        "optuna",
        "pandas",
        "pydoc",
        "scipy",
        "sklearn",
        "torch",
        "unittest",
    ),
    *("whence.doctor", "whence.history", "whence.own_program", "whence.plots", "whence.trace", "whence.views.page"),
}


@pytest.mark.skipif(not os.environ.get("WHENCE_DATA"), reason="MNIST is not here; name its folder with WHENCE_DATA")
def test_a_training_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    """What is imported without need is waited for at every start: matplotlib takes as long as three epochs."""
    training = ["train", "mnist", "--max-steps", "2", "--out", str(tmp_path / "run"), "--no-pictures", "--quiet"]
    program = f"""
import json, sys
from whence.cli import main
main({training}, standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert "whence.training.loop" in loaded
    assert loaded & NOT_NEEDED_TO_TRAIN == set()
