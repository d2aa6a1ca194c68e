"""What stands where in a workbook, what ranges are called, and what is refused."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from lessons import LESSONS

from whence.errors import ArgumentError, MissingDependencyError
from whence.formula import from_json, to_json
from whence.formula.evaluate import find_extents
from whence.nn import CrossEntropy, Linear, Sequential
from whence.nn.architecture import network
from whence.optim import SGD
from whence.trace import trace
from whence.views.sheet import layout as layout_module
from whence.views.sheet import write_sheet
from whence.views.sheet.blocks import Block, area
from whence.views.sheet.layout import lay_out
from whence.views.sheet.packing import pack
from whence.views.sheet.range_names import range_name
from whence.views.sheet.render import CellWriter
from whence.views.sheet.style import number_format

CELL_LIKE = re.compile(r"^([A-Za-z]{1,3}\d+|[Rr]\d*|[Cc]\d*|[Rr]\d*[Cc]\d*)$")


@pytest.fixture(scope="module")
def r2():
    return LESSONS["r2"].run({})


@pytest.fixture(scope="module")
def adam():
    return LESSONS["adam"].run({})


@pytest.fixture
def opened(tmp_path):
    """Write traces, and return a part of the file as text."""

    def read(traces, part):
        write_sheet(tmp_path / "step.xlsx", traces)
        with zipfile.ZipFile(tmp_path / "step.xlsx") as file:
            return file.read(f"xl/{part}.xml").decode()

    return read


def test_arrays_stand_in_the_order_of_the_steps(r2):
    page = lay_out(r2).pages[0]
    assert [item.name for item in page.items][1:] == [name for step in r2[0].steps for name in step.arrays]
    assert [band.title.split()[0] for band in page.bands] == ["Settings", *map(str, range(1, 13))]


@pytest.mark.parametrize("name", LESSONS)
def test_no_cell_belongs_to_two_arrays(name):
    for page in lay_out(LESSONS[name].run({})).pages:
        cells = [item.block.cell(index) for item in page.items for index in np.ndindex(item.block.shape)]
        assert len(cells) == len(set(cells))
        rectangles = [(i.block.row - 3, i.block.column - 1, i.block.height + 3, i.block.width + 1) for i in page.items]
        for place, (top, left, height, width) in enumerate(rectangles):
            for above, beside, tall, broad in rectangles[:place]:
                apart = top >= above + tall or above >= top + height or left >= beside + broad or beside >= left + width
                assert apart


def test_samples_run_down_and_biases_across():
    blocks = lay_out(LESSONS["classifier"].run({})).pages[0].blocks
    assert (blocks["y"].height, blocks["y"].width) == (6, 1)
    assert (blocks["ℓ"].height, blocks["ℓ"].width) == (6, 1)
    assert (blocks["b1"].height, blocks["b1"].width) == (1, 7)
    assert (blocks["v_b1_new"].height, blocks["v_b1_new"].width) == (1, 7)


def test_images_lie_below_one_another_with_channels_side_by_side():
    block = Block("one", 10, 5, (2, 3, 4, 2), 2)
    assert (block.height, block.width) == (6, 8)
    assert block.cell((1, 2, 3, 1)) == (15, 12)
    assert block.indices()[5][7] == (1, 2, 3, 1)


def test_the_next_step_starts_from_updated_cells(adam):
    layout = lay_out(adam)
    roles = {item.name: item.role for item in layout.pages[1].items}
    assert {roles[name] for name in ("W1", "b2", "m_W1", "v_b2", "η")} == {"carried"}
    assert {roles[name] for name in ("x", "y", "τ")} == {"given"}
    carried = {item.name: item.carried for item in layout.pages[2].items}
    assert carried["W1"] == layout.pages[1].blocks["W1_new"]
    assert carried["η"] == layout.pages[1].blocks["η"]


def test_constants_are_settings_of_the_first_step_that_all_share(adam):
    layout = lay_out(adam)
    assert [constant.name for constant in layout.constants] == ["threshold", "β₁", "λ", "β₂", "ε"]
    assert {block.sheet for block in layout.constants.values()} == {"step 1"}


def test_a_constant_may_be_called_like_an_array():
    (step,) = LESSONS["classifier"].run({})
    texts = {name: json.dumps(to_json(formula), ensure_ascii=False) for name, formula in step.formulas.items()}
    renamed = {name: from_json(json.loads(text.replace("α", "S"))) for name, text in texts.items()}
    layout = lay_out([replace(step, formulas=renamed)])
    page = layout.pages[0]
    slope, denominators = (item for item in page.items if item.name == "S")
    assert (slope.values, denominators.block.shape) == (0.2, (6,))
    assert page.blocks["S"] == denominators.block
    assert slope.block in layout.constants.values()


def test_a_new_learning_rate_is_given_in_its_step(adam):
    other = replace(adam[1], arrays={**adam[1].arrays, "η": np.asarray(0.01)})
    items = {item.name: item for item in lay_out([adam[0], other]).pages[1].items}
    assert items["η"].role == "given"


def test_steps_that_are_not_in_a_row_are_refused(adam):
    with pytest.raises(
        ArgumentError, match="W1 of step 2 differs from W1_new of step 1; give traces of consecutive steps"
    ):
        lay_out([adam[0], adam[2]])


def test_no_step_is_refused():
    with pytest.raises(ArgumentError, match="there are no training steps to write; give at least one trace"):
        lay_out([])


def test_every_array_is_a_named_range_on_its_own_sheet(adam, opened):
    text = opened(adam, "workbook")
    names = re.findall(r'<definedName name="([^"]+)" localSheetId="(\d)"', text)
    shared = re.findall(r'<definedName name="([^"]+)">', text)
    assert {(name, sheet) for name, sheet in names if name == "W_1"} == {("W_1", "1"), ("W_1", "2"), ("W_1", "3")}
    assert {"W_1", "dW_1", "W_1_new", "m_W_1", "z_1", "ell", "eta", "tau"} <= {name for name, _ in names}
    assert shared == ["beta_1", "beta_2", "epsilon", "lambda", "threshold"]
    assert not [name for name, _ in names if CELL_LIKE.match(name)]


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("W1", "W_1"),
        ("dW12", "dW_12"),
        ("W1_new", "W_1_new"),
        ("x̂2", "x_hat_2"),
        ("ŷ", "y_hat"),
        ("a2′", "a_2_prime"),
        ("dγ2", "dgamma_2"),
        ("Φ1", "Phi_1"),
        ("λ", "lambda"),
        ("ℓ", "ell"),
        ("β₁", "beta_1"),
        ("c", "_c"),
        ("R", "_R"),
        ("running_mean2_new", "running_mean_2_new"),
    ],
)
def test_symbols_are_spelled_so_that_they_are_no_cells(symbol, name):
    assert range_name(symbol, set()) == name
    assert not CELL_LIKE.match(name)


def test_names_are_told_apart_without_regard_to_case():
    taken = set()
    assert [range_name(symbol, taken) for symbol in ("m", "M", "φ", "Φ")] == ["m", "M_2", "phi", "Phi_2"]


def test_cells_have_letters_like_numbers_without_a_zero():
    assert [area(0, column, 1, 1) for column in (0, 25, 26, 701, 702, 16383)] == [
        "A1",
        "Z1",
        "AA1",
        "ZZ1",
        "AAA1",
        "XFD1",
    ]
    assert area(3, 1, 2, 3) == "B4:D5"
    assert area(3, 1, 1, 1, fixed=True) == "$B$4"


def test_rectangles_fill_lines():
    places, height, width = pack([(2, 3), (4, 3), (1, 5), (1, 20)], 8)
    assert places == [(0, 0), (0, 3), (4, 0), (5, 0)]
    assert (height, width) == (6, 20)


def test_the_recorded_number_stands_beside_each_formula(r2, opened):
    text = opened(r2, "worksheets/sheet2")
    block = lay_out(r2).pages[0].blocks["loss"]
    stored = re.search(rf'<c r="{area(block.row, block.column, 1, 1)}"[^>]*><f>[^<]*</f><v>([^<]*)</v>', text)
    assert float(stored[1]) == float(r2[0]["loss"])
    assert "<f t=" not in text
    assert text.count("<f>") == sum(np.size(r2[0][name]) for name in r2[0].formulas)


def test_labels_are_held_to_those_that_there_are(opened):
    text = opened(LESSONS["digits"].run({}), "worksheets/sheet2")
    assert re.search(r'<dataValidation type="whole".*?<formula1>0</formula1><formula2>9</formula2>', text)


def test_targets_that_are_distributions_are_held_to_add_up_to_one(opened):
    net = Sequential(Linear(3, 4), dtype=np.float64)
    step = trace(net, CrossEntropy(), SGD(0.1), np.ones((2, 3)), np.eye(4)[[1, 3]])
    rules = re.findall(
        r'<dataValidation type="custom".*?<formula1>(.*?)</formula1>', opened([step], "worksheets/sheet2")
    )
    assert len(rules) == 2
    assert all(re.fullmatch(r"ABS\(SUM\(\$[A-Z]+\$\d+:\$[A-Z]+\$\d+\)-1\)&lt;=0.0001", rule) for rule in rules)


def test_panes_are_frozen_and_the_legend_names_each_kind(adam, opened):
    assert 'state="frozen"' in opened(adam, "worksheets/sheet3")
    legend = opened(adam, "sharedStrings")
    for meaning in ("given:", "weights, biases and state", "copied from the previous step", "computed:", "updated by"):
        assert meaning in legend


def test_numbers_that_are_not_finite_are_errors_of_the_spreadsheet(r2, opened):
    broken = replace(r2[0], arrays={**r2[0].arrays, "loss": np.asarray(np.nan)})
    assert "<v>#NUM!</v>" in opened([broken], "worksheets/sheet2")


def wide(samples, features):
    net = Sequential(Linear(features, 2), dtype=np.float64)
    rng = np.random.default_rng(0)
    return trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(samples, features)), rng.integers(0, 2, samples))


def test_too_many_cells_are_refused_with_what_would_fit(r2, monkeypatch, tmp_path):
    monkeypatch.setattr(layout_module, "MOST_CELLS", 100)
    with pytest.raises(ArgumentError, match=r"would have \d+ cells, more than 100; one step with --batch \d would fit"):
        write_sheet(tmp_path / "step.xlsx", r2)
    with pytest.raises(ArgumentError, match=r"would have .* of them are for parameters, so choose a smaller network"):
        write_sheet(tmp_path / "step.xlsx", [wide(2, 500)])
    monkeypatch.setattr(layout_module, "MOST_CELLS", 1100)
    with pytest.raises(ArgumentError, match="; --steps 2 would fit"):
        write_sheet(tmp_path / "step.xlsx", LESSONS["adam"].run({}))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arch", ["conv 4 5 padding=2, relu, avg_pool 2, flatten, linear 3", "reshape 12x12, lstm 3, last"]
)
def test_padding_makes_formulas_no_longer(arch):
    """Neither at the edges of images nor before the first time step is a sum written out term by term."""
    net = network(arch, (12, 12, 1), seed=1)
    rng = np.random.default_rng(0)
    step = trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(4, 12, 12, 1)), rng.integers(0, 3, 4))
    page = lay_out([step]).pages[0]
    name = "dW1" if "conv" in arch else "dU1"
    formula = step.formulas[name]
    writer = CellWriter(formula, find_extents(formula, step.arrays), page.blocks, {}, page.sheet)
    shape = step[name].shape
    texts = [writer.write(index) for index in np.ndindex(shape)]
    assert max(text.count("SUMPRODUCT") for text in texts) <= 4 * 12
    assert all("*" not in text for text in texts)


def test_a_row_longer_than_a_sheet_is_refused(tmp_path):
    with pytest.raises(
        ArgumentError, match=r"and 16,5\d\d columns, but a sheet has at most 1,048,576 and 16,384; choose fewer"
    ):
        write_sheet(tmp_path / "step.xlsx", [wide(2, 16_500)])


def test_without_xlsxwriter_the_line_that_installs_it_is_named(r2, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingDependencyError, match=r"pip install XlsxWriter \(or pip install 'whence-nn\[sheet\]'"):
        write_sheet(tmp_path / "step.xlsx", r2)


@pytest.mark.parametrize(
    ("values", "given", "shown"),
    [
        ([0, 1, 0], False, "General"),
        ([255, 0], True, "General"),
        ([0.25, 0.5], True, "General"),
        ([0.25, 0.5], False, "0.0000;-0.0000;0"),
        ([0.25, 1 / 3], True, "0.0000;-0.0000;0"),
        ([1e-5, 1e-7], False, "0.00E+00;-0.00E+00;0"),
    ],
)
def test_integers_are_shown_as_integers(values, given, shown):
    assert number_format(np.array(values), given=given) == shown
