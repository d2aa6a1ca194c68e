"""The language of index formulas: ``z[n, j] << Sum(k, x[n, k] * W[k, j]) + b[j]``.

A formula says how one entry of an array is computed from entries of others. Expressions are immutable trees, which
`whence.formula.evaluate` evaluates and `whence.formula.index_form` lays out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, TypeAlias, Union

from whence.arguments import checks_arguments, shown
from whence.drawings import drawings
from whence.errors import FormulaError

Operand: TypeAlias = Union["Expression", "Index", "Affine", float, int]
Subscript: TypeAlias = Union["Affine", "Digit", "Entry"]


def _operator(symbol: str, *, reflected: bool = False) -> Callable[[Any, Operand], Expression]:
    def operate(own: Operand, other: Operand) -> Expression:
        left, right = (other, own) if reflected else (own, other)
        return Operation(symbol, expression(left), expression(right))

    return operate


class _Comparable:
    """What can be compared: 1 where the comparison holds and 0 elsewhere; ``==`` compares trees, `equals` values."""

    __slots__ = ()
    __lt__ = _operator("<")
    __le__ = _operator("<=")
    __gt__ = _operator(">")
    __ge__ = _operator(">=")


class Expression(_Comparable):
    """Base of everything that has a value: entries of arrays, numbers, and what is computed from them."""

    __slots__ = ()
    __add__ = _operator("+")
    __radd__ = _operator("+", reflected=True)
    __sub__ = _operator("-")
    __rsub__ = _operator("-", reflected=True)
    __mul__ = _operator("*")
    __rmul__ = _operator("*", reflected=True)
    __truediv__ = _operator("/")
    __rtruediv__ = _operator("/", reflected=True)
    __pow__ = _operator("^")

    def __neg__(self) -> Expression:
        return Call("neg", (self,))


class _Place(_Comparable):
    """A place on an axis: an index, or an affine function of indices."""

    __slots__ = ()

    def affine(self) -> Affine:
        raise NotImplementedError

    def __add__(self, other: Affine | Index | int) -> Affine:
        if not isinstance(other, _Place | Integral):
            return NotImplemented
        left, right = self.affine(), affine(other)
        if left.divisor != 1 or right.divisor != 1:
            raise FormulaError("a divided subscript cannot be added to; divide last")
        coefficients: dict[Index, int] = dict(left.terms)
        for index, coefficient in right.terms:
            coefficients[index] = coefficients.get(index, 0) + coefficient
        terms = tuple((index, coefficient) for index, coefficient in coefficients.items() if coefficient)
        return Affine(terms, left.constant + right.constant)

    def __radd__(self, other: int) -> Affine:
        return self + other

    def __sub__(self, other: Affine | Index | int) -> Affine:
        return self + -affine(other) if isinstance(other, _Place | Integral) else NotImplemented

    def __rsub__(self, other: int) -> Affine:
        return -self + other

    def __mul__(self, factor: int) -> Affine:
        if not isinstance(factor, Integral):
            return NotImplemented
        own = self.affine()
        if own.divisor != 1:
            raise FormulaError("a divided subscript cannot be multiplied; divide last")
        terms = tuple((index, coefficient * factor) for index, coefficient in own.terms if factor)
        return Affine(terms, own.constant * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return self * -1

    def __floordiv__(self, divisor: int) -> Affine:
        if divisor < 1:
            raise FormulaError(f"a subscript is divided by {divisor}; it must be a positive whole number")
        own = self.affine()
        return Affine(own.terms, own.constant, own.divisor * divisor)


@dataclass(frozen=True, slots=True)
class Affine(_Place):
    """A place on an axis: ``(Σ coefficient · index + constant) / divisor``.

    Where the division leaves a remainder, or the place is outside the array, the entry is zero: this gives padding, and
    the gaps that a stride leaves.
    """

    terms: tuple[tuple[Index, int], ...]
    constant: int = 0
    divisor: int = 1

    def affine(self) -> Affine:
        return self

    @property
    def bare(self) -> Index | None:
        """The index, if this place is just an index."""
        plain = len(self.terms) == 1 and self.terms[0][1] == 1 and self.constant == 0 and self.divisor == 1
        return self.terms[0][0] if plain else None


@dataclass(frozen=True, slots=True)
class Digit:
    """A place on an axis that is one digit of a number: ``⌊place / divisor⌋ mod base``.

    It gives the row, column and channel of an entry of a flattened image:
    ``x[n, ⌊j / 12⌋, ⌊j / 4⌋ mod 3, j mod 4]``.

    Parameters
    ----------
    place : Affine
        The number; not divided itself.
    divisor : int
        How many consecutive numbers share this digit.
    base : int, optional
        How many values the digit has; None for the leading digit.
    """

    place: Affine
    divisor: int
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Index(_Place):
    """An index, such as the sample ``n`` or the unit ``j``.

    Parameters
    ----------
    name : str
        One letter, as on paper.
    extent : int, optional
        The number of values. It is needed for an index that is nowhere a whole subscript, such as one over a pooling
        window, and for one over a part of an axis, such as the units of a gate. Otherwise it is the length of the axes
        that the index is the subscript of.
    """

    name: str
    extent: int | None = None

    def affine(self) -> Affine:
        return Affine(((self, 1),))


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
    """The number of values that an index takes: ``N`` for the index ``n``."""

    index: Index


@dataclass(frozen=True, slots=True)
class Position(Expression):
    """The value of an index itself, as in ``j = y[n]``."""

    place: Affine


@dataclass(frozen=True, slots=True)
class Entry(Expression):
    """One entry of an array: ``x[n, k]``; an array without axes has one entry, ``loss``."""

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
    """A reduction of the terms at all values of the indices at which all conditions hold.

    Parameters
    ----------
    kind : str
        ``"Sum"``, ``"Max"``, or ``"ArgMax"``: the place of the first largest term, counted in C order over the indices.
    indices : tuple of Index
        The indices that it runs over.
    body : Expression
        The terms.
    where : tuple of Expression
        The conditions; there is a term where none of them is zero.
    """

    kind: str
    indices: tuple[Index, ...]
    body: Expression
    where: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """How every entry of one array is computed.

    Parameters
    ----------
    target : Entry
        The entry that is computed; its subscripts are plain indices.
    expression : Expression
        What it is computed from.
    """

    target: Entry
    expression: Expression

    def __str__(self) -> str:
        return drawings["formula"](self)

    def __post_init__(self) -> None:
        for subscript in self.target.subscripts:
            if not isinstance(subscript, Affine) or subscript.bare is None:
                raise FormulaError(f"the left side of the formula for {self.target.array} may only have plain indices")
        if len(set(self.indices)) < len(self.indices):
            raise FormulaError(f"the left side of the formula for {self.target.array} has one index twice")
        for index in sorted(free_indices(self.expression) - set(self.indices), key=lambda index: index.name):
            raise FormulaError(
                f"the formula for {self.target.array} uses the index {index.name}, "
                "which is neither on its left side nor summed over"
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
    """An array in formulas, by its name; subscripting it gives an entry."""

    name: str

    def __getitem__(self, subscripts: Index | Subscript | int | tuple[Index | Subscript | int, ...]) -> Entry:
        if not isinstance(subscripts, tuple):
            subscripts = (subscripts,)
        return Entry(self.name, tuple(s if isinstance(s, Digit | Entry) else affine(s) for s in subscripts))


@checks_arguments
def indices(names: str) -> tuple[Index, ...]:
    """Return an `Index` for each of the names, separated by spaces."""
    return tuple(Index(name) for name in names.split())


@checks_arguments
def tensors(names: str) -> tuple[Tensor, ...]:
    """Return a `Tensor` for each of the names, separated by spaces."""
    return tuple(Tensor(name) for name in names.split())


@checks_arguments
def scalar(name: str) -> Entry:
    """Return the only entry of an array without axes."""
    return Entry(name, ())


def expression(operand: Operand) -> Expression:
    """Return an operand as an expression: numbers as `Number`, indices as `Position`."""
    if isinstance(operand, Expression):
        return operand
    if isinstance(operand, Index | Affine):
        return Position(affine(operand))
    if isinstance(operand, Real):
        return Number(float(operand))
    raise FormulaError(f"{shown(operand)} stands in a formula; expected an entry of an array, an index or a number")


def affine(place: Affine | Index | int) -> Affine:
    """Return an index or a whole number as an affine place."""
    if isinstance(place, _Place):
        return place.affine()
    if isinstance(place, Integral):
        return Affine((), int(place))
    raise FormulaError(f"a subscript is {shown(place)}; expected an index or a whole number")


@checks_arguments
def within(index: Index) -> Digit:
    """Return an index as the subscript of an axis that may be longer than its extent, as a table of positions is."""
    return Digit(affine(index), 1)


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct subexpressions of ``node``, including subscripts read from arrays."""
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


def rebuilt(node: Expression, change: Callable[[Any], Any]) -> Expression:
    """Return ``node`` with ``change`` applied to each of its `children`."""
    match node:
        case Entry(array, subscripts):
            return Entry(array, tuple(change(s) if isinstance(s, Entry) else s for s in subscripts))
        case Operation(symbol, left, right):
            return Operation(symbol, change(left), change(right))
        case Call(name, operands):
            return Call(name, tuple(map(change, operands)))
        case Reduction(kind, indices, body, where):
            return Reduction(kind, indices, change(body), tuple(map(change, where)))
    return node


def walk(root: Expression) -> Iterator[Expression]:
    """Yield ``root`` and every expression in it, parents first."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def free_indices(node: Expression) -> set[Index]:
    """Return the indices of ``node`` that no reduction in it runs over."""
    places: list[Affine] = []
    if isinstance(node, Position):
        places = [node.place]
    elif isinstance(node, Entry):
        places = [s.place if isinstance(s, Digit) else s for s in node.subscripts if not isinstance(s, Entry)]
    own = {index for place in places for index, _ in place.terms}
    found = own.union(*(free_indices(child) for child in children(node)))
    return found.difference(node.indices) if isinstance(node, Reduction) else found
