"""A formula as loops over single numbers, for languages that have no arithmetic of arrays, for one sample."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from whence.arrays import Shape
from whence.errors import ArgumentError, FormulaError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size
from whence.formula.expressions import Call, Number, Operation, Position, Reduction, Subscript, free_indices
from whence.formula.index_form import COMPARISONS
from whence.interop.programs.pieces import affine_code, factors_of
from whence.interop.programs.sizes import SAMPLES, Length, bounds, extents_of, lengths, may_be_outside

SUM, PRODUCT, SIGNED, ATOM = range(4)
_LEVELS = {  # that of the result, and the lowest of each operand without brackets
    "+": (SUM, SUM, PRODUCT),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, SIGNED),
    "/": (PRODUCT, PRODUCT, SIGNED),
}
Code = tuple[str, int]
"""Code and its precedence."""


class Dialect(ABC):
    """What languages with loops in braces write differently."""

    infinity: ClassVar[str]
    whole: ClassVar[str]
    """The type of whole numbers in declarations."""
    equals: ClassVar[str]
    differs: ClassVar[str]

    @abstractmethod
    def number(self, value: float) -> str:
        """Return a number as a literal."""

    @abstractmethod
    def declared(self, name: str, value: str) -> str:
        """Return the declaration of a number that changes."""

    def declared_whole(self, name: str) -> str:
        """Return the declaration of a sum of whole numbers."""
        return self.declared(name, "0")

    @abstractmethod
    def call(self, function: str, operands: Sequence[str]) -> str:
        """Return the call of a function of formulas; power is ``^``."""

    @abstractmethod
    def as_number(self, code: str) -> str:
        """Return a comparison or a whole number as a number of the program's type."""

    @abstractmethod
    def entry(self, name: str, places: Sequence[str], sizes: Sequence[Length]) -> str:
        """Return an entry of an array."""

    @abstractmethod
    def quotient(self, place: str, divisor: int) -> str:
        """Return a whole number that is not negative, in brackets if need be, divided without the remainder."""

    @abstractmethod
    def as_place(self, code: str) -> str:
        """Return a number as a place on an axis."""

    def loop(self, name: str, extent: Length, *, reverse: bool = False) -> str:
        """Return the head of a loop."""
        if reverse:
            return f"for ({self.whole} {name} = {extent} - 1; {name} >= 0; {name}--) {{"
        return f"for ({self.whole} {name} = 0; {name} < {extent}; {name}++) {{"


