"""Sweeps in a journal file, in SQLite and in a PostgreSQL of the tests' own; storages that cannot be used."""

import signal
from pathlib import Path

import pytest
from postgresql import running_postgresql
from test_sweep import AT_BATCH, BATCHES_OF_A_TRIAL, rows_of

from whence.cli.sweep.storage import shown

pytest.importorskip("optuna", reason="Optuna is not installed; pip install optuna")

RANGES = """
data = "digits"
max-iter = 2
hidden-layer-sizes = {low = 4, high = 8}
[sweep]
trials = 4
pruner = "none"
"""


@pytest.fixture
def ranges(working_folder):
    Path("small.toml").write_text(RANGES, encoding="utf-8")
    return "small.toml"


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a PostgreSQL that the tests share."""
    pytest.importorskip("psycopg", reason="psycopg is not installed; pip install 'psycopg[binary]'")
    with running_postgresql() as url:
        yield url


@pytest.fixture(
    params=["journal", *(pytest.param(each, marks=pytest.mark.exhaustive) for each in ("sqlite", "postgresql"))]
)
def storage(request, working_folder):
    """A storage without a study of the sweep."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    return "studies.journal" if request.param == "journal" else "sqlite:///studies.db"


@pytest.fixture
def alone(whence, once, ranges):
    """The trials of the sweep as one process makes them with a journal."""
    once("alone", lambda: whence("sweep", ranges, "--out", "alone", "--quiet"))
    return rows_of("alone")


@pytest.mark.exhaustive
def test_two_processes_that_create_a_study_at_once_share_its_trials(start, ranges, storage, alone):
    together = [
        start("sweep", ranges, "--storage", storage, "--study", "both", "--out", "both", "--quiet") for _ in range(2)
    ]
    for process in together:
        said = process.communicate()
        assert process.returncode == 0, said
    assert rows_of("both") == alone


def test_a_trial_whose_worker_was_killed_goes_on_in_any_storage(start, ranges, storage, alone):
    given = ("sweep", ranges, "--storage", storage, "--study", "killed", "--out", "killed", "--quiet")
    killed = start(BATCHES_OF_A_TRIAL + 60, "SIGKILL", *given, program=AT_BATCH)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    again = start(*given)
    said = again.communicate()
    assert again.returncode == 0, said
    assert rows_of("killed") == alone


def test_an_unreachable_storage_is_said_once_and_without_its_password(whence, ranges):
    said = whence("sweep", ranges, "--storage", "postgresql://me:secret@127.0.0.1:9/none", code=1).stderr
    assert said.startswith("Error: the storage postgresql://me:***@127.0.0.1:9/none cannot be used: ")
    assert said.count("\n") == 1 and "secret" not in said
    assert "is no URL" in whence("sweep", ranges, "--storage", "post gres://x", code=1).stderr
    assert "cannot be used" in whence("sweep", ranges, "--storage", "sqlite:////no/such/folder/x.db", code=1).stderr


def test_passwords_are_not_shown():
    assert shown("mysql://me:a:b@host/x") == "mysql://me:***@host/x"
    assert shown("sqlite:///a.db") == "sqlite:///a.db"
