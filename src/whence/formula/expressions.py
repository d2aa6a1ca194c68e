"""The language of index formulas: ``z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j]``.

A formula says how one entry of one array is made from entries of others. Expressions are plain immutable trees;
`whence.formula.evaluate` gives them values, `whence.formula.index_form` lays them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, TypeAlias, TypeVar, Union

from whence.errors import FormulaError

Operand: TypeAlias = Union["Expression", "Index", "Affine", float, int]
Subscript: TypeAlias = Union["Affine", "Digit", "Entry"]
Node = TypeVar("Node", bound="Expression")


def _comparing(symbol: str) -> Callable[[Any, Operand], Expression]:
    def compare(left: Operand, right: Operand) -> Expression:
        return Operation(symbol, expression(left), expression(right))

    return compare


class _Comparable:
    """What can be compared: 1 where the comparison holds and 0 elsewhere; ``==`` compares trees, `equals` values."""

    __slots__ = ()
    __lt__ = _comparing("<")
    __le__ = _comparing("<=")
    __gt__ = _comparing(">")
    __ge__ = _comparing(">=")


class Expression(_Comparable):
    """Base of everything that has a value: entries of arrays, numbers, and what is computed from them."""

    __slots__ = ()

    def __add__(self, other: Operand) -> Expression:
        return Operation("+", self, expression(other))

    def __radd__(self, other: Operand) -> Expression:
        return Operation("+", expression(other), self)

    def __sub__(self, other: Operand) -> Expression:
        return Operation("-", self, expression(other))

    def __rsub__(self, other: Operand) -> Expression:
        return Operation("-", expression(other), self)

    def __mul__(self, other: Operand) -> Expression:
        return Operation("*", self, expression(other))

    def __rmul__(self, other: Operand) -> Expression:
        return Operation("*", expression(other), self)

    def __truediv__(self, other: Operand) -> Expression:
        return Operation("/", self, expression(other))

    def __rtruediv__(self, other: Operand) -> Expression:
        return Operation("/", expression(other), self)

    def __pow__(self, exponent: Operand) -> Expression:
        return Operation("^", self, expression(exponent))

    def __neg__(self) -> Expression:
        return Call("neg", (self,))


@dataclass(frozen=True, slots=True)
class Affine(_Comparable):
    """A place on an axis: ``(Σ coefficient · index + constant) / divisor``.

    Where the division leaves a remainder, or the place lies outside the array, the entry there counts as zero:
    that is padding, and the gaps that a stride leaves.
    """

    terms: tuple[tuple[Index, int], ...]
    constant: int = 0
    divisor: int = 1

    def __add__(self, other: Affine | Index | int) -> Affine:
        if not isinstance(other, _PLACES):
            return NotImplemented
        other = affine(other)
        if self.divisor != 1 or other.divisor != 1:
            raise FormulaError("a divided subscript cannot be added to; divide last")
        coefficients: dict[Index, int] = dict(self.terms)
        for index, coefficient in other.terms:
            coefficients[index] = coefficients.get(index, 0) + coefficient
        terms = tuple((index, coefficient) for index, coefficient in coefficients.items() if coefficient)
        return Affine(terms, self.constant + other.constant)

    def __radd__(self, other: int) -> Affine:
        return self + other

    def __mul__(self, factor: int) -> Affine:
        if not isinstance(factor, Integral):
            return NotImplemented
        if self.divisor != 1:
            raise FormulaError("a divided subscript cannot be multiplied; divide last")
        terms = tuple((index, coefficient * factor) for index, coefficient in self.terms if factor)
        return Affine(terms, self.constant * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Affine | Index | int) -> Affine:
        if not isinstance(other, _PLACES):
            return NotImplemented
        return self + -affine(other)

    def __rsub__(self, other: int) -> Affine:
        return -self + other

    def __floordiv__(self, divisor: int) -> Affine:
        if divisor < 1:
            raise FormulaError(f"a subscript is divided by {divisor}; it must be a positive whole number")
        return Affine(self.terms, self.constant, self.divisor * divisor)

    @property
    def bare(self) -> Index | None:
        """The index, if this place is just an index."""
        plain = len(self.terms) == 1 and self.terms[0][1] == 1 and self.constant == 0 and self.divisor == 1
        return self.terms[0][0] if plain else None


@dataclass(frozen=True, slots=True)
class Digit:
    """A place on an axis that is one digit of a running number: ``⌊place / divisor⌋ mod base``.

    So an entry of a flattened image says which row, column and channel it was:
    ``x[n, ⌊j / 12⌋, ⌊j / 4⌋ mod 3, j mod 4]``.

    Parameters
    ----------
    place : Affine
        The running number; without a division of its own.
    divisor : int
        How many numbers share this digit before it changes.
    base : int, optional
        After how many digits it starts again; the leading digit never does.
    """

    place: Affine
    divisor: int
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Index(_Comparable):
    """A running index, such as the sample ``n`` or the unit ``j``.

    Parameters
    ----------
    name : str
        One letter, as on paper.
    extent : int, optional
        How many values it takes, for an index that stands alone in no subscript, such as one over a pooling window, or
        runs over a part of an axis only, such as one over the units of a gate. Otherwise the extent is the length of
        the axes on which the index stands.
    """

    name: str
    extent: int | None = None

    def __add__(self, other: Affine | Index | int) -> Affine:
        return affine(self) + other

    def __radd__(self, other: int) -> Affine:
        return affine(self) + other

    def __sub__(self, other: Affine | Index | int) -> Affine:
        return affine(self) - other

    def __rsub__(self, other: int) -> Affine:
        return -affine(self) + other

    def __mul__(self, factor: int) -> Affine:
        return affine(self) * factor

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return -affine(self)

    def __floordiv__(self, divisor: int) -> Affine:
        return affine(self) // divisor


_PLACES = (Affine, Index, Integral)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A number with a name, such as ``β₁ = 0.9``."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Size(Expression):
    """How many values an index takes: ``N`` for the index ``n``."""

    index: Index


@dataclass(frozen=True, slots=True)
class Position(Expression):
    """The value of an index itself, as in ``j = y[n]``."""

    place: Affine


@dataclass(frozen=True, slots=True)
class Entry(Expression):
    """One entry of an array: ``x[n, k]``; an array without axes has one entry, ``loss[]``."""

    array: str
    subscripts: tuple[Subscript, ...]

    def __lshift__(self, made_from: Operand) -> Formula:
        return Formula(self, expression(made_from))


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """Two operands and ``+ - * / ^`` or a comparison, which is 1 where it holds and 0 elsewhere."""

    symbol: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A named function of its operands."""

    function: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Reduction(Expression):
    """What terms are reduced to: one term for all values of the indices at which all conditions hold.

    Parameters
    ----------
    kind : str
        ``"Sum"``, ``"Max"``, or ``"ArgMax"``, which is the place of the first of the largest, counted over the values
        of the indices, those of the last fastest.
    indices : tuple of Index
        What it runs over.
    body : Expression
        The terms.
    where : tuple of Expression
        The conditions; where one of them is zero, there is no term.
    """

    kind: str
    indices: tuple[Index, ...]
    body: Expression
    where: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """How every entry of one array is made.

    Parameters
    ----------
    target : Entry
        The entry that is made; its subscripts are indices without arithmetic.
    expression : Expression
        What it is made from.
    """

    target: Entry
    expression: Expression

    def __post_init__(self) -> None:
        for subscript in self.target.subscripts:
            if not isinstance(subscript, Affine) or subscript.bare is None:
                raise FormulaError(f"the left side of the formula for {self.target.array} may only have plain indices")
        if len(set(self.indices)) < len(self.indices):
            raise FormulaError(f"the left side of the formula for {self.target.array} has one index twice")
        for index in sorted(_free_indices(self.expression) - set(self.indices), key=lambda index: index.name):
            raise FormulaError(
                f"the formula for {self.target.array} uses the index {index.name}, "
                "which neither stands on its left side nor is summed over"
            )

    @property
    def indices(self) -> tuple[Index, ...]:
        """The indices of the target, in the order of its axes."""
        places = (subscript for subscript in self.target.subscripts if isinstance(subscript, Affine))
        return tuple(place.bare for place in places if place.bare is not None)

    @property
    def sources(self) -> list[Entry]:
        """The entries on the right-hand side, in order."""
        return [node for node in walk(self.expression) if isinstance(node, Entry)]


