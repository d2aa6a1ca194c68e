"""Parts of spreadsheet formulas: their texts, precedences, and the order in which indices scan their ranges."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from whence.errors import FormulaError
from whence.formula import Index

SIGNED, ADD, MULTIPLY, POWER, ATOM = range(5)
COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "!=": "<>"}
_OPERATIONS = {  # precedence, and the lowest precedence of each operand; a sign binds tighter than a power
    "+": (ADD, SIGNED, ADD),
    "-": (ADD, SIGNED, MULTIPLY),
    "*": (MULTIPLY, MULTIPLY, MULTIPLY),
    "/": (MULTIPLY, MULTIPLY, POWER),
    "^": (POWER, ATOM, ATOM),
}
_OVER_RANGES = {"exp": "EXP", "log": "LN", "tanh": "TANH", "sqrt": "SQRT", "abs": "ABS", "sign": "SIGN"}
_OF_ONE_CELL = {"erf": "ERF(", "max0": "MAX(0,", "min0": "MIN(0,", "maximum": "MAX(", "minimum": "MIN("}


class NotOneRange(Exception):
    """The terms are not the cells of one range; they must be written out over one more index."""


@dataclass(frozen=True)
class Scan:
    """The order in which the running indices scan the rows and the columns of a range, the last index fastest."""

    down: tuple[Index, ...]
    across: tuple[Index, ...]


@dataclass(frozen=True)
class Piece:
    """A part of a formula: its text, its precedence and, if it is a range, how the running indices scan it."""

    text: str
    precedence: int = ATOM
    scan: Scan | None = None

    def bracketed(self, least: int) -> str:
        return self.text if self.precedence >= least else f"({self.text})"


ZERO = Piece("0")


def number(value: float) -> Piece:
    """Return a number."""
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).upper()
    return ZERO if value == 0 else Piece(text, ATOM if value > 0 else SIGNED)


def operation(symbol: str, left: Piece, right: Piece) -> Piece:
    """Return an operation on two pieces, with brackets where precedence requires them."""
    if symbol == "*" and (left is ZERO or right is ZERO):
        return ZERO
    precedence, least_left, least_right = _OPERATIONS[symbol]
    text = left.bracketed(least_left) + symbol + right.bracketed(least_right)
    return Piece(text, precedence, joined([left, right]))


def call(function: str, operands: list[Piece]) -> Piece:
    """Return a function of pieces; raise `NotOneRange` if the function takes single cells but a piece is a range."""
    scan = joined(operands)
    first = operands[0]
    if function == "neg":
        return Piece(f"-{first.bracketed(ATOM)}", SIGNED, scan)
    if function == "expm1":
        return Piece(f"EXP({first.text})-1", ADD, scan)
    if function == "log1p":
        return Piece(f"LN(1+{first.bracketed(ADD)})", ATOM, scan)
    if function == "sigmoid":
        return Piece(f"1/(1+EXP(-{first.bracketed(ATOM)}))", MULTIPLY, scan)
    if function in _OVER_RANGES:
        return Piece(f"{_OVER_RANGES[function]}({first.text})", ATOM, scan)
    if function not in _OF_ONE_CELL:
        raise FormulaError(f"there is no spreadsheet function for {function}; use functions that spreadsheets have")
    if scan is not None:
        raise NotOneRange
    return Piece(f"{_OF_ONE_CELL[function]}{','.join(operand.text for operand in operands)})")


def joined(pieces: Iterable[Piece]) -> Scan | None:
    """Return how the running indices scan the elementwise result of several pieces."""
    found = [piece.scan for piece in pieces if piece.scan is not None]
    if all(scan is found[0] for scan in found):
        return found[0] if found else None
    scans = set(found)
    down = {scan.down for scan in scans if scan.down}
    across = {scan.across for scan in scans if scan.across}
    if len(down) > 1 or len(across) > 1 or {i for scan in down for i in scan} & {i for scan in across for i in scan}:
        raise NotOneRange
    return Scan(*(next(iter(order), ()) for order in (down, across)))


def product(factors: list[Piece]) -> Piece:
    """Return the product of one or more pieces."""
    return functools.reduce(functools.partial(operation, "*"), factors)


def times(cell: str, step: int) -> str:
    """Return a cell multiplied by an integer."""
    return cell if step == 1 else f"{cell}*{step}"
