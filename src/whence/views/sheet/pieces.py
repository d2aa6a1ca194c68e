"""Parts of spreadsheet formulas: their texts, how closely they bind, and in which order they pass through ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from whence.errors import FormulaError
from whence.formula import Index

SIGNED, ADD, MULTIPLY, POWER, ATOM = range(5)
COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "!=": "<>"}
_OPERATIONS = {  # precedence, and the least precedence of either operand; a sign binds closer than a power
    "+": (ADD, SIGNED, ADD),
    "-": (ADD, SIGNED, MULTIPLY),
    "*": (MULTIPLY, MULTIPLY, MULTIPLY),
    "/": (MULTIPLY, MULTIPLY, POWER),
    "^": (POWER, ATOM, ATOM),
}
_OVER_RANGES = {"exp": "EXP", "log": "LN", "tanh": "TANH", "sqrt": "SQRT", "abs": "ABS", "sign": "SIGN"}
_OF_ONE_CELL = {"erf": "ERF(", "max0": "MAX(0,", "min0": "MIN(0,", "maximum": "MAX(", "minimum": "MIN("}


class NotOneRange(Exception):
    """What is to be added up does not lie in one range; it must be written out over one index more."""


@dataclass(frozen=True)
class Run:
    """In which order the running indices pass through the rows and the columns of a range, the last fastest."""

    down: tuple[Index, ...]
    across: tuple[Index, ...]

    @property
    def passes(self) -> bool:
        """Whether any index passes."""
        return bool(self.down or self.across)


@dataclass(frozen=True)
class Piece:
    """A part of a formula: its text, how closely it binds, and how the running indices lie in it, if they do."""

    text: str
    precedence: int = ATOM
    run: Run | None = None

    def bracketed(self, least: int) -> str:
        return self.text if self.precedence >= least else f"({self.text})"


ZERO = Piece("0")


def number(value: float) -> Piece:
    """Return a number as a spreadsheet reads it."""
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).upper()
    return ZERO if value == 0 else Piece(text, ATOM if value > 0 else SIGNED)


def operation(symbol: str, left: Piece, right: Piece) -> Piece:
    """Return two pieces joined by an operator, in brackets where they bind too loosely."""
    if symbol == "*" and (left is ZERO or right is ZERO):
        return ZERO
    precedence, least_left, least_right = _OPERATIONS[symbol]
    text = left.bracketed(least_left) + symbol + right.bracketed(least_right)
    return Piece(text, precedence, joined([left, right]))


def call(function: str, operands: list[Piece]) -> Piece:
    """Return a function of pieces; `NotOneRange` where a spreadsheet has it for single cells only."""
    run = joined(operands)
    first = operands[0]
    if function == "neg":
        return Piece(f"-{first.bracketed(ATOM)}", SIGNED, run)
    if function == "expm1":
        return Piece(f"EXP({first.text})-1", ADD, run)
    if function == "log1p":
        return Piece(f"LN(1+{first.bracketed(ADD)})", ATOM, run)
    if function == "sigmoid":
        return Piece(f"1/(1+EXP(-{first.bracketed(ATOM)}))", MULTIPLY, run)
    if function in _OVER_RANGES:
        return Piece(f"{_OVER_RANGES[function]}({first.text})", ATOM, run)
    if function not in _OF_ONE_CELL:
        raise FormulaError(f"there is no spreadsheet function for {function}")
    if run is not None:
        raise NotOneRange
    return Piece(f"{_OF_ONE_CELL[function]}{','.join(operand.text for operand in operands)})")


def joined(pieces: Iterable[Piece]) -> Run | None:
    """Return how the running indices lie in what is computed, cell by cell, from several pieces."""
    found = [piece.run for piece in pieces if piece.run is not None]
    if all(run is found[0] for run in found):
        return found[0] if found else None
    runs = set(found)
    down = {run.down for run in runs if run.down}
    across = {run.across for run in runs if run.across}
    if len(down) > 1 or len(across) > 1 or {i for run in down for i in run} & {i for run in across for i in run}:
        raise NotOneRange
    return Run(*(next(iter(order), ()) for order in (down, across)))


def product(factors: list[Piece]) -> Piece:
    """Return the product of pieces, of which there is at least one."""
    result, *others = factors
    for factor in others:
        result = operation("*", result, factor)
    return result


def times(cell: str, step: int) -> str:
    """Return a cell multiplied by a whole number."""
    return cell if step == 1 else f"{cell}*{step}"
