"""Where everything stands: one sheet for each training step, and on it the arrays in the order of computation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from whence.arrays import Shape
from whence.errors import ArgumentError
from whence.formula import Affine, Constant, Entry, Formula, walk, write
from whence.trace import Trace
from whence.views.sheet.blocks import Block
from whence.views.sheet.titles import band_title

FIRST_ROW, FIRST_COLUMN = 3, 0
HEADER_ROWS = 3  # above the numbers of a block: its name and shape, its formula, the indices of its columns
COLUMN_CHARACTERS = 9
BAND_COLUMNS = 26
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 500_000


@dataclass(frozen=True)
class Item:
    """One array, or one named constant, on a sheet.

    Parameters
    ----------
    name : str
        Its name in the formulas.
    role : str
        ``"given"``, ``"parameter"``, ``"carried"`` (from the step before), ``"computed"`` or ``"updated"``.
    block : Block
        Where its numbers stand.
    text : str
        Its formula in symbols, or how it came there.
    values : array
        The recorded numbers.
    formula : Formula or None
        What computes it.
    carried : Block or None
        Where it stood in the step before, if it starts from there.
    axes : tuple of str
        The letters of its indices, where a formula names them.
    """

    name: str
    role: str
    block: Block
    text: str
    values: np.ndarray
    formula: Formula | None = None
    carried: Block | None = None
    axes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Band:
    """What belongs to one step of the computation: a title, and beneath it arrays side by side."""

    title: str
    row: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Page:
    """The sheet of one training step."""

    sheet: str
    trace: Trace
    bands: tuple[Band, ...]

    @property
    def items(self) -> list[Item]:
        """All arrays and constants, in the order of reading."""
        return [item for band in self.bands for item in band.items]

    @property
    def blocks(self) -> dict[str, Block]:
        """Where each array stands, by name."""
        return {item.name: item.block for item in self.items}


@dataclass(frozen=True)
class Layout:
    """All sheets of a workbook.

    Parameters
    ----------
    pages : tuple of Page
        One for each training step.
    constants : dict of Constant to Block
        Where the named constants stand, which all steps share.
    """

    pages: tuple[Page, ...]
    constants: dict[Constant, Block]


def lay_out(traces: Sequence[Trace]) -> Layout:
    """Return where everything stands.

    Parameters
    ----------
    traces : sequence of Trace
        Training steps in a row.

    Raises
    ------
    ArgumentError
        If there is no step, the steps are not in a row, or they do not fit.
    """
    if not traces:
        raise ArgumentError("there is no training step to put into a spreadsheet; give at least one trace")
    _check_size(traces)
    pages: list[Page] = []
    constants: dict[Constant, Block] = {}
    for number, trace in enumerate(traces, 1):
        draft = _Draft(f"step {number}", trace, pages[-1] if pages else None)
        settings = [name for name in trace.arrays if trace.origins[name].phase == "setting" and name in draft.used]
        draft.band("Settings", settings, [] if pages else _constants(traces))
        placed = set(settings)
        for place, step in enumerate(trace.steps, 1):
            draft.band(f"{place}  {band_title(step)}", step.arrays)
            placed.update(step.arrays)
        draft.band("Further arrays", [name for name in trace if name not in placed and name in draft.used])
        constants |= draft.constants
        pages.append(Page(draft.sheet, trace, tuple(draft.bands)))
    return Layout(tuple(pages), constants)


class _Draft:
    """One sheet while arrays are placed on it, band below band."""

    def __init__(self, sheet: str, trace: Trace, before: Page | None) -> None:
        self.sheet, self.trace, self.before = sheet, trace, before
        self.axes = dict(_axes(trace))
        self.used = set(trace.formulas) | {entry.array for entry in _entries(trace)}
        self.bands: list[Band] = []
        self.constants: dict[Constant, Block] = {}
        self.row, self.column, self.lowest = FIRST_ROW, FIRST_COLUMN, FIRST_ROW

    def band(self, title: str, names: Sequence[str], constants: Sequence[Constant] = ()) -> None:
        """Place arrays and constants side by side, below one another where they grow too broad."""
        if not names and not constants:
            return
        top = self.row
        self.row, self.column, self.lowest = top + 1, FIRST_COLUMN, top + 1
        items = [self._item(name) for name in names] + [self._constant(constant) for constant in constants]
        self.bands.append(Band(title, top, tuple(items)))
        self.row = self.lowest + 1

    def _place(self, shape: Shape, split: int, text: str, title: str) -> Block:
        width = max(math.prod(shape[split:]), math.ceil(max(len(text), len(title)) / COLUMN_CHARACTERS) - 1)
        if self.column > FIRST_COLUMN and self.column + width + 1 > BAND_COLUMNS:
            self.row, self.column = self.lowest, FIRST_COLUMN
        block = Block(self.sheet, self.row + HEADER_ROWS, self.column + 1, shape, split)
        self.column += width + 2
        self.lowest = max(self.lowest, block.row + block.height + 1)
        if self.lowest > _MOST_ROWS or block.column + width > _MOST_COLUMNS:
            raise ArgumentError(
                f"the arrays take more than the {_MOST_ROWS:,} rows and {_MOST_COLUMNS:,} columns of a sheet; "
                "take fewer samples or a smaller network"
            )
        return block

    def _item(self, name: str) -> Item:
        values = np.asarray(self.trace[name])
        formula = self.trace.formulas.get(name)
        axes = self.axes.get(name, ())
        carried = None if formula else self._carried(name, values)
        if formula:
            text = write(formula)
            role = "updated" if name.endswith("_new") else "computed"
        elif carried:
            text, role = self._carried_text(name), "carried"
        else:
            role = "parameter" if f"{name}_new" in self.trace.arrays else "given"
            text = "given"
        block = self._place(values.shape, _split(values.shape, axes), text, heading(name, values.shape))
        return Item(name, role, block, text, values, formula, carried, axes)

    def _constant(self, constant: Constant) -> Item:
        text = f"in {_users(self.trace, constant)}"
        block = self._place((), 0, text, constant.name)
        self.constants[constant] = block
        return Item(constant.name, "given", block, text, np.asarray(constant.value))

    def _carried(self, name: str, values: np.ndarray) -> Block | None:
        """Return where an array stands in the step before that this step starts from, or None if it is given anew."""
        if self.before is None:
            return None
        earlier = self.before.trace.arrays.get(f"{name}_new")
        if earlier is not None:
            if not np.array_equal(earlier, values, equal_nan=True):
                raise ArgumentError(
                    f"{name} of {self.sheet} is not {name}_new of {self.before.sheet}; give traces of steps in a row"
                )
            return self.before.blocks[f"{name}_new"]
        is_setting = self.trace.origins[name].phase == "setting"
        unchanged = is_setting and np.array_equal(self.before.trace[name], values)
        return self.before.blocks[name] if unchanged else None

    def _carried_text(self, name: str) -> str:
        assert self.before is not None
        new = f"{name}_new"
        return f"{new if new in self.before.trace.arrays else name} of {self.before.sheet}"


def heading(name: str, shape: Shape) -> str:
    """Return an array's name and shape: ``W1  4 × 3``."""
    return f"{name}   {' × '.join(map(str, shape))}".rstrip()


