"""Index formulas as spreadsheet formulas, one for each cell."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from whence.errors import FormulaError, TooLargeError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size, walk
from whence.formula.expressions import Call, Number, Operation, Position, Reduction
from whence.views.sheet import pieces
from whence.views.sheet.blocks import Block, area, on_sheet
from whence.views.sheet.domain import Domain
from whence.views.sheet.pieces import ADD, COMPARISONS, SIGNED, ZERO, NotOneRange, Piece, Scan

LONGEST_FORMULA = 8192
_MOST_TERMS, _MOST_ARGUMENTS = 2000, 255
FEW_TERMS = 6  # so many terms of a sum are written out, so that it can be read
_LEAST = "-1E+308"


@dataclass(frozen=True, slots=True)
class _Axis:
    """How the position of an entry on one axis depends on the bound indices and on the running ones."""

    constant: int  # with the first values of the running indices
    terms: tuple[tuple[Index, int], ...]  # the bound indices with their coefficients
    running: tuple[tuple[Index, int], ...]  # the running ones with theirs
    reach: tuple[int, int]  # how far the running indices move the position down and up
    subscript: Affine | Digit
    length: int
    ranks: Mapping[int, int]  # the ranks of the positions that have cells
    down: int  # the rows and the columns from one of these to the next
    across: int


@dataclass(frozen=True, slots=True)
class _Access:
    """How the running indices scan an array: axis by axis and, if they scan one range, as a whole."""

    block: Block
    axes: tuple[_Axis, ...]
    read: tuple[tuple[Entry, int, int, int], ...]  # subscripts read from cells, with the length and steps of their axes
    scan: Scan | None  # None if they do not scan one range
    size: tuple[int, ...]  # the height and the width of the range


class CellWriter:
    """Writes the spreadsheet formulas of the entries of one index formula.

    A sum of few terms is written out: ``E8*B16+E9*B17``. A longer one over a row, a column or a rectangle becomes
    ``SUM`` or ``SUMPRODUCT``, or ``SUMPRODUCT(MMULT(row, column))`` for a row times a column; a maximum becomes
    ``MAX``, and an entry at a position read from another array ``INDEX``. Everything that is not in one range is
    written out term by term. Cells on a sheet other than ``sheet`` are named with it, and constants without a cell are
    written as numbers.
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
        self._accesses: dict[tuple[tuple[Index, range], ...], dict[int, _Access]] = {}
        self._set_running({})

    def write(self, index: tuple[int, ...]) -> str:
        """Return the spreadsheet formula of the entry at ``index``; raise `TooLargeError` if it is too long."""
        self._bound = dict(zip(self._formula.indices, index, strict=True))
        self._set_running({})
        text = f"={self._piece(self._formula.expression).text}"
        if len(text) > LONGEST_FORMULA:
            raise self._too_long(f"{len(text):,} characters, but a cell holds at most {LONGEST_FORMULA:,}")
        return text

    def _piece(self, node: Expression) -> Piece:
        match node:
            case Entry():
                return self._entry(node)
            case Reduction():
                return self._reduction(node)
            case Operation(symbol, left, right) if symbol in COMPARISONS:
                first, second = self._piece(left), self._piece(right)
                scan = pieces.joined([first, second])
                holds = f"{first.bracketed(ADD)}{COMPARISONS[symbol]}{second.bracketed(ADD)}"
                return Piece(f"IF({holds},1,0)") if scan is None else Piece(f"--({holds})", SIGNED, scan)
            case Operation(symbol, left, right):
                return pieces.operation(symbol, self._piece(left), self._piece(right))
            case Call(function, operands):
                return pieces.call(function, [self._piece(operand) for operand in operands])
            case Number(value):
                return pieces.number(value)
            case Constant(_, value):
                block = self._constants.get(node)
                if block is None:
                    return pieces.number(value)
                return Piece(self._area(block, block.row, block.column, 1, 1))
            case Size(index):
                return Piece(str(self._extents[index]))
            case Position(place):
                return pieces.number(float(self._total(place.constant, place.terms) // place.divisor))
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def _set_running(self, running: dict[Index, range]) -> None:
        """Set the running indices and their values."""
        self._running = running
        self._current = self._accesses.setdefault(tuple(running.items()), {})

    def _entry(self, node: Entry) -> Piece:
        """Return a cell, or the range that the running indices scan."""
        access = self._access(node)
        row, column = access.block.row, access.block.column
        for axis in access.axes:
            place = self._place(axis)
            if place + axis.reach[0] < 0 or place + axis.reach[1] >= axis.length:
                if axis.running:
                    raise NotOneRange
                return ZERO
            first, last = axis.ranks.get(place + axis.reach[0]), axis.ranks.get(place + axis.reach[1])
            if first is None or last is None or last - first != axis.reach[1] - axis.reach[0]:
                raise NotOneRange
            row += (first - axis.reach[0]) * axis.down
            column += (first - axis.reach[0]) * axis.across
        if access.scan is None:
            raise NotOneRange
        if access.read:
            return self._looked_up(access, row, column)
        height, width = access.size
        scan = access.scan if access.scan.down or access.scan.across else None
        return Piece(self._area(access.block, row, column, height, width), scan=scan)

    def _access(self, node: Entry) -> _Access:
        """Return how the running indices scan an array, which does not depend on the bound ones."""
        if id(node) not in self._current:
            self._current[id(node)] = self._find_access(node)
        return self._current[id(node)]

    def _find_access(self, node: Entry) -> _Access:
        block = self._blocks[node.array]
        axes: list[_Axis] = []
        steps: dict[Index, tuple[int, int]] = {}
        read: list[tuple[Entry, int, int, int]] = []
        in_one_range = True
        axes_of_block = zip(node.subscripts, block.shape, block.ranks, block.strides, strict=True)
        for subscript, length, ranks, (down, across) in axes_of_block:
            if isinstance(subscript, Entry):
                read.append((subscript, length, down, across))
                continue
            place = subscript.place if isinstance(subscript, Digit) else subscript
            own = tuple((index, step) for index, step in place.terms if index in self._running)
            others = tuple((index, step) for index, step in place.terms if index not in self._running)
            start = place.constant + sum(step * self._running[index].start for index, step in own)
            ends = [step * (len(self._running[index]) - 1) for index, step in own]
            reach = sum(min(0, end) for end in ends), sum(max(0, end) for end in ends)
            in_one_range = in_one_range and not (own and _divides(subscript))
            axes.append(_Axis(start, others, own, reach, subscript, length, ranks, down, across))
            for index, step in own:
                rows, columns = steps.get(index, (0, 0))
                steps[index] = (rows + step * down, columns + step * across)
        scan = self._scan(steps) if in_one_range and not (read and steps) else None
        orders = () if scan is None else (scan.down, scan.across)
        size = tuple(math.prod(len(self._running[index]) for index in order) for order in orders)
        return _Access(block, tuple(sorted(axes, key=lambda axis: len(axis.running))), tuple(read), scan, size)

    def _total(self, constant: int, terms: tuple[tuple[Index, int], ...]) -> int:
        """Return the value of a subscript before its division."""
        for index, step in terms:
            if index in self._running or index not in self._bound:
                raise NotOneRange
            constant += step * self._bound[index]
        return constant

    def _place(self, axis: _Axis) -> int:
        """Return the position on an axis at the running indices' first values; −1 if a division leaves a remainder."""
        total = self._total(axis.constant, axis.terms)
        place, rest = divmod(total, axis.subscript.divisor)
        if isinstance(axis.subscript, Digit):
            return place if axis.subscript.base is None else place % axis.subscript.base
        return -1 if rest else place

    def _looked_up(self, access: _Access, row: int, column: int) -> Piece:
        """Return the ``INDEX`` of an entry whose position on some axes is read from other cells."""
        height, width, down, across = 1, 1, "", ""
        for entry, length, rows, columns in access.read:
            piece = self._entry(entry)
            if piece.scan is not None:
                raise NotOneRange
            height, width = height + (length - 1) * rows, width + (length - 1) * columns
            down += f"{pieces.times(piece.text, rows)}+" if rows else ""
            across += f"{pieces.times(piece.text, columns)}+" if columns else ""
        place = f"{down}1,{across}1" if height > 1 and width > 1 else f"{down if height > 1 else across}1"
        return Piece(f"INDEX({self._area(access.block, row, column, height, width)},{place})")

    def _scan(self, steps: Mapping[Index, tuple[int, int]]) -> Scan | None:
        """Return the scan of the running indices if they reach every cell of one rectangle."""
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
        scan = Scan(found[0], found[1])
        return None if set(scan.down) & set(scan.across) else scan

    def _area(self, block: Block, row: int, column: int, height: int, width: int) -> str:
        cells = area(row, column, height, width, fixed=not block.shape)
        return cells if block.sheet == self._sheet else on_sheet(block.sheet, cells)

    def _reduction(self, node: Reduction) -> Piece:
        """Return a sum, a maximum or an argmax, written out over as few terms as possible."""
        if node.kind == "ArgMax":
            return self._argmax(node)
        if node.where and self._running:
            raise NotOneRange
        domain = Domain(node, self._bound, self._extents)
        reduced = self._sum if node.kind == "Sum" else self._largest
        outer_bound, outer_running = self._bound, self._running
        kept = {index: value for index, value in outer_bound.items() if index not in domain.ranges}
        for written in self._choices(node, domain):
            if (count := domain.number_of(written)) > _MOST_TERMS:
                raise self._too_long(f"{count:,} terms, but at most {_MOST_TERMS:,} are written")
            self._set_running({index: values for index, values in domain.ranges.items() if index not in written})
            try:
                found = []
                for values in domain.values(written):
                    self._bound = kept | values
                    found.append(reduced(node.body, domain.read))
                break
            except NotOneRange:
                continue
            finally:
                self._bound = outer_bound
                self._set_running(outer_running)
        else:
            raise NotOneRange
        if node.kind == "Sum":
            terms = [piece for piece in found if piece is not ZERO] or [ZERO]
            return terms[0] if len(terms) == 1 else Piece("+".join(term.bracketed(ADD) for term in terms), ADD)
        return self._extreme("MAX", [piece.text for piece in found], Piece(_LEAST, SIGNED))

    def _choices(self, node: Reduction, domain: Domain) -> list[tuple[Index, ...]]:
        """Return every choice of indices to write out, the best first: all, if that makes few terms of an operation."""
        written = domain.choices()
        is_plain = isinstance(node.body, Entry) or any(isinstance(part, Reduction) for part in walk(node.body))
        if node.kind == "Sum" and not self._running and not is_plain and domain.number_of(domain.ranges) <= FEW_TERMS:
            return written[-1:]
        return written

    def _argmax(self, node: Reduction) -> Piece:
        """Return the smallest position of a term that equals the maximum."""
        if self._running:
            raise NotOneRange
        largest, outer = self._reduction(replace(node, kind="Max")).text, self._bound
        domain = Domain(node, outer, self._extents)
        positions = []
        for values in domain.values(node.indices):
            self._bound = outer | values
            term = self._largest(node.body, domain.read).bracketed(ADD)
            position = np.ravel_multi_index(tuple(values.values()), domain.shape)
            positions.append(f"IF({term}={largest},{position},{math.prod(domain.shape)})")
        self._bound = outer
        return self._extreme("MIN", positions, ZERO)

    def _extreme(self, function: str, operands: list[str], of_none: Piece) -> Piece:
        if not operands:
            return of_none
        if len(operands) > _MOST_ARGUMENTS:
            raise self._too_long(f"{function} of {len(operands):,} numbers, but at most {_MOST_ARGUMENTS} are allowed")
        return Piece(f"{function}({','.join(operands)})")

    def _sum(self, body: Expression, where: tuple[Expression, ...]) -> Piece:
        """Return the sum of ``body`` over the running indices, without the terms that have a factor in the padding."""
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
            self._set_running(inside)
            try:
                return self._sum_of_products(nodes)
            finally:
                self._set_running(everywhere)

    def _inside(self, nodes: list[Expression]) -> dict[Index, range] | None:
        """Return the values of the running indices at which no factor is in the padding; None if there are none."""
        found = dict(self._running)
        for axis in (axis for node in nodes if isinstance(node, Entry) for axis in self._access(node).axes):
            place = self._place(axis)
            if not axis.running and not 0 <= place < axis.length:
                return None
            if len(axis.running) == 1 and not _divides(axis.subscript):
                index, step = axis.running[0]
                reach = range(-place, axis.length - place) if step > 0 else range(place - axis.length + 1, place + 1)
                start = self._running[index].start
                first, after = (start - (-edge // abs(step)) for edge in (reach.start, reach.stop))
                found[index] = range(max(found[index].start, first), min(found[index].stop, after))
        return found if all(found.values()) else None

    def _sum_of_products(self, nodes: list[Expression]) -> Piece:
        factors = [self._piece(node) for node in nodes]
        ranges = [factor for factor in factors if factor.scan is not None]
        scans = [factor.scan for factor in ranges if factor.scan is not None]
        if {index for scan in scans for index in (*scan.down, *scan.across)} != self._running.keys():
            raise NotOneRange
        rows = [factor for factor, scan in zip(ranges, scans, strict=True) if not scan.down]
        columns = [factor for factor, scan in zip(ranges, scans, strict=True) if not scan.across]
        crossing = len(rows) + len(columns) == len(ranges) and rows and columns
        if len(ranges) == 1 and isinstance(nodes[factors.index(ranges[0])], Entry):
            total = f"SUM({ranges[0].text})"
        elif all(scan == scans[0] for scan in scans):
            total = f"SUMPRODUCT({','.join(factor.text for factor in ranges)})"
        elif crossing and {scan.across for scan in scans if scan.across} == {scan.down for scan in scans if scan.down}:
            total = f"SUMPRODUCT(MMULT({pieces.product(rows).text},{pieces.product(columns).text}))"
        else:
            total = f"SUMPRODUCT({pieces.product(ranges).text})"
        return pieces.product([*(factor for factor in factors if factor.scan is None), Piece(total)])

    def _largest(self, body: Expression, where: tuple[Expression, ...]) -> Piece:
        """Return the argument of ``MAX`` for the maximum of ``body`` over the running indices."""
        if self._running and (where or not isinstance(body, Entry)):
            raise NotOneRange
        piece = self._piece(body)
        for condition in where:
            piece = Piece(f"IF({self._piece(condition).text},{piece.text},{_LEAST})")
        if piece.scan is None and self._running:
            raise NotOneRange
        return piece

    def _too_long(self, found: str) -> TooLargeError:
        return TooLargeError(
            f"the spreadsheet formula of a cell of {self._formula.target.array} would have {found}; "
            "choose fewer samples or a smaller network"
        )


def _divides(subscript: Affine | Digit) -> bool:
    return isinstance(subscript, Digit) or subscript.divisor != 1


def _factors(node: Expression) -> list[Expression]:
    if isinstance(node, Operation) and node.symbol == "*":
        return [*_factors(node.left), *_factors(node.right)]
    return [node]
