"""Formulas as formulas of a spreadsheet, one plain one for each cell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whence.errors import ArgumentError, FormulaError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size
from whence.formula.expressions import Call, Number, Operation, Position, Reduction
from whence.views.sheet.blocks import Block, area, on_sheet

LONGEST_FORMULA = 8192
_MOST_TERMS, _MOST_ARGUMENTS = 2000, 255

_SIGNED, _ADD, _MULTIPLY, _POWER, _ATOM = range(5)
_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "="}
_OPERATIONS = {  # precedence, and the least precedence of either operand; a sign binds closer than a power
    "+": (_ADD, _SIGNED, _ADD),
    "-": (_ADD, _SIGNED, _MULTIPLY),
    "*": (_MULTIPLY, _MULTIPLY, _MULTIPLY),
    "/": (_MULTIPLY, _MULTIPLY, _POWER),
    "^": (_POWER, _ATOM, _ATOM),
}
_OVER_RANGES = {"exp": "EXP", "log": "LN", "tanh": "TANH", "sqrt": "SQRT", "abs": "ABS", "sign": "SIGN"}
_OF_ONE_CELL = {"erf": "ERF(", "max0": "MAX(0,", "min0": "MIN(0,", "maximum": "MAX(", "minimum": "MIN("}


class _NotOneRange(Exception):
    """What is to be added up does not lie in one range; it must be written out over one index more."""


@dataclass(frozen=True)
class _Run:
    """In which order the running indices pass through the rows and the columns of a range, the last fastest."""

    down: tuple[Index, ...]
    across: tuple[Index, ...]


@dataclass(frozen=True)
class _Piece:
    """A part of a formula: its text, how closely it binds, and how the running indices lie in it, if they do."""

    text: str
    precedence: int = _ATOM
    run: _Run | None = None

    def bracketed(self, least: int) -> str:
        return self.text if self.precedence >= least else f"({self.text})"


_ZERO = _Piece("0")


class CellWriter:
    """Writes the spreadsheet formula of each entry that one index formula makes.

    A sum over entries that lie in a row, a column or a rectangle becomes ``SUM`` or ``SUMPRODUCT`` of ranges, and
    ``SUMPRODUCT(MMULT(row, column))`` where the one runs across and the other down; a maximum becomes ``MAX``, an entry
    at a place read from another array ``INDEX``. What lies in no range is written out term by term.

    Parameters
    ----------
    formula : Formula
        The formula.
    extents : mapping of Index to int
        How far its indices run, as `whence.formula.evaluate.find_extents` gives it.
    blocks : mapping of str to Block
        Where the arrays lie that it reads.
    constants : mapping of Constant to Block
        Where named constants lie; those that lie nowhere are written as numbers.
    sheet : str
        The sheet on which the formula will stand.
    """

    def __init__(
        self,
        formula: Formula,
        extents: Mapping[Index, int],
        blocks: Mapping[str, Block],
        constants: Mapping[Constant, Block],
        sheet: str,
    ) -> None:
        self._formula, self._extents, self._sheet = formula, extents, sheet
        self._blocks, self._constants = blocks, constants
        self._bound: dict[Index, int] = {}
        self._running: tuple[Index, ...] = ()

    def write(self, index: tuple[int, ...]) -> str:
        """Return the formula of the entry at ``index``, with the equals sign.

        Raises
        ------
        ArgumentError
            If it is longer than a spreadsheet takes.
        """
        self._bound, self._running = dict(zip(self._formula.indices, index, strict=True)), ()
        text = f"={self._piece(self._formula.expression).text}"
        if len(text) > LONGEST_FORMULA:
            raise self._too_long(f"{len(text):,} characters, and a cell takes {LONGEST_FORMULA:,}")
        return text

    def _piece(self, node: Expression) -> _Piece:
        match node:
            case Number(value):
                return _number(value)
            case Constant(_, value):
                block = self._constants.get(node)
                return _number(value) if block is None else _Piece(self._area(block, block.row, block.column, 1, 1))
            case Size(index):
                return _Piece(str(self._extents[index]))
            case Position(place):
                start, steps = self._total(place)
                if steps:
                    raise _NotOneRange
                return _number(float(start // place.divisor))
            case Entry():
                return self._entry(node)
            case Operation(symbol, left, right) if symbol in _COMPARISONS:
                first, second = self._piece(left), self._piece(right)
                run = _joined([first, second])
                holds = f"{first.bracketed(_ADD)}{_COMPARISONS[symbol]}{second.bracketed(_ADD)}"
                return _Piece(f"IF({holds},1,0)") if run is None else _Piece(f"--({holds})", _SIGNED, run)
            case Operation(symbol, left, right):
                return _operation(symbol, self._piece(left), self._piece(right))
            case Call(function, operands):
                return _call(function, [self._piece(operand) for operand in operands])
            case Reduction():
                return self._reduction(node)
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def _entry(self, node: Entry) -> _Piece:
        """Return a cell, or the range in which the running indices pass through the array."""
        block = self._blocks[node.array]
        row, column = block.row, block.column
        steps: dict[Index, tuple[int, int]] = {}
        read: list[tuple[str, int, int, int]] = []
        for subscript, length, (down, across) in zip(node.subscripts, block.shape, block.strides(), strict=True):
            if isinstance(subscript, Entry):
                read.append((self._single(subscript), length, down, across))
                continue
            start, own = self._place(subscript)
            reach = [step * (self._extents[index] - 1) for index, step in own.items()]
            low, high = start + sum(min(0, far) for far in reach), start + sum(max(0, far) for far in reach)
            if not own and (start < 0 or start >= length):
                return _ZERO
            if low < 0 or high >= length:
                raise _NotOneRange
            row, column = row + start * down, column + start * across
            for index, step in own.items():
                rows, columns = steps.get(index, (0, 0))
                steps[index] = (rows + step * down, columns + step * across)
        if read:
            if steps:
                raise _NotOneRange
            return self._looked_up(block, row, column, read)
        run = self._run(steps)
        height, width = (math.prod(self._extents[index] for index in indices) for indices in (run.down, run.across))
        return _Piece(self._area(block, row, column, height, width), run=run if steps else None)

    def _total(self, place: Affine) -> tuple[int, dict[Index, int]]:
        """Return the value of a place before its division, and its step for each running index."""
        start, steps = place.constant, {}
        for index, coefficient in place.terms:
            if index in self._running:
                steps[index] = coefficient
            elif index in self._bound:
                start += coefficient * self._bound[index]
            else:
                raise _NotOneRange
        return start, steps

    def _place(self, subscript: Affine | Digit) -> tuple[int, dict[Index, int]]:
        """Return a place on an axis and its step for each running index; −1 where a division leaves a remainder."""
        place = subscript.place if isinstance(subscript, Digit) else subscript
        start, steps = self._total(place)
        if steps and (place.divisor != 1 or isinstance(subscript, Digit)):
            raise _NotOneRange
        if isinstance(subscript, Digit):
            start //= subscript.divisor
            return start if subscript.base is None else start % subscript.base, {}
        return -1 if start % place.divisor else start // place.divisor, steps

    def _single(self, entry: Entry) -> str:
        piece = self._entry(entry)
        if piece.run is not None:
            raise _NotOneRange
        return piece.text

    def _looked_up(self, block: Block, row: int, column: int, read: list[tuple[str, int, int, int]]) -> _Piece:
        """Return the ``INDEX`` of an entry whose place on some axes is read from other cells."""
        height = 1 + sum((length - 1) * down for _, length, down, _ in read)
        width = 1 + sum((length - 1) * across for _, length, _, across in read)
        down = "".join(f"{_times(cell, step)}+" for cell, _, step, _ in read if step) + "1"
        across = "".join(f"{_times(cell, step)}+" for cell, _, _, step in read if step) + "1"
        place = f"{down},{across}" if height > 1 and width > 1 else down if height > 1 else across
        return _Piece(f"INDEX({self._area(block, row, column, height, width)},{place})")

    def _run(self, steps: Mapping[Index, tuple[int, int]]) -> _Run:
        """Return the order of the running indices, if they pass through every cell of a rectangle."""
        found: list[tuple[Index, ...]] = []
        for direction in (0, 1):
            moving = {index: step[direction] for index, step in steps.items() if step[direction]}
            order = tuple(sorted(moving, key=moving.__getitem__, reverse=True))
            step = 1
            for index in reversed(order):
                if moving[index] != step:
                    raise _NotOneRange
                step *= self._extents[index]
            found.append(order)
        run = _Run(found[0], found[1])
        if set(run.down) & set(run.across):
            raise _NotOneRange
        return run

    def _area(self, block: Block, row: int, column: int, height: int, width: int) -> str:
        cells = area(row, column, height, width, fixed=not block.shape)
        return cells if block.sheet == self._sheet else on_sheet(block.sheet, cells)

    def _reduction(self, node: Reduction) -> _Piece:
        """Return a sum or a maximum, written out over as few terms as the places of the cells allow."""
        body, indices = _nest(node)
        outer_bound, outer_running = self._bound, self._running
        for written in sorted(_subsets(indices, self._extents), key=self._number_of):
            if self._number_of(written) > _MOST_TERMS:
                raise self._too_long(f"{self._number_of(written):,} terms, and whence writes at most {_MOST_TERMS:,}")
            self._running = tuple(index for index in indices if index not in written)
            kept = {index: place for index, place in outer_bound.items() if index not in indices}
            try:
                pieces = []
                for values in itertools.product(*(range(self._extents[index]) for index in written)):
                    self._bound = kept | dict(zip(written, values, strict=True))
                    pieces.append(self._sum(body) if node.kind == "Sum" else self._largest(body))
                break
            except _NotOneRange:
                continue
            finally:
                self._bound, self._running = outer_bound, outer_running
        else:
            raise _NotOneRange
        if node.kind == "Sum":
            terms = [piece for piece in pieces if piece is not _ZERO] or [_ZERO]
            return terms[0] if len(terms) == 1 else _Piece("+".join(term.bracketed(_ADD) for term in terms), _ADD)
        if len(pieces) > _MOST_ARGUMENTS:
            raise self._too_long(f"a maximum of {len(pieces):,} numbers, and a function takes {_MOST_ARGUMENTS}")
        return _Piece(f"MAX({','.join(piece.text for piece in pieces)})")

    def _sum(self, body: Expression) -> _Piece:
        """Return the sum of ``body`` over the running indices."""
        if not self._running:
            return self._piece(body)
        nodes = _factors(body)
        factors = [self._piece(node) for node in nodes]
        ranges = [factor for factor in factors if factor.run is not None]
        runs = [factor.run for factor in ranges if factor.run is not None]
        if {index for run in runs for index in (*run.down, *run.across)} != set(self._running):
            raise _NotOneRange
        rows = [factor for factor, run in zip(ranges, runs, strict=True) if not run.down]
        columns = [factor for factor, run in zip(ranges, runs, strict=True) if not run.across]
        crossing = len(rows) + len(columns) == len(ranges) and rows and columns
        if len(ranges) == 1 and isinstance(nodes[factors.index(ranges[0])], Entry):
            total = f"SUM({ranges[0].text})"
        elif len(set(runs)) == 1:
            total = f"SUMPRODUCT({','.join(factor.text for factor in ranges)})"
        elif crossing and {run.across for run in runs if run.across} == {run.down for run in runs if run.down}:
            total = f"SUMPRODUCT(MMULT({_product(rows).text},{_product(columns).text}))"
        else:
            total = f"SUMPRODUCT({_product(ranges).text})"
        return _product([*(factor for factor in factors if factor.run is None), _Piece(total)])

    def _largest(self, body: Expression) -> _Piece:
        """Return what the maximum of ``body`` over the running indices is taken of."""
        if self._running and not isinstance(body, Entry):
            raise _NotOneRange
        piece = self._piece(body)
        if piece.run is None and self._running:
            raise _NotOneRange
        return piece

    def _number_of(self, indices: Iterable[Index]) -> int:
        return math.prod(self._extents[index] for index in indices)

    def _too_long(self, found: str) -> ArgumentError:
        return ArgumentError(
            f"the spreadsheet formula of a cell of {self._formula.target.array} would have {found}; "
            "take fewer samples or a smaller network"
        )


def _number(value: float) -> _Piece:
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).upper()
    return _ZERO if value == 0 else _Piece(text, _ATOM if value > 0 else _SIGNED)


def _operation(symbol: str, left: _Piece, right: _Piece) -> _Piece:
    if symbol == "*" and (left is _ZERO or right is _ZERO):
        return _ZERO
    precedence, least_left, least_right = _OPERATIONS[symbol]
    text = left.bracketed(least_left) + symbol + right.bracketed(least_right)
    return _Piece(text, precedence, _joined([left, right]))


def _call(function: str, operands: list[_Piece]) -> _Piece:
    run = _joined(operands)
    first = operands[0]
    if function == "neg":
        return _Piece(f"-{first.bracketed(_ATOM)}", _SIGNED, run)
    if function == "expm1":
        return _Piece(f"EXP({first.text})-1", _ADD, run)
    if function == "log1p":
        return _Piece(f"LN(1+{first.bracketed(_ADD)})", _ATOM, run)
    if function in _OVER_RANGES:
        return _Piece(f"{_OVER_RANGES[function]}({first.text})", _ATOM, run)
    if function not in _OF_ONE_CELL:
        raise FormulaError(f"there is no spreadsheet function for {function}")
    if run is not None:
        raise _NotOneRange
    return _Piece(f"{_OF_ONE_CELL[function]}{','.join(operand.text for operand in operands)})")


def _joined(pieces: Iterable[_Piece]) -> _Run | None:
    """Return how the running indices lie in what is computed, cell by cell, from several pieces."""
    runs = {piece.run for piece in pieces if piece.run is not None}
    down = {run.down for run in runs if run.down}
    across = {run.across for run in runs if run.across}
    if len(down) > 1 or len(across) > 1 or {i for run in down for i in run} & {i for run in across for i in run}:
        raise _NotOneRange
    return _Run(*(next(iter(found), ()) for found in (down, across))) if runs else None


def _product(factors: list[_Piece]) -> _Piece:
    product, *others = factors
    for factor in others:
        product = _operation("*", product, factor)
    return product


def _factors(node: Expression) -> list[Expression]:
    if isinstance(node, Operation) and node.symbol == "*":
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _nest(node: Reduction) -> tuple[Expression, list[Index]]:
    """Return what a nest of reductions of one kind reduces, and its indices, the outermost first."""
    indices = [node.index]
    while isinstance(node.body, Reduction) and node.body.kind == node.kind and node.body.index not in indices:
        node = node.body
        indices.append(node.index)
    return node.body, indices


def _subsets(indices: list[Index], extents: Mapping[Index, int]) -> list[tuple[Index, ...]]:
    """Return every choice of indices to write out, those with a single value always among them."""
    single = [index for index in indices if extents[index] == 1]
    others = [index for index in indices if extents[index] != 1]
    sizes = range(len(others) + 1)
    return [(*single, *chosen) for size in sizes for chosen in itertools.combinations(others, size)]


def _times(cell: str, step: int) -> str:
    return cell if step == 1 else f"{cell}*{step}"
