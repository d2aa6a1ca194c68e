"""The grid search of the documentation, on the table that it is about."""

import os
import re
import runpy
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


def test_the_grid_search_of_the_documentation_finds_a_network(monkeypatch, capsys):
    table = Path(os.environ.get("WHENCE_DATA", "absent")) / "tables" / "titanic.csv"
    if not table.exists():
        pytest.skip("titanic.csv is not here; name the folder above tables/ with WHENCE_DATA")
    monkeypatch.setattr(sys, "argv", ["scikit_learn.py", str(table)])
    runpy.run_path(str(DOCS / "scikit_learn.py"))
    said = capsys.readouterr().out.splitlines()
    promised = re.search(r"titanic.csv\n(.*?)\n```", (DOCS / "scikit_learn.md").read_text(), re.DOTALL)[1].splitlines()
    assert [line.split()[1:3] for line in said] == [line.split()[1:3] for line in promised]
    for line, shown in zip(said, promised, strict=True):
        assert float(line.split()[0]) == pytest.approx(float(shown.split()[0]), abs=0.03)