@dataclass(frozen=True, slots=True)
class Tensor:
    """The name of an array in formulas; subscripting it gives an entry."""

    name: str

    def __getitem__(self, subscripts: Index | Subscript | int | tuple[Index | Subscript | int, ...]) -> Entry:
        if not isinstance(subscripts, tuple):
            subscripts = (subscripts,)
        return Entry(self.name, tuple(s if isinstance(s, Digit | Entry) else affine(s) for s in subscripts))


def indices(names: str) -> tuple[Index, ...]:
    """Return an `Index` for each of the names, which are separated by spaces."""
    return tuple(Index(name) for name in names.split())


def tensors(names: str) -> tuple[Tensor, ...]:
    """Return a `Tensor` for each of the names, which are separated by spaces."""
    return tuple(Tensor(name) for name in names.split())


def scalar(name: str) -> Entry:
    """Return the only entry of an array without axes."""
    return Entry(name, ())


def expression(operand: Operand) -> Expression:
    """Return ``operand`` as an expression: numbers become literals, indices their own value."""
    if isinstance(operand, Expression):
        return operand
    if isinstance(operand, Index | Affine):
        return Position(affine(operand))
    return Number(float(operand))


def affine(place: Affine | Index | int) -> Affine:
    """Return ``place`` in its general form."""
    if isinstance(place, Affine):
        return place
    if isinstance(place, Index):
        return Affine(((place, 1),))
    return Affine((), place)


