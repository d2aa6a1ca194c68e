"""``whence sheet`` on a run, on saved traces, and where it must refuse."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from whence.cli.traced_run import trace_run
from whence.trace import save_traces
from whence.views.sheet.layout import lay_out


@pytest.fixture
def run(whence):
    """A run of a small network on three samples of a table."""
    rows = "\n".join(["a,b,kind", "1,0,rose", "0,1,tulip", "1,1,rose"]) + "\n"
    Path("flowers.csv").write_text(rows, encoding="utf-8")
    whence("train", "flowers.csv", "-s", "3", "-m", "2", "--validation", "0", "--out", "run", "--quiet")
    return "run"


def sheets_in(path):
    with zipfile.ZipFile(path) as file:
        return file.read("xl/workbook.xml").decode().count("<sheet ")


def test_the_next_step_of_a_run_becomes_a_workbook_in_its_folder(whence, run):
    said = whence("sheet", run).stdout
    assert said.startswith("run/step.xlsx: open it in LibreOffice or Excel")
    assert sheets_in("run/step.xlsx") == 2


def test_the_batch_is_all_samples_where_there_are_fewer_than_four(whence, run):
    whence("sheet", run, "-o", "few.xlsx")
    whence("sheet", run, "--batch", 3, "-o", "all.xlsx")
    with zipfile.ZipFile("few.xlsx") as few, zipfile.ZipFile("all.xlsx") as all_of_them:
        name = "xl/worksheets/sheet2.xml"
        assert few.read(name) == all_of_them.read(name)


def test_steps_in_a_row_have_a_sheet_each(whence, run):
    whence("sheet", run, "--steps", 3, "--batch", 2, "-o", "steps.xlsx")
    assert sheets_in("steps.xlsx") == 4
    roles = {item.name: item.role for item in lay_out(trace_run(run, batch=2, steps=3)).pages[2].items}
    assert roles["W1"] == "carried"


def test_saved_traces_become_a_workbook_beside_them(whence, run):
    save_traces("steps.safetensors", trace_run(run, batch=2, steps=2))
    whence("sheet", "steps.safetensors", "--steps", 2)
    assert sheets_in("steps.xlsx") == 3


def test_the_run_stays_as_it_is(whence, run):
    before = {path: path.read_bytes() for path in Path(run).iterdir()}
    whence("sheet", run, "--steps", 2, "-o", "step.xlsx")
    assert {path: path.read_bytes() for path in Path(run).iterdir()} == before


def test_a_network_too_large_for_a_sheet_leaves_no_file(whence, run, monkeypatch):
    monkeypatch.setattr("whence.views.sheet.layout.MOST_CELLS", 50)
    said = whence("sheet", run, code=1).stderr
    assert "cells, more than 50; " in said
    assert not list(Path().glob("**/*.xlsx"))
    assert not list(Path().glob("**/.*.part"))
