"""The commands that pages show are run, in order, and print what the pages say they print."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from whence.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "docs/page.md", "docs/teachers.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_print_what_it_says(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    hand_in_homework()
    text = (ROOT / page).read_text(encoding="utf-8")
    if "runs/digits-1" in text:
        assert CliRunner().invoke(main, ["train", "--quiet", "--threads", "1"]).exit_code == 0
    for command, promised in commands_in(text):
        result = CliRunner().invoke(main, command)
        assert result.exit_code in (0, 1) and "Error" not in result.output, result.output
        assert prints(result.output, promised), result.output


def commands_in(text):
    """Yield each command of whence in the console blocks, and what is shown below it."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, promised = shown.partition("\n")
            program, *command = shlex.split(line, comments=True)
            if program == "whence" and command != ["train"]:
                yield [word for word in command if word != "--open"], promised.strip()


def prints(printed, promised):
    """Return whether the lines are printed one after another; … stands for any lines."""
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in re.split(r"^…$\n?", promised, flags=re.MULTILINE))
    return re.search(pattern, printed) is not None


def hand_in_homework():
    """Make a folder with the program of a pupil."""
    Path("homework").mkdir()
    runpy.run_path(str(ROOT / "docs" / "own_program.py"))
    Path("mine.npz").rename("homework/07.npz")