class LoopFormula:
    """Writes one formula.

    Parameters
    ----------
    formula : Formula
        The formula.
    shapes : mapping of str to tuple of int
        The shapes of all arrays.
    names : mapping of str to str
        The identifiers of arrays and indices.
    dialect : Dialect
        The language.
    step : Index, optional
        The index of a loop around the formula.
    of_step : collection of str
        Arrays of which there is only what belongs to this step.
    whole : collection of str
        Arrays of whole numbers.
    """

    def __init__(
        self,
        formula: Formula,
        shapes: Mapping[str, Shape],
        names: Mapping[str, str],
        dialect: Dialect,
        step: Index | None = None,
        of_step: Collection[str] = (),
        whole: Collection[str] = (),
    ) -> None:
        self.formula, self.shapes, self.names, self.dialect = formula, shapes, names, dialect
        self.step, self.of_step, self.whole = step, of_step, whole
        self.extents = extents_of(formula, shapes)
        self.samples = {index for index in formula.indices[:1] if self.extents[index] == SAMPLES}
        self._made = 0
        self._inside: set[Entry] = set()

    def lines(self) -> list[str]:
        """Return the loops that compute all entries of the target."""
        body: list[str] = []
        value, _ = self.value(self.formula.expression, body)
        body.append(f"{self.entry(self.formula.target, body)} = {value};")
        indices = [index for index in self.formula.indices if index not in self.samples | {self.step}]
        if not indices and len(body) > 1:
            return ["{", *indented(body), "}"]
        for index in reversed(indices):
            body = [self.dialect.loop(self.names[index.name], self.extents[index]), *indented(body), "}"]
        return body

    def value(self, node: Expression, before: list[str]) -> Code:
        """Return an expression as code, and add the statements that must come before."""
        match node:
            case Number(value) | Constant(_, value):
                return self.dialect.number(value), ATOM if value >= 0 else SIGNED
            case Size(index):
                extent = self.extents[index]
                code = self.dialect.number(extent) if isinstance(extent, int) else self.dialect.as_number(extent)
                return code, ATOM
            case Position(place):
                return self.dialect.as_number(f"({self.affine(place)})"), ATOM
            case Entry():
                return self.entry_or_zero(node, before), ATOM
            case Operation(sign) if sign in COMPARISONS:
                return self.dialect.as_number(f"({self.compared(node, before)})"), ATOM
            case Operation("^", left, right):
                return self.dialect.call("^", [self.value(left, before)[0], self.value(right, before)[0]]), ATOM
            case Operation(sign, left, right):
                level, *least = _LEVELS[sign]
                first = _within(self.value(left, before), least[0])
                return f"{first} {sign} {_within(self.value(right, before), least[1])}", level
            case Call("neg", (operand,)):
                return f"-{_within(self.value(operand, before), ATOM)}", SIGNED
            case Call(function, operands):
                return self.dialect.call(function, [self.value(operand, before)[0] for operand in operands]), ATOM
            case Reduction():
                return self.reduction(node, before), ATOM
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def compared(self, node: Expression, before: list[str]) -> str:
        """Return a condition as code: of whole numbers if it is one of places alone."""
        match node:
            case Operation(sign, left, right) if sign in COMPARISONS:
                sides = [self.whole_number(left), self.whole_number(right)]
                if None in sides:
                    sides = [_within(self.value(side, before), SUM) for side in (left, right)]
                if isinstance(left, Number) and sign == "<=":
                    return f"{sides[1]} >= {sides[0]}"
                return f"{sides[0]} {self.equal(sign)} {sides[1]}"
        return f"{_within(self.value(node, before), SUM)} != 0"

    def equal(self, sign: str) -> str:
        """Return the sign of a comparison."""
        return self.dialect.equals if sign == "=" else self.dialect.differs if sign == "!=" else sign

    def whole_number(self, node: Expression) -> str | None:
        """Return the code of a whole number, if a side of a comparison is one."""
        match node:
            case Number(value) if value == int(value):
                return str(int(value))
            case Size(index):
                return str(self.extents[index])
            case Position(place):
                return self.affine(place)
            case Operation("+" | "-" as sign, left, right):
                sides = self.whole_number(left), self.whole_number(right)
                return None if None in sides else f"{sides[0]} {sign} {sides[1]}"
        return None

    def reduction(self, node: Reduction, before: list[str]) -> str:
        """Add the loops of a reduction, and return the name of its result."""
        result = self.fresh({"Sum": "sum", "Max": "largest", "ArgMax": "place"}[node.kind])
        body: list[str] = []
        conditions = [(self.compared(each, body), frozenset(free_indices(each))) for each in node.where]
        if node.kind == "Sum":
            for factor in factors_of(node.body):
                if isinstance(factor, Entry):
                    conditions += self.checks(factor)
                    self._inside.add(factor)
        else:
            self._inside |= {
                entry
                for entry in factors_of(node.body)
                if isinstance(entry, Entry) and {code for code, _ in self.checks(entry)} <= {c for c, _ in conditions}
            }
        held = list(dict.fromkeys(conditions))
        code, _ = self.value(node.body, body)
        dialect = self.dialect
        factors = factors_of(node.body)
        whole = all(isinstance(factor, Entry) and factor.array in self.whole for factor in factors)
        if node.kind == "Sum":
            before.append(dialect.declared_whole(result) if whole else dialect.declared(result, dialect.number(0)))
            body.append(f"{result} += {code};")
        elif node.kind == "Max":
            before.append(dialect.declared(result, f"-{dialect.infinity}"))
            body.append(f"{result} = {dialect.call('maximum', [result, code])};")
        else:
            body += self.arg_max(result, code, before)
        for index in reversed(node.indices):
            own = [condition for condition, indices in held if self.last_of(node, indices) == index]
            skip = [f"if (!({' && '.join(own)})) continue;"] if own else []
            body = [dialect.loop(self.names[index.name], self.extents[index]), *indented([*skip, *body]), "}"]
        before += body
        return dialect.as_number(result) if whole else result

    def last_of(self, node: Reduction, indices: frozenset[Index]) -> Index:
        """Return the index of a reduction at whose loop all indices of a condition are known."""
        return next((index for index in reversed(node.indices) if index in indices), node.indices[0])

    def arg_max(self, place: str, code: str, before: list[str]) -> list[str]:
        """Return the statements in the loop that find the first largest term."""
        largest, count = self.fresh("largest"), self.fresh("count")
        dialect = self.dialect
        before += [dialect.declared(place, dialect.number(-1)), dialect.declared(count, dialect.number(0))]
        before.append(dialect.declared(largest, f"-{dialect.infinity}"))
        found = f"{place} = {count}; {largest} = {code};"
        return [f"if ({place} < 0 || {code} > {largest}) {{ {found} }}", f"{count} += 1;"]

    def entry_or_zero(self, entry: Entry, before: list[str]) -> str:
        """Return an entry as code, zero where it may be outside its array."""
        code = self.entry(entry, before)
        checks = [] if entry in self._inside else [check for check, _ in self.checks(entry)]
        return f"({' && '.join(checks)} ? {code} : {self.dialect.number(0)})" if checks else code

    def checks(self, entry: Entry) -> list[tuple[str, frozenset[Index]]]:
        """Return the conditions under which an entry is inside its array, with the indices of each."""
        found: list[tuple[str, frozenset[Index]]] = []
        for place, length in zip(entry.subscripts, lengths(self.shapes[entry.array]), strict=True):
            if isinstance(place, Entry) or not may_be_outside(place, length, self.extents):
                continue
            if isinstance(place, Digit):
                raise ArgumentError(f"a place in {entry.array} may be outside of it; export with: --to numpy")
            code, ends = self.affine(place), bounds(place, self.extents)
            indices = frozenset(index for index, _ in place.terms)
            if ends is None or ends[0] < 0:
                found.append((f"{code} >= 0", indices))
            if place.divisor != 1:
                found.append((f"({code}) % {place.divisor} {self.dialect.equals} 0", indices))
            end = f"{length} * {place.divisor}" if isinstance(length, str) else length * place.divisor
            if ends is None or not isinstance(end, int) or ends[1] >= end:
                found.append((f"{code} < {end if place.divisor != 1 else length}", indices))
        return found

    def entry(self, entry: Entry, before: list[str]) -> str:
        """Return an entry as code; that of the sample alone of an array with one of each sample."""
        sizes, places = [], []
        for axis, (place, length) in enumerate(zip(entry.subscripts, lengths(self.shapes[entry.array]), strict=True)):
            bare = place.bare if isinstance(place, Affine) else None
            if length == SAMPLES and axis == 0:
                if bare not in self.samples:
                    raise ArgumentError(f"{entry.array} is read at other samples; export with: --to numpy")
                continue
            if entry.array in self.of_step and bare == self.step:
                continue
            sizes.append(length)
            places.append(self.place(place, before))
        return self.dialect.entry(self.names[entry.array], places, sizes)

    def place(self, place: Subscript, before: list[str]) -> str:
        """Return a place on an axis as code."""
        if isinstance(place, Entry):
            return self.dialect.as_place(self.entry(place, before))
        if isinstance(place, Digit):
            if place.base == 1:
                return "0"
            code = self.affine(place.place)
            code = f"({code})" if " " in code else code
            code = self.dialect.quotient(code, place.divisor) if place.divisor > 1 else code
            return code if place.base is None else f"{code} % {place.base}"
        code = self.affine(place)
        return code if place.divisor == 1 else f"({code}) / {place.divisor}"

    def affine(self, place: Affine) -> str:
        return affine_code(place, {index: self.names[index.name] for index, _ in place.terms})

    def fresh(self, name: str) -> str:
        """Return a new name for a number."""
        self._made += 1
        return name if self._made == 1 else f"{name}{self._made}"


def indented(lines: Iterable[str], by: str = "    ") -> list[str]:
    """Return lines further right."""
    return [f"{by}{line}" for line in lines]


def _within(code: Code, least: int) -> str:
    return code[0] if code[1] >= least else f"({code[0]})"
