"""The notebook of the documentation: it runs, and its outputs are of the kinds that are kept in it."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[3] / "docs" / "first_training.ipynb"


def shown(notebook):
    """For each cell of code, what kinds of output it has, and the printed text with numbers left out."""
    return [
        [
            re.sub(r"[−0-9.]+", "#", output["text"]) if output.output_type == "stream" else sorted(output.data)
            for output in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_the_notebook_of_the_documentation_runs_and_shows_what_it_keeps(tmp_path):
    kept, executed = (nbformat.read(NOTEBOOK, as_version=4) for _ in range(2))
    NotebookClient(executed, timeout=600, resources={"metadata": {"path": tmp_path}}).execute()
    assert shown(executed) == shown(kept)
    kinds = [kind for cell in shown(executed) for output in cell for kind in output]
    assert kinds.count("text/html") == 3 and "Traceback" not in str(executed)
    for notebook in (kept, executed):
        assert "epoch 10 of 10" in str(notebook) and "<progress" not in str(notebook)
