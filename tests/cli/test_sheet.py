"""``whence sheet`` on a run, on saved traces, and where it must refuse."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from whence.cli.steps.traced_run import trace_run
from whence.errors import ArgumentError
from whence.trace import save_traces
from whence.views.sheet import plan_sheet
from whence.views.sheet.layout import lay_out


@pytest.fixture
def run(whence, once):
    """A run of a small network on three samples of a table."""

    def make():
        Path("flowers.csv").write_text("a,b,kind\n1,0,rose\n0,1,tulip\n1,1,rose\n", encoding="utf-8")
        whence("train", "flowers.csv", "-s", "3", "-m", "2", "--validation", "0", "--out", "run", "--quiet")

    once("three flowers", make)
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


@pytest.fixture
def cells(monkeypatch):
    """How many cells a workbook may have."""
    return lambda most: monkeypatch.setattr("whence.views.sheet.layout.MOST_CELLS", most)


def cells_of(run, batch):
    return sum(array.size for array in trace_run(run, batch=batch)[0].values())


def test_the_batch_is_the_largest_that_fits(whence, trained, cells):
    assert whence("sheet", trained).stdout.startswith("run/step.xlsx: open it in LibreOffice or Excel")
    cells(cells_of(trained, 3))
    said = whence("sheet", trained).stdout
    assert said.startswith("run/step.xlsx: a batch of 3, since 4 would be too large; open it in LibreOffice or Excel")
    assert lay_out(trace_run(trained, batch=3)).pages[0].blocks["x"].shape[0] == 3
    cells(cells_of(trained, 1))
    assert "a batch of 1, since 2 would be too large" in whence("sheet", trained).stdout


def test_where_not_even_one_sample_fits_large_arrays_are_in_windows(whence, trained, cells):
    cells(cells_of(trained, 1) - 1)
    said = whence("sheet", trained)
    assert said.stdout.startswith(
        "run/step.xlsx: windows of 8 places along each axis of large arrays; open it in LibreOffice"
    )
    assert said.stderr.startswith("whole arrays do not fit: the spreadsheet would have")
    assert plan_sheet(trace_run(trained, batch=4), 8).cells < cells_of(trained, 1)


def test_a_batch_that_was_asked_for_stays_and_what_would_fit_whole_is_said(whence, trained, cells):
    cells(cells_of(trained, 1))
    said = whence("sheet", trained, "--batch", 2)
    assert "windows of 8 places" in said.stdout
    assert "one step with --batch 1 would fit" in said.stderr


def test_windows_that_were_asked_for_are_made_of_what_would_fit_whole_too(whence, trained):
    said = whence("sheet", trained, "--window", 2, "-o", "windows.xlsx")
    assert (said.stderr, "windows of 2 places" in said.stdout) == ("", True)
    whence("sheet", trained, "-o", "whole.xlsx")
    assert Path("windows.xlsx").stat().st_size < Path("whole.xlsx").stat().st_size


@pytest.mark.parametrize("window", ["0", "-3", "wide"])
def test_a_window_that_is_none_is_refused(whence, trained, window):
    assert "Invalid value for '--window'" in whence("sheet", trained, f"--window={window}", code=2).stderr


def test_the_fewer_samples_are_the_first_of_those_taken_by_default(whence, trained, cells):
    first, second, *_ = trace_run(trained)[0].description["data"]["samples"]
    whence("sheet", trained, "--samples", f"{first},{second}", "--steps", 2, "-o", "told.xlsx")
    cells(2 * cells_of(trained, 2))
    whence("sheet", trained, "--steps", 2, "-o", "found.xlsx")
    with zipfile.ZipFile("told.xlsx") as told, zipfile.ZipFile("found.xlsx") as found:
        for sheet in ("sheet2", "sheet3"):
            assert told.read(f"xl/worksheets/{sheet}.xml") == found.read(f"xl/worksheets/{sheet}.xml")


def test_formulas_that_no_cell_takes_are_found_before_any_is_written(whence, monkeypatch):
    whence("train", "-m", 1, "--arch", "conv 2 3 padding=same, flatten, linear", "--quiet", "--out", "run")
    monkeypatch.setattr("whence.views.sheet.render._MOST_TERMS", 20)
    with monkeypatch.context() as patched:
        patched.setattr("whence.views.sheet.workbook._texts", lambda page, layout: 1 / 0)
        with pytest.raises(ArgumentError, match="formula of a cell of dW1 would have 32 terms, but at most"):
            plan_sheet(trace_run("run", batch=4))
    assert "a batch of 2, since 3 would be too large" in whence("sheet", "run").stdout


def test_a_large_sheet_is_announced(whence, trained, monkeypatch):
    assert whence("sheet", trained).stderr == ""
    monkeypatch.setattr("whence.cli.commands.sheet._MANY_CELLS", 10)
    written = cells_of(trained, 4) - 1  # the number of the step, which nothing reads
    assert whence("sheet", trained).stderr == f"writing {written:,} cells, which takes a while\n"


def test_a_network_too_large_for_a_sheet_leaves_no_file(whence, run, monkeypatch):
    monkeypatch.setattr("whence.views.sheet.layout.MOST_CELLS", 50)
    said = whence("sheet", run, code=1).stderr
    assert "windows of 8 need" in said
    assert "cells, more than 50; choose a smaller window" in said
    assert not list(Path().glob("**/*.xlsx"))
    assert not list(Path().glob("**/.*.part"))


def test_an_exercise_has_a_key_beside_it_and_another_seed_other_cells(whence, run):
    said = whence("sheet", run, "--exercise", 3, "-o", "mia.xlsx").stdout
    assert said.startswith("mia.xlsx: ") and "the key is mia-key.xlsx" in said
    whence("sheet", run, "--exercise", 3, "-o", "same.xlsx")
    whence("sheet", run, "--exercise", 4)
    assert sheets_in("mia.xlsx") == sheets_in("mia-key.xlsx") == 3
    names = "mia.xlsx", "same.xlsx", "run/exercise-4.xlsx"
    mia, same, other = (zipfile.ZipFile(name).read("xl/worksheets/sheet3.xml") for name in names)
    assert mia == same != other


def test_an_exercise_refuses_windows_several_steps_and_large_networks(whence, run):
    assert "needs whole arrays" in whence("sheet", run, "--exercise", 3, "--window", 2, code=2).stderr
    assert "2 were given" in whence("sheet", run, "--exercise", 3, "--steps", 2, code=1).stderr
    assert "more than the 40" in whence("sheet", "300, 4, 2", "--exercise", 3, code=1).stderr
