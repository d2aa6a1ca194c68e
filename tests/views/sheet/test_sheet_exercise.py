"""Sheets of exercises: cells to fill in, checked by LibreOffice, without their numbers in the student's file."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest
from office import MISSING, SOFFICE, computed

from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.exercise import make_exercise
from whence.views.sheet import plan_sheet, write_layout
from whence.views.sheet.blocks import area
from whence.views.sheet.checks import RIGHT, WRONG

CHECKS = slice(6, -1)


@pytest.fixture(scope="module")
def exercise():
    rng = np.random.default_rng(0)
    net = Sequential(Linear(2, 3), ReLU(), Linear(3, 2), seed=1)
    return make_exercise([trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(3, 2)), np.array([0, 1, 1]))], 4)


@pytest.fixture(scope="module")
def written(exercise, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exercise")
    layout = plan_sheet([exercise.blanked])
    write_layout(folder / "blank.xlsx", layout, exercise=exercise)
    write_layout(folder / "key.xlsx", plan_sheet([exercise.trace]), exercise=exercise, solved=True)
    blocks = layout.pages[0].blocks
    return folder, [area(*blocks[name].cell(index), 1, 1) for name, index in exercise.blanks]


def entered(source, target, numbers):
    """Copy a workbook with numbers typed into blank cells of the sheet of the step."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet3.xml":
                for cell, number in numbers.items():
                    text, count = re.subn(
                        rf'<c r="{cell}" s="(\d+)"/>', rf'<c r="{cell}" s="\1"><v>{number}</v></c>', text
                    )
                    assert count == 1
            new.writestr(name, text)


def test_the_students_file_has_no_answer(exercise, written):
    folder, cells = written
    with zipfile.ZipFile(folder / "blank.xlsx") as file:
        parts = {name: file.read(name).decode() for name in file.namelist() if name.endswith(".xml")}
    numbers = {float(value) for text in parts.values() for value in re.findall(r"<v>(-?[\d.eE+-]+)</v>", text)}
    for answer in exercise.answers:
        assert not any(np.isclose(answer, number, rtol=1e-6, atol=0) for number in numbers)
    for cell in cells:
        assert re.search(rf'<c r="{cell}" s="\d+"/>', parts["xl/worksheets/sheet3.xml"])


@pytest.mark.skipif(SOFFICE is None, reason=MISSING)
def test_right_numbers_are_right_as_shown_wrong_ones_wrong_and_the_key_is_full(exercise, written, tmp_path):
    folder, cells = written
    shown = [round(answer, 4) for answer in exercise.answers]
    entered(folder / "blank.xlsx", tmp_path / "right.xlsx", dict(zip(cells, shown, strict=True)))
    entered(folder / "blank.xlsx", tmp_path / "wrong.xlsx", {cells[0]: shown[0] + 0.01})
    found = computed([tmp_path / "right.xlsx", tmp_path / "wrong.xlsx", folder / "key.xlsx"], tmp_path / "made")
    right, wrong, key = ([row[4] for row in found[name]["exercise"][CHECKS]] for name in ("right", "wrong", "key"))
    assert set(right) == set(key) == {RIGHT}
    assert wrong == [WRONG, *[""] * (len(cells) - 1)]
    assert found["right"]["exercise"][-1][4] == f"{len(cells)} / {len(cells)}"
    assert [float(row[2]) for row in found["key"]["exercise"][CHECKS]] == pytest.approx(exercise.answers, abs=1e-6)
