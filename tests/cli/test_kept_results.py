"""Results that are kept beside a run: used again as long as they are of this run, and made anew otherwise."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import whence as package
from whence.arrays import Array
from whence.cli.runs.kept_results import kept_result
from whence.nn import Linear, layers


@dataclass(frozen=True)
class Result:
    name: str
    pair: tuple[int, float]
    numbers: Array
    parts: dict[str, Array]
    none: dict[str, Array]
    holds: bool


RESULT = Result("a", (1, 0.1), np.arange(6.0).reshape(2, 3), {"x": np.ones(2), "W1[0,0]": np.zeros((1, 2))}, {}, True)


def ask(folder, question="which"):
    """Return the result, and whether it was computed."""
    computed = []
    found = kept_result(Path(folder), question, Result, lambda: computed.append(1) or RESULT)
    assert (found.name, found.pair, found.none, found.holds) == (RESULT.name, RESULT.pair, RESULT.none, RESULT.holds)
    assert np.array_equal(found.numbers, RESULT.numbers)
    assert found.parts.keys() == RESULT.parts.keys()
    assert all(np.array_equal(found.parts[key], RESULT.parts[key]) for key in found.parts)
    return bool(computed)


@pytest.fixture
def asked(trained):
    assert ask(trained)
    assert not ask(trained)
    return Path(trained)


def kept(folder):
    return list(folder.glob("history-*"))


def test_another_question_is_another_result(asked):
    assert ask(asked, "another")
    assert len(kept(asked)) == 2


def test_nothing_is_kept_beside_a_users_own_layers(asked, own_classes):
    @layers.register("mine")
    class Mine(Linear):
        pass

    assert ask(asked)
    assert ask(asked, "another")
    assert len(kept(asked)) == 1


def test_a_damaged_result_is_made_anew(asked):
    (path,) = kept(asked)
    content = path.read_bytes()
    for harmed in (content[:-1], content[:40], b"", content.replace(b"asked", b"other"), content[:-3] + b"abc"):
        path.write_bytes(harmed)
        assert ask(asked)
        assert not ask(asked)


def test_a_result_of_another_run_is_made_anew(asked, whence):
    (path,) = kept(asked)
    whence("train", "-m", 1, "-s", 4, "--out", "other", "--quiet")
    shutil.copy(path, Path("other"))
    assert ask("other")


def test_a_result_of_another_version_is_made_anew(asked, monkeypatch):
    monkeypatch.setattr(package, "__version__", "99")
    assert ask(asked)


def test_a_run_that_goes_on_or_is_replaced_keeps_no_results(asked, whence):
    whence("train", "--resume", asked, "-m", 5, "--quiet")
    assert not kept(asked)
    assert ask(asked)
    whence("train", "-m", 1, "-s", 4, "--out", asked, "--force", "--quiet")
    assert not kept(asked)


def test_a_folder_that_cannot_be_written_to(asked, monkeypatch):
    (path,) = kept(asked)
    path.unlink()
    monkeypatch.setattr("whence.files.os.replace", lambda *paths: (_ for _ in ()).throw(PermissionError(13, "denied")))
    assert ask(asked)
    assert not kept(asked)


def test_the_second_question_about_a_cell_trains_nothing(whence, trained, monkeypatch):
    def said():
        return whence("why", trained, "W1[21,5]", "--training").stdout

    first = said()
    monkeypatch.setattr("whence.cli.steps.replayed_run.replay", None)
    assert said() == first
