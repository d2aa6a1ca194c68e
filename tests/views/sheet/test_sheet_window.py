"""Windows of large arrays: which cells are live, what they are computed from, and that LibreOffice agrees."""

from __future__ import annotations

from zipfile import ZipFile

import numpy as np
import pytest
from lessons import steps
from office import MISSING, SOFFICE, changed, computed, spoilt

from whence.errors import ArgumentError
from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.nn.architecture import network
from whence.optim import Adam
from whence.trace import trace
from whence.views.sheet import plan_sheet, visible_cells, write_layout
from whence.views.sheet.blocks import area
from whence.views.sheet.visible_cells import find_parts

WRONG = 12345.0


@pytest.fixture(scope="module")
def lstm():
    """A character model whose every large axis is longer than a window."""
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 20, (2, 10)), rng.integers(0, 20, (2, 10))
    net = network("embed 11, lstm 12, linear 20", (10,), symbols=20, dtype=np.float64, seed=4)
    return trace(net, CrossEntropy(), Adam(0.01, clip_norm=0.5), x, y)


@pytest.fixture(scope="module")
def whole(lstm):
    return plan_sheet([lstm])


@pytest.fixture(scope="module")
def windows(lstm):
    return plan_sheet([lstm], 4)


@pytest.fixture(scope="module")
def cnn():
    """A network on images that are dark but for the middle."""
    rng = np.random.default_rng(6)
    x = np.zeros((3, 14, 14, 1))
    x[:, 6:12, 7:13] = rng.random((3, 6, 6, 1))
    text = "conv 6 3, relu, pool 2, conv 7 3 padding=same, relu, flatten, linear 11"
    net = network(text, (14, 14, 1), dtype=np.float64, seed=4)
    return trace(net, CrossEntropy(), Adam(0.01), x, rng.integers(0, 11, 3))


def two_steps(first=5, second=5):
    rng = np.random.default_rng(8)
    net = Sequential(Linear(40, 30), ReLU(), Linear(30, 25), dtype=np.float64)
    batches = [(rng.normal(size=(count, 40)), rng.integers(0, 25, count)) for count in (first, second)]
    return steps(net, CrossEntropy(), Adam(0.05), batches, {})


def test_small_arrays_are_live_as_wholes(lstm):
    parts = find_parts(lstm, 4)
    assert parts["ℓ"].live.all()
    assert parts["b3_new"].live.all()
    assert not parts["U2"].live.all()


def test_axes_over_which_an_index_runs_share_a_window_and_gates_lend_theirs_to_their_weights(lstm):
    parts = find_parts(lstm, 4)
    gates = [place + 12 * gate for gate in range(4) for place in range(4)]
    assert np.flatnonzero(parts["δ2"].live.any(axis=(0, 1))).tolist() == gates
    for name in ("dU2", "U2_new", "dW2"):
        assert np.argwhere(parts[name].live).tolist() == [[row, column] for row in range(4) for column in gates]
    assert [list(places) for places in parts["m_U2"].kept] == [[0, 1, 2, 3], gates]


def test_windows_lie_where_the_image_is_not_dark(cnn):
    live = find_parts(cnn, 4)["z1"].live
    rows, columns = np.flatnonzero(live.any((0, 2, 3))), np.flatnonzero(live.any((0, 1, 3)))
    assert 3 <= rows[0] <= 9
    assert 4 <= columns[0] <= 10
    assert np.flatnonzero(live.any((0, 1, 2))).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["lstm", "cnn"])
def test_every_source_of_a_live_cell_is_shown(name, request):
    traced = request.getfixturevalue(name)
    parts = find_parts(traced, 3)
    rng = np.random.default_rng(7)
    for array in traced.formulas:
        cells = np.argwhere(parts[array].live)
        for index in rng.permutation(cells)[:5]:
            for source, place in traced.cell(array, *index.tolist()).sources:
                assert parts[source].shown[place], (array, index, source, place)


def test_a_cell_that_reads_too_much_is_recorded(lstm, monkeypatch):
    monkeypatch.setattr(visible_cells, "_MAX_CELLS_READ", 1000)
    parts = find_parts(lstm, 4)
    assert not parts["norm"].live
    assert parts["norm"].shown
    assert parts["clip"].live
    roles = {name: item.role for name, item in plan_sheet([lstm], 4).pages[0].arrays.items()}
    assert (roles["norm"], roles["clip"], roles["dU2"]) == ("recorded", "computed", "computed")
    assert parts["dU2"].shown.sum() == 64


def test_a_window_is_at_least_one_place_broad(lstm):
    with pytest.raises(ArgumentError, match="the window is 0; it must be at least 1"):
        find_parts(lstm, 0)


def test_windows_that_are_still_too_large_are_refused(lstm, monkeypatch):
    monkeypatch.setattr("whence.views.sheet.layout.MOST_CELLS", 1000)
    with pytest.raises(
        ArgumentError, match=r"windows of 8 need [\d,]+ cells, more than 1,000; choose a smaller window"
    ):
        plan_sheet([lstm], 8)


def test_whole_arrays_are_not_in_part(lstm, whole):
    layout = plan_sheet([lstm], 100)
    assert not [item.name for item in layout.pages[0].items if item.is_in_part]
    assert layout.cells == whole.cells


