"""Derivations as exercises: blanks in every format, none of their numbers, and a key with the arithmetic."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from whence.formula import write_number
from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views import derivation
from whence.views.derivation.exercise import BLANK
from whence.views.exercise import make_exercise

FORMATS = ("text", "markdown", "latex", "html")


@pytest.fixture(scope="module")
def exercise():
    rng = np.random.default_rng(0)
    net = Sequential(Linear(2, 3), ReLU(), Linear(3, 3), dtype="float64", seed=1)
    return make_exercise([trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(3, 2)), np.array([0, 1, 2]))], 4)


def written(exercise, form, **options):
    return getattr(derivation, f"as_{form}")(derivation.derive_exercise(exercise, **options))


def test_the_list_has_a_blank_for_each_cell_and_the_key_its_arithmetic(exercise):
    student, key = (written(exercise, "text", solved=solved).split("Notation")[0] for solved in (False, True))
    assert student.count(f"= {BLANK}\n") == len(exercise.blanks)
    for answer in exercise.answers:
        assert f"= {write_number(answer)}" in " ".join(key.split())
    assert BLANK not in key and "z1[" in key and " · " in key and " · " not in student


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("rows", [True, False])
def test_no_format_has_the_number_of_a_blank(exercise, form, rows):
    student = written(exercise, form, rows=rows).replace("−", "-")
    assert "NaN" not in student
    for answer in exercise.answers:
        assert write_number(abs(answer)) not in student
    assert student.count(BLANK) + student.count(r"\_" * len(BLANK)) > 2 * len(exercise.blanks)


def test_with_samples_as_columns_the_cells_are_transposed(exercise):
    n, j = next(index for name, index in exercise.blanks if name == "z1")
    assert f"z1[{n}, {j}] = " in written(exercise, "text")
    assert f"z1[{j}, {n}] = " in written(exercise, "text", rows=False)


def test_the_tasks_are_in_the_language_asked_for(exercise):
    assert "Упражнение 4" in written(exercise, "text", language="ru")
    assert "练习 4" in written(exercise, "text", language="zh", solved=True)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed; on Debian: texlive-latex-base")
def test_the_latex_of_the_exercise_prints(exercise, tmp_path):
    (tmp_path / "exercise.tex").write_text(written(exercise, "latex"), encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "exercise.tex"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert made.returncode == 0, made.stdout[-2000:]