def within(index: Index) -> Digit:
    """Return ``index`` as a subscript of an axis that may be longer than the index runs, as a table of positions is."""
    return Digit(affine(index), 1)


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions that ``node`` is directly made of, subscripts read from arrays included."""
    match node:
        case Entry(_, subscripts):
            return tuple(subscript for subscript in subscripts if isinstance(subscript, Entry))
        case Operation(_, left, right):
            return (left, right)
        case Call(_, operands):
            return operands
        case Reduction(_, _, body, where):
            return (body, *where)
    return ()


def rebuilt(node: Node, change: Callable[[Any], Any]) -> Node:
    """Return ``node`` made of what ``change`` gives for each of the expressions that it is directly made of."""
    match node:
        case Entry(_, subscripts):
            return replace(node, subscripts=tuple(change(s) if isinstance(s, Entry) else s for s in subscripts))
        case Operation(_, left, right):
            return replace(node, left=change(left), right=change(right))
        case Call(_, operands):
            return replace(node, operands=tuple(map(change, operands)))
        case Reduction(_, _, body, where):
            return replace(node, body=change(body), where=tuple(map(change, where)))
    return node


def walk(root: Expression) -> Iterator[Expression]:
    """Yield ``root`` and every expression inside it, parents first."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def _free_indices(node: Expression) -> set[Index]:
    """Return the indices that ``node`` uses without running over them itself."""
    places: list[Affine] = []
    if isinstance(node, Position):
        places = [node.place]
    elif isinstance(node, Entry):
        places = [s.place if isinstance(s, Digit) else s for s in node.subscripts if not isinstance(s, Entry)]
    own = {index for place in places for index, _ in place.terms}
    found = own.union(*(_free_indices(child) for child in children(node)))
    return found.difference(node.indices) if isinstance(node, Reduction) else found
