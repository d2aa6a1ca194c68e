"""Storages of sweeps that cannot be used."""

from pathlib import Path

import pytest

from whence.cli.sweep.storage import shown

pytest.importorskip("optuna", reason="Optuna is not installed; pip install optuna")
pytest.importorskip("psycopg", reason="psycopg is not installed; pip install 'psycopg[binary]'")

RANGES = """
data = "digits"
max-iter = 1
hidden-layer-sizes = {low = 4, high = 8}
[sweep]
trials = 4
pruner = "none"
"""


@pytest.fixture
def ranges(working_folder):
    Path("small.toml").write_text(RANGES, encoding="utf-8")
    return "small.toml"


def test_an_unreachable_storage_is_said_once_and_without_its_password(whence, ranges):
    said = whence("sweep", ranges, "--storage", "postgresql://me:secret@127.0.0.1:9/none", code=1).stderr
    assert said.startswith("Error: the storage postgresql://me:***@127.0.0.1:9/none cannot be used: ")
    assert said.count("\n") == 1 and "secret" not in said
    assert "is no URL" in whence("sweep", ranges, "--storage", "post gres://x", code=1).stderr
    assert "cannot be used" in whence("sweep", ranges, "--storage", "sqlite:////no/such/folder/x.db", code=1).stderr


def test_passwords_are_not_shown():
    assert shown("mysql://me:a:b@host/x") == "mysql://me:***@host/x"
    assert shown("sqlite:///a.db") == "sqlite:///a.db"
