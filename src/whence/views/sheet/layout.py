"""The layout of a workbook: one sheet for each training step, with the arrays in the order of computation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Shape
from whence.errors import ArgumentError, TooLargeError
from whence.formula import Constant, Formula, walk, write
from whence.formula.evaluate import find_extents
from whence.trace import Trace
from whence.views.sheet.axes import letters_of, split_axes
from whence.views.sheet.blocks import Block
from whence.views.sheet.packing import pack
from whence.views.sheet.render import CellWriter
from whence.views.sheet.titles import band_title
from whence.views.sheet.visible_cells import Part, find_parts
from whence.views.texts import Language, Texts

FIRST_ROW = 3  # below the title of the sheet and the legend
HEADER_ROWS = 3  # above the numbers of a block: its name and shape, its formula, the indices of its columns
COLUMN_CHARACTERS = 9
PAGE_COLUMNS = 24
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 500_000


@dataclass(frozen=True)
class Item:
    """One array, or one named constant, on a sheet."""

    name: str
    role: str  # one of `ROLES`; "recorded" if none of its entries is computed on the sheet
    block: Block
    text: str  # its formula in symbols, or its origin
    values: np.ndarray
    part: Part  # which entries are on the sheet, and which of these are live
    formula: Formula | None = None
    carried: Block | None = None  # the cells of the previous step from which it is copied
    axes: tuple[str, ...] = ()  # the letters of its indices, empty where no formula has one
    constant: Constant | None = None  # the named constant, if it is not an array

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(np.count_nonzero(self.part.shown))

    @property
    def is_in_part(self) -> bool:
        """Whether some entries have no cell."""
        return not self.part.shown.all()

    @property
    def has_recorded(self) -> bool:
        """Whether some cells of a computed or carried array hold recorded numbers."""
        is_live = self.formula is not None or self.carried is not None
        return is_live and not np.array_equal(self.part.live, self.part.shown)


@dataclass(frozen=True)
class Band:
    """The arrays of one step of the computation below a title as wide as all of them."""

    title: str
    row: int
    column: int
    width: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class StepSheet:
    """The sheet of one training step."""

    number: int
    sheet: str
    trace: Trace
    bands: tuple[Band, ...]

    @property
    def items(self) -> list[Item]:
        """All arrays and constants in their order on the sheet."""
        return [item for band in self.bands for item in band.items]

    @property
    def arrays(self) -> dict[str, Item]:
        """All arrays by name."""
        return {item.name: item for item in self.items if item.constant is None}

    @property
    def blocks(self) -> dict[str, Block]:
        """The cells of all arrays by name."""
        return {name: item.block for name, item in self.arrays.items()}


@checks_arguments
@dataclass(frozen=True)
class Layout:
    """All sheets of a workbook.

    Parameters
    ----------
    pages : tuple of StepSheet
        One for each training step.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """

    pages: tuple[StepSheet, ...]
    language: Language

    @property
    def texts(self) -> Texts:
        """What is written besides numbers and formulas."""
        return Texts("sheet", self.language)

    @cached_property
    def constants(self) -> dict[Constant, Block]:
        """The cells of the named constants, which are on the first sheet."""
        return {item.constant: item.block for item in self.pages[0].items if item.constant is not None}

    @property
    def cells(self) -> int:
        """Number of cells of all arrays."""
        return sum(item.cells for page in self.pages for item in page.items if item.constant is None)

    def writer(self, formula: Formula, page: StepSheet, sheet: str) -> CellWriter:
        """Return what writes the cells of an array of a page, as formulas on a sheet."""
        extents = find_extents(formula, page.trace.arrays)
        return CellWriter(formula, extents, page.blocks, self.constants, sheet)


def lay_out(traces: Sequence[Trace], window: int | None = None, language: Language = "en") -> Layout:
    """Return the layout of a workbook of consecutive training steps, with windows as in `find_parts`."""
    if not traces:
        raise ArgumentError("there are no training steps to write; give at least one trace")
    if window is None:
        _check_size(traces)
    texts, windows = Texts("sheet", language), dict[tuple[Shape, ...], dict[str, Part]]()
    pages: list[StepSheet] = []
    for number, trace in enumerate(traces, 1):
        shapes = tuple(map(np.shape, trace.values()))
        if shapes not in windows:
            windows[shapes] = {} if window is None else find_parts(trace, window)
        draft = _Draft(number, trace, windows[shapes], pages[-1] if pages else None, texts)
        settings = [name for name in trace.arrays if trace.origins[name].phase == "setting" and name in draft.axes]
        placed = set(settings)
        shared = _constants(trace) if number == 1 else []
        draft.band(texts("band.settings"), [*map(draft.item, settings), *map(draft.constant, shared)])
        for place, step in enumerate(trace.steps, 1):
            draft.band(f"{place}  {band_title(step, texts)}", [*map(draft.item, step.arrays)])
            placed.update(step.arrays)
        others = [draft.item(name) for name in trace if name in draft.axes.keys() - placed]
        draft.band(texts("band.others"), others)
        pages.append(draft.page())
    layout = Layout(tuple(pages), language)
    if layout.cells > MOST_CELLS:
        raise TooLargeError(
            f"windows of {window} need {layout.cells:,} cells, more than {MOST_CELLS:,}; choose a smaller window"
        )
    return layout


class _Draft:
    """A sheet to which bands of arrays are added one by one."""

    def __init__(
        self, number: int, trace: Trace, parts: Mapping[str, Part], before: StepSheet | None, texts: Texts
    ) -> None:
        self.number, self.trace, self.parts, self.before, self.texts = number, trace, parts, before, texts
        self.sheet = texts("sheet.step", number=number)
        self.axes = letters_of(trace)
        self.bands: list[tuple[str, list[Item]]] = []

    def band(self, title: str, items: list[Item]) -> None:
        """Add a band unless it is empty."""
        if items:
            self.bands.append((title, items))

    def page(self) -> StepSheet:
        """Return the sheet with arrays placed in bands, and bands side by side where they fit."""
        packed = [pack([_size(item, self.texts) for item in items], PAGE_COLUMNS) for _, items in self.bands]
        corners, height, width = pack([(1 + height, width) for _, height, width in packed], PAGE_COLUMNS)
        if FIRST_ROW + height > _MOST_ROWS or width > _MOST_COLUMNS:
            smaller = "a smaller window" if self.parts else "fewer samples or a smaller network"
            raise TooLargeError(
                f"the arrays take {FIRST_ROW + height:,} rows and {width:,} columns, but a sheet has at most "
                f"{_MOST_ROWS:,} and {_MOST_COLUMNS:,}; choose {smaller}"
            )
        bands = []
        for (title, items), (offsets, _, band_width), (row, column) in zip(self.bands, packed, corners, strict=True):
            top = FIRST_ROW + row
            moved = []
            for item, (down, across) in zip(items, offsets, strict=True):
                block = replace(item.block, row=top + 1 + down + HEADER_ROWS, column=column + across + 1)
                moved.append(replace(item, block=block))
            bands.append(Band(title, top, column, band_width - 1, tuple(moved)))
        return StepSheet(self.number, self.sheet, self.trace, tuple(bands))

    def item(self, name: str) -> Item:
        """Return an array that is not yet placed."""
        values = np.asarray(self.trace[name])
        formula = self.trace.formulas.get(name)
        axes = self.axes.get(name, ())
        carried = None if formula else self._carried(name, values)
        if formula:
            text, role = write(formula), "updated" if name.endswith("_new") else "computed"
        elif carried:
            text, role = self.texts("text.carried", array=carried.name, number=self.number - 1), "carried"
        else:
            text, role = self.texts("text.given"), "parameter" if f"{name}_new" in self.trace.arrays else "given"
        part = self.parts.get(name) or Part.whole(values.shape)
        if formula and not part.live.any():
            role = "recorded"
        if carried:
            part = replace(part, live=part.shown & carried.part.shown)
        block = Block(self.sheet, 0, 0, values.shape, split_axes(values.shape, axes), part.kept)
        return Item(name, role, block, text, values, part, formula, carried.block if carried else None, axes)

    def constant(self, constant: Constant) -> Item:
        """Return a named constant that is not yet placed."""
        users = [name for name, formula in self.trace.formulas.items() if constant in walk(formula.expression)]
        text = self.texts("text.constant", array=users[0]) + " …" * (len(users) > 1)
        block, value = Block(self.sheet, 0, 0, (), 0), np.asarray(constant.value)
        return Item(constant.name, "given", block, text, value, Part.whole(()), constant=constant)

    def _carried(self, name: str, values: np.ndarray) -> Item | None:
        """Return the array of the previous step from which this one is copied, or None if it is given."""
        if self.before is None:
            return None
        new = f"{name}_new"
        earlier = self.before.trace.arrays.get(new)
        if earlier is not None:
            if not np.array_equal(earlier, values, equal_nan=True):
                differing = f"{name} of step {self.number} differs from {new} of step {self.number - 1}"
                raise ArgumentError(f"{differing}; give traces of consecutive steps")
            return self.before.arrays[new]
        is_setting = self.trace.origins[name].phase == "setting"
        unchanged = is_setting and np.array_equal(self.before.trace[name], values)
        return self.before.arrays[name] if unchanged else None


def heading(item: Item, texts: Texts) -> str:
    """Return an array's name and shape, and whether it is shown in part: ``W1   4 × 3, in part``."""
    return f"{item.name}   {' × '.join(map(str, item.block.shape))}".rstrip() + texts("in part") * item.is_in_part


