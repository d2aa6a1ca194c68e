"""The programs of the lessons have the slip that they are said to have, and no other."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from whence.cli import main

DOCS = Path(__file__).parents[2] / "docs"
KEY = {
    lesson: (wrong, right)
    for lesson, wrong, right in re.findall(
        r"^\| `(\w+)` \| `(.+?)` \| `(.+?)` \|$", (DOCS / "teachers.md").read_text(encoding="utf-8"), re.MULTILINE
    )
}
LESSONS = sorted((DOCS / "lessons").glob("*.md"))


def program_and_command(lesson):
    text = lesson.read_text(encoding="utf-8")
    program = re.search(r"%%writefile mine.py\n(.*?)```", text, re.DOTALL)[1]
    return program, shlex.split(re.search(r"!whence (grade mine.npz .*)", text)[1])


def test_the_page_for_teachers_has_the_key_of_each_lesson():
    assert {lesson.stem for lesson in LESSONS} == set(KEY) and len(LESSONS) == 8


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_program_is_wrong_as_it_is_and_right_with_the_line_of_the_key(lesson, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    program, command = program_and_command(lesson)
    wrong, right = KEY[lesson.stem]
    assert program.count(wrong) == 1
    exec(compile(program, "mine.py", "exec"), {})
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 1 and "The first wrong" in said.stdout
    exec(compile(program.replace(wrong, right), "mine.py", "exec"), {})
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 0, said.stdout
