"""Every computed cell against NumPy, recomputed by LibreOffice from wrong stored numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from assortment import assortment
from expressions import at_random, every_kind
from lessons import LESSONS
from office import MISSING, SOFFICE, Sheets, changed, computed, spoilt

from exhaustive import exhaustive
from nn.examples import EXAMPLES
from traced_networks import traced_positions
from whence.trace import Trace
from whence.views.sheet import write_sheet
from whence.views.sheet.blocks import area
from whence.views.sheet.layout import Item, lay_out

WRONG = 12345.0
pytestmark = pytest.mark.skipif(SOFFICE is None, reason=MISSING)


@dataclass
class Recomputed:
    """Sheets of training steps, recomputed as they are and after edits, or not at all."""

    traces: dict[str, list[Trace]]
    edited: dict[str, list[Trace]]
    sheets: dict[str, Sheets]
    kept: dict[str, Sheets]


def spoilt_sheets(folder: Path, traces: dict[str, list[Trace]]) -> dict[str, Path]:
    """Write the sheet of each training with wrong numbers beside its formulas."""
    wrong = {name: folder / f"{name}-wrong.xlsx" for name in traces}
    for name, steps in traces.items():
        write_sheet(folder / f"{name}.xlsx", steps)
        spoilt(folder / f"{name}.xlsx", wrong[name], WRONG)
    return wrong


@pytest.fixture(scope="module")
def recomputed(tmp_path_factory) -> Recomputed:
    folder = tmp_path_factory.mktemp("sheets")
    traces = {name: lesson.run({}) for name, lesson in LESSONS.items()}
    traces |= {"every kind": [every_kind()], "at random": [at_random()], "positions": [traced_positions()]}
    edited = {name: lesson.run(lesson.edits) for name, lesson in LESSONS.items()}
    wrong = spoilt_sheets(folder, traces)
    other = {name: folder / f"{name}-edited.xlsx" for name in edited}
    for name, lesson in LESSONS.items():
        pages = lay_out(traces[name]).pages
        cells = {
            (2 + step, area(*pages[step].blocks[array].cell(index), 1, 1)): value
            for (step, array, index), value in lesson.edits.items()
        }
        changed(wrong[name], other[name], cells)
    sheets = computed([*wrong.values(), *other.values()], folder / "recomputed")
    kept = computed([wrong["r2"]], folder / "kept", recalculate=False)
    return Recomputed(traces, edited, sheets, kept)


@pytest.fixture(scope="module")
def every_layer(tmp_path_factory) -> Recomputed:
    folder, traces = tmp_path_factory.mktemp("sheets"), assortment()
    sheets = computed(spoilt_sheets(folder, traces).values(), folder / "recomputed")
    return Recomputed(traces, {}, sheets, {})


def cells_of(item: Item, grid: list[list[str]]) -> np.ndarray:
    block = item.block
    rows = grid[block.row : block.row + block.height]
    return np.array([[float(cell) for cell in row[block.column : block.column + block.width]] for row in rows])


def live(traces: list[Trace]) -> list[tuple[str, Item]]:
    return [(page.sheet, item) for page in lay_out(traces).pages for item in page.items if item.formula or item.carried]


def differences(traces: list[Trace], sheets: Sheets) -> dict[str, float]:
    """Return how far each computed array is from NumPy's, relative to its largest number where that is above 1."""
    found = {}
    for sheet, item in live(traces):
        shown = cells_of(item, sheets[sheet])
        expected = item.values.reshape(shown.shape)
        found[f"{item.name} of {sheet}"] = np.abs(shown - expected).max() / max(1.0, np.abs(expected).max())
    return found


def largest(found: dict[str, float]) -> tuple[str, float]:
    return max(found.items(), key=lambda pair: pair[1])


@pytest.mark.parametrize("name", [*LESSONS, "every kind", "at random", "positions"])
def test_every_cell_is_what_numpy_gives(recomputed, name):
    array, worst = largest(differences(recomputed.traces[name], recomputed.sheets[f"{name}-wrong"]))
    assert worst < 1e-9, array


@exhaustive
@pytest.mark.parametrize("layer", EXAMPLES)
def test_every_registered_layer_is_computed_as_numpy_does(every_layer, layer):
    examples = [name for name in every_layer.traces if name.rpartition(" ")[0] == layer]
    assert examples
    for name in examples:
        array, worst = largest(differences(every_layer.traces[name], every_layer.sheets[f"{name}-wrong"]))
        assert worst < 1e-9, f"{array} of {name}"


@pytest.mark.parametrize("name", LESSONS)
def test_edited_numbers_give_what_numpy_gives_with_them(recomputed, name):
    array, worst = largest(differences(recomputed.edited[name], recomputed.sheets[f"{name}-edited"]))
    assert worst < 1e-9, array


@pytest.mark.parametrize("name", LESSONS)
def test_edits_change_what_follows_from_them(recomputed, name):
    found = differences(recomputed.traces[name], recomputed.sheets[f"{name}-edited"])
    assert found["loss of step 1"] > 1e-6
    assert found["W1_new of step 1"] > 1e-6


def test_without_recalculation_the_wrong_numbers_stay_so_that_these_tests_can_fail(recomputed):
    grids = recomputed.kept["r2-wrong"]
    for sheet, item in live(recomputed.traces["r2"]):
        assert (cells_of(item, grids[sheet]) == WRONG).all()


@pytest.mark.parametrize("which", ["recomputed", pytest.param("every_layer", marks=exhaustive)])
def test_no_cell_shows_an_error(request, which):
    for sheets in request.getfixturevalue(which).sheets.values():
        cells = [cell for grid in sheets.values() for row in grid for cell in row]
        assert not [cell for cell in cells if cell.startswith("#") or "Err:" in cell]
