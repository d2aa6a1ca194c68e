"""Write training steps as a workbook of live formulas, each with its recorded number."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from whence.arguments import checks_arguments
from whence.files import replacing
from whence.optional import require
from whence.trace import Trace
from whence.views.exercise import Exercise
from whence.views.sheet.blocks import Block, area, on_sheet
from whence.views.sheet.checks import write_checks
from whence.views.sheet.contents import write_contents
from whence.views.sheet.layout import Layout, StepSheet, lay_out
from whence.views.sheet.range_names import range_name
from whence.views.sheet.step_sheet import CellTexts, write_step_sheet
from whence.views.sheet.style import Styles
from whence.views.texts import Language

_TEXTS_STAY_TEXTS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_OPTIONS = {"in_memory": True, "nan_inf_to_errors": True, **_TEXTS_STAY_TEXTS}


@checks_arguments
def write_sheet(
    path: str | os.PathLike[str], traces: Sequence[Trace], window: int | None = None, *, language: Language = "en"
) -> None:
    """Write training steps as a workbook in which every computed cell is a live formula.

    Parameters
    ----------
    path : path
        The file to write, ending in ``.xlsx``.
    traces : sequence of Trace
        Consecutive training steps; each but the first starts from the updated cells of the previous one.
    window : int, optional
        Number of positions to compute on each axis of large arrays; by default all arrays are computed whole.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.

    Raises
    ------
    MissingDependencyError
        If XlsxWriter is not installed.
    ArgumentError
        If there is no step, or the steps are not consecutive.
    TooLargeError
        If they are too large for a spreadsheet; the message says what would fit.
    RunFolderError
        If the file cannot be written.

    Notes
    -----
    Each step has a sheet with its arrays in the order of `Trace.steps`. An array with two axes is a table; one with a
    single axis is a row, or a column if its axis is the samples ``n``; of more axes all but the last run down, of a
    batch of images (N, H, W, C) only the first two. Ranges have the names of the formulas spelled in ASCII, the same on
    every sheet: ``W_1``, ``dW_1``, ``W_1_new``, ``eta``.
    """
    write_layout(path, plan_sheet(traces, window, language=language))


@checks_arguments
def plan_sheet(traces: Sequence[Trace], window: int | None = None, *, language: Language = "en") -> Layout:
    """Return the layout of a workbook; parameters and errors are those of `write_sheet`."""
    layout = lay_out(traces, window, language)
    if window is None:
        _check_corners(layout)
    return layout


@checks_arguments
def write_layout(
    path: str | os.PathLike[str], layout: Layout, *, exercise: Exercise | None = None, solved: bool = False
) -> None:
    """Write a workbook with the given layout; the errors are those of `write_sheet`.

    Parameters
    ----------
    path : path
        The file to write.
    layout : Layout
        The layout; for an exercise that is not solved, that of its step with blanks.
    exercise : Exercise, optional
        The cells to leave blank, with a sheet that checks what is entered in them.
    solved : bool
        Whether to write the numbers in these cells, as a key for the teacher.
    """
    xlsxwriter = require("xlsxwriter", extra="sheet", purpose="writing spreadsheets")
    texts = [_texts(page, layout) for page in layout.pages]
    names = _range_names(layout)
    with replacing(path) as file:
        workbook = xlsxwriter.Workbook(file, _OPTIONS)
        styles = Styles(workbook)
        contents = workbook.add_worksheet(layout.texts("sheet.contents"))
        if exercise is not None:
            checks = workbook.add_worksheet(layout.texts("sheet.exercise"))
            write_checks(checks, layout, exercise, styles, solved=solved)
            checks.activate()
        kind = _plain_worksheet(xlsxwriter.worksheet.Worksheet)
        for page, own, named in zip(layout.pages, texts, names, strict=True):
            sheet = workbook.add_worksheet(page.sheet, worksheet_class=kind)
            blanks = {} if exercise is None else exercise.by_array
            write_step_sheet(sheet, page, own, styles, layout.texts, blanks, solved=solved)
            _define_names(workbook, page, named)
        write_contents(contents, layout, names, styles)
        workbook.close()


def _check_corners(layout: Layout) -> None:
    """Raise `TooLargeError` if a formula in a corner of an array is too long; the longest are at padded edges."""
    for page in layout.pages[:2]:  # later steps are like the second
        for item in page.items:
            if item.formula is not None:
                writer = layout.writer(item.formula, page, page.sheet)
                for corner in itertools.product(*({0, length - 1} for length in item.block.shape)):
                    writer.write(corner)


def _plain_worksheet(worksheet: type) -> type:
    """Return a worksheet class that writes formulas unchanged; a search for newer functions would double the time."""

    class PlainWorksheet(worksheet):  # type: ignore[misc]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return PlainWorksheet


def _texts(page: StepSheet, layout: Layout) -> dict[Block, CellTexts]:
    """Return the spreadsheet formulas of every computed or carried block."""
    texts: dict[Block, CellTexts] = {}
    for item in page.items:
        if item.formula is not None:
            write = layout.writer(item.formula, page, page.sheet).write
        elif item.carried is not None:
            write = partial(_carry, item.carried)
        else:
            continue
        rows = item.block.indices()
        texts[item.block] = [[write(index) if item.part.live[index] else None for index in row] for row in rows]
    return texts


def _carry(start: Block, index: tuple[int, ...]) -> str:
    return f"={on_sheet(start.sheet, area(*start.cell(index), 1, 1))}"


def _range_names(layout: Layout) -> list[dict[Block, str]]:
    """Return the names of the ranges on each sheet; those of constants are the same on all sheets."""
    names: list[dict[Block, str]] = []
    taken: set[str] = set()
    for page in layout.pages:
        own: set[str] = set()
        names.append({item.block: range_name(item.name, own) for item in page.items if item.constant is None})
        taken |= own
    shared = {block: range_name(constant.name, taken) for constant, block in layout.constants.items()}
    return [named | shared for named in names]


def _define_names(workbook: Any, page: StepSheet, names: Mapping[Block, str]) -> None:
    for item in page.items:
        name = names[item.block] if item.constant is not None else on_sheet(page.sheet, names[item.block])
        workbook.define_name(name, f"={item.block.area(fixed=True)}")
