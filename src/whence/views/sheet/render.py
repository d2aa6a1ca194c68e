"""Formulas as formulas of a spreadsheet, one plain one for each cell."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from whence.errors import FormulaError, TooLargeError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size
from whence.formula.expressions import Call, Number, Operation, Position, Reduction
from whence.views.sheet.blocks import Block, area, on_sheet
from whence.views.sheet.domain import Domain
from whence.views.sheet.pieces import (
    ADD,
    COMPARISONS,
    SIGNED,
    ZERO,
    NotOneRange,
    Piece,
    Run,
    call,
    joined,
    number,
    operation,
    product,
    times,
)

LONGEST_FORMULA = 8192
_MOST_TERMS, _MOST_ARGUMENTS = 2000, 255
_LEAST = "-1E+308"


@dataclass(frozen=True, slots=True)
class _Axis:
    """How the place of an entry on one axis follows from the indices that are bound, and from those that run.

    ``terms`` and ``running`` are both with their steps; ``reach`` is how far the running ones move the place to either
    side of where it is while they are at their first values, which is in ``constant``; ``positions`` tells where the
    places stand that have cells, and ``down`` and ``across`` is the step from one of them to the next.
    """

    constant: int
    terms: tuple[tuple[Index, int], ...]
    running: tuple[tuple[Index, int], ...]
    reach: tuple[int, int]
    divisor: int
    digit: Digit | None
    length: int
    positions: Mapping[int, int]
    down: int
    across: int


@dataclass(frozen=True, slots=True)
class _Way:
    """How the running indices pass through an array: axis by axis, and, where they do so in one range, in which order.

    ``read`` are the places that are read from other entries, with the length and the steps of their axes; ``size`` is
    the height and the width of the range where there is one.
    """

    block: Block
    axes: tuple[_Axis, ...]
    read: tuple[tuple[Entry, int, int, int], ...]
    run: Run | None
    size: tuple[int, ...]


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
        self._indices = formula.indices
        self._bound: dict[Index, int] = {}
        self._ways: dict[tuple[tuple[Index, range], ...], dict[int, _Way]] = {}
        self._run_over({})

    def write(self, index: tuple[int, ...]) -> str:
        """Return the formula of the entry at ``index``, with the equals sign.

        Raises
        ------
        TooLargeError
            If it is longer than a spreadsheet takes.
        """
        self._bound = dict(zip(self._indices, index, strict=True))
        self._run_over({})
        text = f"={self._piece(self._formula.expression).text}"
        if len(text) > LONGEST_FORMULA:
            raise self._too_long(f"{len(text):,} characters, and a cell takes {LONGEST_FORMULA:,}")
        return text

    def _piece(self, node: Expression) -> Piece:
        match node:
            case Entry():
                return self._entry(node)
            case Reduction():
                return self._reduction(node)
            case Operation(symbol, left, right) if symbol in COMPARISONS:
                first, second = self._piece(left), self._piece(right)
                run = joined([first, second])
                holds = f"{first.bracketed(ADD)}{COMPARISONS[symbol]}{second.bracketed(ADD)}"
                return Piece(f"IF({holds},1,0)") if run is None else Piece(f"--({holds})", SIGNED, run)
            case Operation(symbol, left, right):
                return operation(symbol, self._piece(left), self._piece(right))
            case Call(function, operands):
                return call(function, [self._piece(operand) for operand in operands])
            case Number(value):
                return number(value)
            case Constant(_, value):
                block = self._constants.get(node)
                return number(value) if block is None else Piece(self._area(block, block.row, block.column, 1, 1))
            case Size(index):
                return Piece(str(self._extents[index]))
            case Position(place):
                return number(float(self._total(place) // place.divisor))
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def _run_over(self, running: dict[Index, range]) -> None:
        """Have indices run over some of their values from here on."""
        self._running = running
        self._ways_now = self._ways.setdefault(tuple(running.items()), {})

    def _entry(self, node: Entry) -> Piece:
        """Return a cell, or the range in which the running indices pass through the array."""
        way = self._way(node)
        row, column = way.block.row, way.block.column
        for axis in way.axes:
            place = self._place(axis)
            if place + axis.reach[0] < 0 or place + axis.reach[1] >= axis.length:
                if axis.running:
                    raise NotOneRange
                return ZERO
            first, last = axis.positions.get(place + axis.reach[0]), axis.positions.get(place + axis.reach[1])
            if first is None or last is None or last - first != axis.reach[1] - axis.reach[0]:
                raise NotOneRange
            row += (first - axis.reach[0]) * axis.down
            column += (first - axis.reach[0]) * axis.across
        if way.run is None:
            raise NotOneRange
        if way.read:
            cells = [(self._single(entry), length, down, across) for entry, length, down, across in way.read]
            return self._looked_up(way.block, row, column, cells)
        height, width = way.size
        return Piece(self._area(way.block, row, column, height, width), run=way.run if way.run.passes else None)

    def _way(self, node: Entry) -> _Way:
        """Return how the running indices pass through an array, which is the same wherever the others stand."""
        if id(node) not in self._ways_now:
            self._ways_now[id(node)] = self._find_way(node)
        return self._ways_now[id(node)]

    def _find_way(self, node: Entry) -> _Way:
        block = self._blocks[node.array]
        axes: list[_Axis] = []
        steps: dict[Index, tuple[int, int]] = {}
        read: list[tuple[Entry, int, int, int]] = []
        in_one_range = True
        axes_of_block = zip(node.subscripts, block.shape, block.ranks, block.strides, strict=True)
        for subscript, length, positions, (down, across) in axes_of_block:
            if isinstance(subscript, Entry):
                read.append((subscript, length, down, across))
                continue
            place, digit = (subscript.place, subscript) if isinstance(subscript, Digit) else (subscript, None)
            own = tuple((index, step) for index, step in place.terms if index in self._running)
            others = tuple((index, step) for index, step in place.terms if index not in self._running)
            start = place.constant + sum(step * self._running[index].start for index, step in own)
            ends = [step * (len(self._running[index]) - 1) for index, step in own]
            reach = sum(min(0, end) for end in ends), sum(max(0, end) for end in ends)
            in_one_range = in_one_range and not (own and (place.divisor != 1 or digit))
            axes.append(_Axis(start, others, own, reach, place.divisor, digit, length, positions, down, across))
            for index, step in own:
                rows, columns = steps.get(index, (0, 0))
                steps[index] = (rows + step * down, columns + step * across)
        run = self._run(steps) if in_one_range and not (read and steps) else None
        orders = () if run is None else (run.down, run.across)
        size = tuple(math.prod(len(self._running[index]) for index in order) for order in orders)
        return _Way(block, tuple(sorted(axes, key=lambda axis: len(axis.running))), tuple(read), run, size)

    def _total(self, place: Affine) -> int:
        """Return the value of a place before its division."""
        total = place.constant
        for index, step in place.terms:
            bound = None if index in self._running else self._bound.get(index)
            if bound is None:
                raise NotOneRange
            total += step * bound
        return total

    def _place(self, axis: _Axis) -> int:
        """Return the place on an axis where the running indices are 0; −1 where a division leaves a remainder."""
        place = axis.constant
        for index, step in axis.terms:
            bound = self._bound.get(index)
            if bound is None:
                raise NotOneRange
            place += step * bound
        if axis.digit is not None:
            place //= axis.digit.divisor
            return place if axis.digit.base is None else place % axis.digit.base
        if axis.divisor != 1:
            return -1 if place % axis.divisor else place // axis.divisor
        return place

    def _single(self, entry: Entry) -> str:
        piece = self._entry(entry)
        if piece.run is not None:
            raise NotOneRange
        return piece.text

    def _looked_up(self, block: Block, row: int, column: int, read: list[tuple[str, int, int, int]]) -> Piece:
        """Return the ``INDEX`` of an entry whose place on some axes is read from other cells."""
        height = 1 + sum((length - 1) * down for _, length, down, _ in read)
        width = 1 + sum((length - 1) * across for _, length, _, across in read)
        down = "".join(f"{times(cell, step)}+" for cell, _, step, _ in read if step) + "1"
        across = "".join(f"{times(cell, step)}+" for cell, _, _, step in read if step) + "1"
        place = f"{down},{across}" if height > 1 and width > 1 else down if height > 1 else across
        return Piece(f"INDEX({self._area(block, row, column, height, width)},{place})")

    def _run(self, steps: Mapping[Index, tuple[int, int]]) -> Run | None:
        """Return the order of the running indices, if they pass through every cell of a rectangle."""
        found: list[tuple[Index, ...]] = []
        for direction in (0, 1):
            moving = {index: step[direction] for index, step in steps.items() if step[direction]}
            order = tuple(sorted(moving, key=moving.__getitem__, reverse=True))
            step = 1
            for index in reversed(order):
                if moving[index] != step:
                    return None
                step *= len(self._running[index])
            found.append(order)
        run = Run(found[0], found[1])
        return None if set(run.down) & set(run.across) else run

    def _area(self, block: Block, row: int, column: int, height: int, width: int) -> str:
        cells = area(row, column, height, width, fixed=not block.shape)
        return cells if block.sheet == self._sheet else on_sheet(block.sheet, cells)

    def _reduction(self, node: Reduction) -> Piece:
        """Return a sum or a maximum, written out over as few terms as the places of the cells allow."""
        if node.kind == "ArgMax":
            return self._place_of_largest(node)
        if node.where and self._running:
            raise NotOneRange
        domain = Domain(node, self._bound, self._extents)
        reduced = self._sum if node.kind == "Sum" else self._largest
        outer_bound, outer_running = self._bound, self._running
        kept = {index: place for index, place in outer_bound.items() if index not in domain.ranges}
        for written in domain.choices():
            if (count := domain.number_of(written)) > _MOST_TERMS:
                raise self._too_long(f"{count:,} terms, and whence writes at most {_MOST_TERMS:,}")
            self._run_over({index: run for index, run in domain.ranges.items() if index not in written})
            try:
                pieces = []
                for values in domain.values(written):
                    self._bound = kept | values
                    pieces.append(reduced(node.body, domain.read))
                break
            except NotOneRange:
                continue
            finally:
                self._bound = outer_bound
                self._run_over(outer_running)
        else:
            raise NotOneRange
        if node.kind == "Sum":
            terms = [piece for piece in pieces if piece is not ZERO] or [ZERO]
            return terms[0] if len(terms) == 1 else Piece("+".join(term.bracketed(ADD) for term in terms), ADD)
        return self._extreme("MAX", [piece.text for piece in pieces], Piece(_LEAST, SIGNED))

    def _place_of_largest(self, node: Reduction) -> Piece:
        """Return the least of the places of terms that are as large as the largest."""
        if self._running:
            raise NotOneRange
        largest, outer = self._reduction(replace(node, kind="Max")).text, self._bound
        domain = Domain(node, outer, self._extents)
        places = []
        for values in domain.values(node.indices):
            self._bound = outer | values
            term = self._largest(node.body, domain.read).bracketed(ADD)
            place = np.ravel_multi_index(tuple(values.values()), domain.shape)
            places.append(f"IF({term}={largest},{place},{math.prod(domain.shape)})")
        self._bound = outer
        return self._extreme("MIN", places, ZERO)

    def _extreme(self, function: str, operands: list[str], of_none: Piece) -> Piece:
        if not operands:
            return of_none
        if len(operands) > _MOST_ARGUMENTS:
            raise self._too_long(f"{function} of {len(operands):,} numbers, and a function takes {_MOST_ARGUMENTS}")
        return Piece(f"{function}({','.join(operands)})")

    def _sum(self, body: Expression, where: tuple[Expression, ...]) -> Piece:
        """Return the sum of ``body`` over the running indices, those left out at which a factor lies in the padding."""
        if not self._running:
            return self._piece(functools.reduce(operator.mul, where, body))
        nodes = [*_factors(body), *where]
        try:
            return self._sum_of_products(nodes)
        except NotOneRange:
            everywhere = self._running
            inside = self._inside(nodes)
            if inside == everywhere:
                raise
            if inside is None:
                return ZERO
            self._run_over(inside)
            try:
                return self._sum_of_products(nodes)
            finally:
                self._run_over(everywhere)

    def _inside(self, nodes: list[Expression]) -> dict[Index, range] | None:
        """Return over which values of the running indices no entry among factors lies in the padding; None if none."""
        found = dict(self._running)
        for axis in (axis for node in nodes if isinstance(node, Entry) for axis in self._way(node).axes):
            place = self._place(axis)
            if not axis.running and not 0 <= place < axis.length:
                return None
            if len(axis.running) == 1 and axis.divisor == 1 and axis.digit is None:
                index, step = axis.running[0]
                reach = range(-place, axis.length - place) if step > 0 else range(place - axis.length + 1, place + 1)
                start = self._running[index].start
                first, after = (start - (-edge // abs(step)) for edge in (reach.start, reach.stop))
                found[index] = range(max(found[index].start, first), min(found[index].stop, after))
        return found if all(found.values()) else None

    def _sum_of_products(self, nodes: list[Expression]) -> Piece:
        factors = [self._piece(node) for node in nodes]
        ranges = [factor for factor in factors if factor.run is not None]
        runs = [factor.run for factor in ranges if factor.run is not None]
        if {index for run in runs for index in (*run.down, *run.across)} != self._running.keys():
            raise NotOneRange
        rows = [factor for factor, run in zip(ranges, runs, strict=True) if not run.down]
        columns = [factor for factor, run in zip(ranges, runs, strict=True) if not run.across]
        crossing = len(rows) + len(columns) == len(ranges) and rows and columns
        if len(ranges) == 1 and isinstance(nodes[factors.index(ranges[0])], Entry):
            total = f"SUM({ranges[0].text})"
        elif all(run == runs[0] for run in runs):
            total = f"SUMPRODUCT({','.join(factor.text for factor in ranges)})"
        elif crossing and {run.across for run in runs if run.across} == {run.down for run in runs if run.down}:
            total = f"SUMPRODUCT(MMULT({product(rows).text},{product(columns).text}))"
        else:
            total = f"SUMPRODUCT({product(ranges).text})"
        return product([*(factor for factor in factors if factor.run is None), Piece(total)])

    def _largest(self, body: Expression, where: tuple[Expression, ...]) -> Piece:
        """Return what the maximum of ``body`` over the running indices is taken of."""
        if self._running and (where or not isinstance(body, Entry)):
            raise NotOneRange
        piece = self._piece(body)
        for condition in where:
            piece = Piece(f"IF({self._piece(condition).text},{piece.text},{_LEAST})")
        if piece.run is None and self._running:
            raise NotOneRange
        return piece

    def _too_long(self, found: str) -> TooLargeError:
        return TooLargeError(
            f"the spreadsheet formula of a cell of {self._formula.target.array} would have {found}; "
            "take fewer samples or a smaller network"
        )


def _factors(node: Expression) -> list[Expression]:
    if isinstance(node, Operation) and node.symbol == "*":
        return [*_factors(node.left), *_factors(node.right)]
    return [node]
