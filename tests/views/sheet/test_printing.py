"""How a workbook prints: whole blocks on pages in landscape, with titles, as wide as is legible."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest

from whence.nn import CrossEntropy, Linear, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.sheet import write_sheet
from whence.views.sheet.printing import page_breaks


@pytest.fixture
def sheet_of(tmp_path):
    def xml(inputs, outputs):
        x = np.random.default_rng(0).normal(size=(3, inputs))
        step = trace(Sequential(Linear(inputs, outputs)), CrossEntropy(), SGD(0.1), x, np.array([0, 1, 1]))
        write_sheet(tmp_path / "step.xlsx", [step])
        with zipfile.ZipFile(tmp_path / "step.xlsx") as file:
            return file.read("xl/worksheets/sheet2.xml").decode(), file.read("xl/workbook.xml").decode()

    return xml


@pytest.mark.parametrize("rows", [10, 17, 40])
def test_a_block_is_on_one_page(rows):
    blocks = [(0, 4), (5, 9), (5, 13), (14, 20), (20, 24), (21, 23), (26, 33), (34, 36)]
    starts = [*page_breaks(blocks, rows, repeated=2)]
    for first, after in blocks:
        assert not any(first < start < after for start in starts)
    assert all(after - before <= rows for before, after in zip([0, *starts], [*starts, 36], strict=True))


def test_a_block_higher_than_a_page_begins_on_a_new_one_and_goes_on_on_the_next():
    assert [*page_breaks([(0, 4), (5, 30), (31, 33)], 10, repeated=2)] == [5, 13, 21, 29]
    assert [*page_breaks([(0, 4)], 10, repeated=2)] == []


def test_a_sheet_is_as_wide_as_a_page_with_its_title_on_each(sheet_of):
    sheet, book = sheet_of(5, 3)
    assert 'orientation="landscape"' in sheet and 'fitToHeight="0"' in sheet
    assert "'step 1'!$1:$3</definedName>" in book


def test_a_sheet_too_wide_to_be_legible_goes_on_on_further_pages(sheet_of):
    sheet, _ = sheet_of(80, 3)
    assert "fitToHeight" not in sheet
    assert int(re.search(r'<pageSetup paperSize="9" scale="(\d+)"', sheet)[1]) >= 60
    assert re.search(r"<rowBreaks", sheet)
