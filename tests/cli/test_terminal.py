"""Names in files that mean harm: what the program prints commands no terminal, and no spreadsheet computes it."""

import csv
import io
import json

import pytest

from hostile import SHEET, TERMINAL, is_safe

pytestmark = pytest.mark.usefixtures("drawn")


@pytest.fixture
def rooms(working_folder):
    """Return a table in whose header and cells stand sequences for terminals, and formulas for spreadsheets."""
    classes = [f"warm{TERMINAL}", SHEET]
    table = io.StringIO()
    csv.writer(table).writerows(
        [[f"size{TERMINAL}", "kind", "state"]]
        + [[number % 7, f"k{TERMINAL}" if number % 3 else "b\nSPOOF", classes[number % 2]] for number in range(40)]
    )
    (working_folder / "rooms.csv").write_text(table.getvalue(), encoding="utf-8", newline="")
    return "rooms.csv"


@pytest.fixture
def run(whence, rooms):
    said = whence("train", rooms, "-m", 2, "--out", "run")
    assert is_safe(said.stdout + said.stderr)
    return "run"


COMMANDS = [
    ("data", "show", "rooms.csv"),
    ("summary", "run"),
    ("summary", "run", "--json"),
    ("evaluate", "run"),
    ("predict", "run", "rooms.csv"),
    ("predict", "run", "rooms.csv", "--csv"),
    ("why", "run", "p[0,1]"),
    ("formulas", "run", "--numbers"),
]


def test_no_command_prints_what_a_terminal_obeys(whence, run):
    for command in COMMANDS:
        result = whence(*command)
        assert is_safe(result.stdout + result.stderr), command
        assert "\nSPOOF" not in result.stdout.replace('"b\nSPOOF"', ""), command


def test_the_check_notices_names_that_are_printed_as_they_are(whence, run, monkeypatch):
    monkeypatch.setattr("whence.cli.terminal.visible", str)
    monkeypatch.setattr("whence.cli.commands.summary.on_one_line", str)
    assert not is_safe(whence("summary", "run").stdout)


def test_json_has_every_name_as_it_is(whence, run):
    assert json.loads(whence("summary", "run", "--json").stdout)["classes"] == sorted([f"warm{TERMINAL}", SHEET])


def test_errors_and_warnings_are_one_line_without_control_characters(whence, working_folder):
    name = f"no{TERMINAL}\nsuch.csv"
    for command in (("train", name), ("predict", name, name), ("why", name), ("formulas", name)):
        said = whence(*command, code=1).stderr
        assert is_safe(said), command
        assert "\nsuch" not in said, command


def test_a_class_that_a_spreadsheet_would_compute_is_printed_as_text(whence, run):
    rows = list(csv.DictReader(io.StringIO(whence("predict", "run", "rooms.csv", "--csv").stdout)))
    assert {row["class"][:5] for row in rows} <= {f"'{SHEET}"[:5], "warm\\"}


def test_numbers_as_classes_stay_numbers(whence, working_folder):
    (working_folder / "signs.csv").write_text(
        "a,b\n" + "".join(f"{n % 5},{-1 if n % 5 > 2 else 1}\n" for n in range(40))
    )
    whence("train", "signs.csv", "--task", "classification", "-m", 2, "--out", "signs", "--quiet")
    rows = list(csv.DictReader(io.StringIO(whence("predict", "signs", "signs.csv", "--csv").stdout)))
    assert {row["class"] for row in rows} <= {"-1", "1"}