def _split(shape: Shape, axes: tuple[str, ...]) -> int:
    """Return how many axes run down: samples do, and the axes before the last; in images rows do and columns do not."""
    if len(shape) == 1:
        return int(axes == ("n",))
    return 2 if len(shape) == 4 and axes[:1] == ("n",) else max(0, len(shape) - 1)


def _entries(trace: Trace) -> Iterator[Entry]:
    for formula in trace.formulas.values():
        for node in (formula.target, *walk(formula.expression)):
            if isinstance(node, Entry):
                yield node


def _axes(trace: Trace) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield arrays with the letters of their indices; the first formula that names all of them says which."""
    seen: set[str] = set()
    for entry in _entries(trace):
        bare = [place.bare for place in entry.subscripts if isinstance(place, Affine) and place.bare]
        if len(bare) == len(entry.subscripts) and entry.array not in seen:
            seen.add(entry.array)
            yield entry.array, tuple(index.name for index in bare)


def _constants(traces: Sequence[Trace]) -> list[Constant]:
    """Return the constants that have a name which is a word, such as ``λ`` but not ``√2``, in the order of use."""
    formulas = (formula for trace in traces for formula in trace.formulas.values())
    nodes = (node for formula in formulas for node in walk(formula.expression))
    return list(dict.fromkeys(node for node in nodes if isinstance(node, Constant) and node.name[0].isalpha()))


def _users(trace: Trace, constant: Constant) -> str:
    first, *others = [name for name, formula in trace.formulas.items() if constant in walk(formula.expression)]
    return f"{first} …" if others else first


def _check_size(traces: Sequence[Trace]) -> None:
    """Raise unless all cells together are few enough, and say what would fit."""
    first = traces[0]
    axes = dict(_axes(first))
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
        fitting = f"{of_parameters:,} of them are for parameters alone, so take a smaller network"
    raise ArgumentError(f"the spreadsheet would have {total:,} cells, more than {MOST_CELLS:,}; {fitting}")