def _size(item: Item, texts: Texts) -> tuple[int, int]:
    """Return the rows and columns of an array with its heading, formula and labels, and a gap."""
    text = math.ceil(max(len(item.text), len(heading(item, texts))) / COLUMN_CHARACTERS)
    return HEADER_ROWS + item.block.height + 1, max(1 + item.block.width, text) + 1


def _constants(trace: Trace) -> list[Constant]:
    """Return the constants named by a letter or word, such as ``λ`` but not ``√2``, in the order of use."""
    nodes = (node for formula in trace.formulas.values() for node in walk(formula.expression))
    return list(dict.fromkeys(node for node in nodes if isinstance(node, Constant) and node.name[0].isalpha()))


def _check_size(traces: Sequence[Trace]) -> None:
    """Raise `TooLargeError` if there are too many cells, with what would fit."""
    first = traces[0]
    axes = letters_of(first)
    samples = max(1, len(first["x"]))
    sizes = {name: np.size(array) for name, array in first.items()}
    of_samples = sum(size for name, size in sizes.items() if name in ("x", "y") or axes.get(name, ())[:1] == ("n",))
    of_parameters = sum(sizes.values()) - of_samples
    total = len(traces) * (of_samples + of_parameters)
    if total <= MOST_CELLS:
        return
    steps, batch = MOST_CELLS // (of_samples + of_parameters), (MOST_CELLS - of_parameters) * samples // of_samples
    if steps:
        fitting = f"--steps {steps} would fit"
    elif batch > 0:
        fitting = f"one step with --batch {batch} would fit"
    else:
        fitting = f"{of_parameters:,} of them are for parameters, so choose a smaller network"
    raise TooLargeError(f"the spreadsheet would have {total:,} cells, more than {MOST_CELLS:,}; {fitting}")