@pytest.mark.exhaustive
def test_headings_and_contents_say_what_is_there_in_part(whole, windows, tmp_path):
    def strings_of(layout):
        write_layout(tmp_path / "step.xlsx", layout)
        with ZipFile(tmp_path / "step.xlsx") as file:
            return file.read("xl/sharedStrings.xml").decode()

    strings, others = strings_of(windows), strings_of(whole)
    for text in ("U2   12 × 48, in part", "only a window is computed", "recorded: does not change"):
        assert text in strings
        assert text not in others


class Recomputed:
    """Windows of some trainings, laid out, and what LibreOffice makes of them from wrong stored numbers."""

    def __init__(self, folder, layouts, edits):
        for name, layout in layouts.items():
            write_layout(folder / f"{name}.xlsx", layout)
            spoilt(folder / f"{name}.xlsx", folder / f"{name}-wrong.xlsx", WRONG)
        self.layouts = layouts
        for name, (array, index, value) in edits.items():
            cell = area(*layouts[name].pages[0].blocks[array].cell(index), 1, 1)
            changed(folder / f"{name}-wrong.xlsx", folder / f"{name}-edited.xlsx", {(2, cell): value})
        files = [folder / f"{name}-wrong.xlsx" for name in layouts] + [folder / f"{name}-edited.xlsx" for name in edits]
        self.sheets = computed(files, folder / "recomputed")

    def values(self, workbook, page, item):
        """Return an array as recomputed; NaN where it has no cell."""
        found = np.full(item.values.shape, np.nan)
        grid = self.sheets[workbook][page.sheet]
        for index in (index for row in item.block.indices() for index in row):
            row, column = item.block.cell(index)
            text = grid[row][column] if column < len(grid[row]) else ""
            found[index] = float(text) if text else np.nan
        return found


@pytest.fixture(scope="module")
def recomputed(windows, cnn, tmp_path_factory):
    if SOFFICE is None:
        pytest.skip(MISSING)
    layouts = {"lstm": windows, "cnn": plan_sheet([cnn], 5)}
    layouts |= {"two steps": plan_sheet(two_steps(), 4), "a ragged end": plan_sheet(two_steps(20, 7), 4)}
    edits = {"lstm": ("U2", (1, 2), 0.75), "cnn": ("b1", (1,), 0.5)}
    return Recomputed(tmp_path_factory.mktemp("windows"), layouts, edits)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["lstm", "cnn", "two steps", "a ragged end"])
def test_every_live_cell_is_what_numpy_gives_and_no_other_cell_is_written(recomputed, name):
    for page in recomputed.layouts[name].pages:
        for item in page.items:
            found = recomputed.values(f"{name}-wrong", page, item)
            shown = item.part.shown
            np.testing.assert_array_equal(np.isfinite(found), shown, item.name)
            expected = np.where(shown, item.values, np.nan)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=item.name)


@pytest.mark.exhaustive
def test_a_change_is_followed_through_the_window(recomputed):
    page = recomputed.layouts["cnn"].pages[0]
    items = {item.name: item for item in page.items}
    change = 0.5 - items["b1"].values[1]
    z = recomputed.values("cnn-edited", page, items["z1"])
    live, shown = items["z1"].part.live, items["z1"].part.shown
    changed_cells = live & (np.arange(6) == 1)
    expected = items["z1"].values + np.where(changed_cells, change, 0)
    np.testing.assert_allclose(z, np.where(shown, expected, np.nan), rtol=1e-9)


@pytest.mark.exhaustive
def test_a_change_goes_on_through_time_within_the_window(recomputed, lstm):
    """The state of unit 2 at the second time takes in the change of one recurrent weight, and nothing else does."""
    page = recomputed.layouts["lstm"].pages[0]
    items = page.arrays
    drive = lstm.arrays["h2"][:, 0, 1] * (0.75 - lstm["U2"][1, 2])
    before = lstm["i2"][:, 1, 2]
    expected = 1 / (1 + (1 - before) / before * np.exp(-drive))
    found = recomputed.values("lstm-edited", page, items["i2"])
    np.testing.assert_allclose(found[:, 1, 2], expected, rtol=1e-9)
    np.testing.assert_allclose(found[:, 0, :4], lstm["i2"][:, 0, :4], rtol=1e-9)
    state = recomputed.values("lstm-edited", page, items["c2"])
    gained = (expected - before) * lstm["g2"][:, 1, 2]
    np.testing.assert_allclose(state[:, 1, 2], lstm["c2"][:, 1, 2] + gained, rtol=1e-9)
    np.testing.assert_allclose(state[:, 1, 3], lstm["c2"][:, 1, 3], rtol=1e-9)


def test_an_axis_wider_than_a_sheet_is_shown_in_a_window():
    net = Sequential(Linear(3, 17_000), dtype=np.float64)
    layout = plan_sheet([trace(net, CrossEntropy(), Adam(0.01), np.ones((2, 3)), np.array([0, 5]))], 8)
    assert layout.pages[0].arrays["z1"].block.width < 100
    assert not layout.pages[0].arrays["S"].part.live.any()
