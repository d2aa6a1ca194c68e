"""``whence sheet`` on a run, on saved traces, and where it must refuse."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from whence.cli.sheet import command
from whence.cli.traced_run import trace_run
from whence.errors import ArgumentError
from whence.trace import save_traces
from whence.views.sheet.layout import lay_out


@pytest.fixture
def run(whence):
    """A run of a small network on three samples of a table."""
    rows = "\n".join(["a,b,kind", "1,0,rose", "0,1,tulip", "1,1,rose"]) + "\n"
    Path("flowers.csv").write_text(rows, encoding="utf-8")
    whence("train", "flowers.csv", "-s", "3", "-m", "2", "--validation", "0", "--out", "run", "--quiet")
    return "run"


def sheet(*arguments):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def sheets_in(path):
    with zipfile.ZipFile(path) as file:
        return file.read("xl/workbook.xml").decode().count("<sheet ")


def test_the_next_step_of_a_run_becomes_a_workbook(run):
    said = sheet(run)
    assert said.startswith("step.xlsx: open it in LibreOffice or Excel")
    assert sheets_in("step.xlsx") == 2


def test_the_batch_is_all_samples_where_there_are_fewer_than_four(run):
    sheet(run, "-o", "few.xlsx")
    sheet(run, "--batch", 3, "-o", "all.xlsx")
    with zipfile.ZipFile("few.xlsx") as few, zipfile.ZipFile("all.xlsx") as all_of_them:
        name = "xl/worksheets/sheet2.xml"
        assert few.read(name) == all_of_them.read(name)


def test_steps_in_a_row_have_a_sheet_each(run):
    sheet(run, "--steps", 3, "--batch", 2, "-o", "steps.xlsx")
    assert sheets_in("steps.xlsx") == 4
    roles = {item.name: item.role for item in lay_out(trace_run(run, batch=2, steps=3)).pages[2].items}
    assert roles["W1"] == "carried"


def test_saved_traces_become_a_workbook(run):
    save_traces("steps.safetensors", trace_run(run, batch=2, steps=2))
    sheet("steps.safetensors", "--steps", 2)
    assert sheets_in("step.xlsx") == 3


def test_the_run_stays_as_it_is(run):
    before = {path: path.read_bytes() for path in Path(run).iterdir()}
    sheet(run, "--steps", 2)
    assert {path: path.read_bytes() for path in Path(run).iterdir()} == before


def test_a_network_too_large_for_a_sheet_leaves_no_file(run, monkeypatch):
    monkeypatch.setattr("whence.views.sheet.layout.MOST_CELLS", 50)
    with pytest.raises(ArgumentError, match="cells, more than 50"):
        sheet(run)
    assert not list(Path().glob("*.xlsx"))
    assert not list(Path().glob(".*.part"))
