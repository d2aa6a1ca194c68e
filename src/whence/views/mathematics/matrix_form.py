"""The matrix form of a formula, recognised from the structure of its index form.

``Σ_k A[n, k] · B[k, j]`` is ``A B``; ``Σ_n A[n, i] · B[n, j]`` is ``Aᵀ B``; a sum over samples is ``𝟏ᵀ A``. Elementwise
products are ``⊙``; functions, fractions and comparisons are elementwise. Other structures have no matrix form.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from whence.arguments import checks_arguments
from whence.formula import Affine, Constant, Entry, Expression, Formula, Index, Size, layout
from whence.formula.expressions import Call, Number, Operation, Position, Reduction
from whence.formula.index_form import ATOM, COMPARISONS, IndexForm, call_form, symbol
from whence.formula.layout import Fence, Node, Operator, Row, Script, Transposed, Word, brackets, called, row
from whence.views.mathematics.orientation import SAMPLES

ONE_HOT = "Y"
"""The one-hot matrix, one row for each sample: the matrix form of ``[j = y[n]]``."""

_SUM, _HADAMARD, _PRODUCT, _ATOM = range(4)


@checks_arguments
def matrix_form(formula: Formula, arrays: Container[str], *, rows: bool = True) -> Row | None:
    """Return the matrix form of a formula, or None if none is recognised.

    Parameters
    ----------
    formula : Formula
        The formula, with samples as rows or columns according to ``rows``.
    arrays : container of str
        The names of all arrays.
    rows : bool
        Whether samples are rows. An array with one axis is then a column if the axis is samples, otherwise a row.
    """
    target = formula.indices
    if len(target) > 2 or not (target or _reduces(formula.expression)):
        return None
    reader = _Reader(arrays, target, rows)
    try:
        made = reader.spread(reader.read(formula.expression), target)
    except _NoMatrix:
        return None
    return row(symbol(formula.target.array, arrays), Operator("="), made.node)


class _NoMatrix(Exception):
    """No matrix form is recognised."""


@dataclass(frozen=True)
class _Matrix:
    """A part of a formula: its layout, the indices of its axes, and its precedence."""

    node: Node
    axes: tuple[Index, ...]
    precedence: int

    def within(self, least: int) -> Node:
        """Return the layout, in brackets if its precedence is lower than ``least``."""
        return self.node if self.precedence >= least else brackets(self.node)


class _Reader:
    def __init__(self, arrays: Container[str], target: tuple[Index, ...], rows: bool) -> None:
        self.arrays, self.target, self.rows = arrays, target, rows

    def read(self, node: Expression) -> _Matrix:
        """Return an expression as a matrix, a vector or a number."""
        match node:
            case Number() | Constant() | Size():
                laid, precedence = IndexForm(self.arrays).lay(node)
                return _Matrix(laid, (), _ATOM if precedence == ATOM else _SUM)
            case Entry():
                return self.entry(node)
            case Operation("=", Position(place), Entry(array, subscripts)) if place.bare and len(subscripts) == 1:
                return self.one_hot(place.bare, array, subscripts[0])
            case Operation(sign, left, right) if sign in COMPARISONS:
                first, second = self.alike(self.read(left), self.read(right))
                compared = row(first.node, Operator(COMPARISONS[sign]), second.node)
                return replace(_with_axes(first, second), node=Fence("[", compared, "]"), precedence=_ATOM)
            case Operation("+" | "-" as sign, left, right):
                return self.add(sign, self.read(left), self.read(right))
            case Operation("*", left, right):
                return self.multiply(self.read(left), self.read(right))
            case Operation("/", left, right):
                return self.divide(self.read(left), self.read(right))
            case Operation("^", left, right):
                return self.power(self.read(left), self.read(right))
            case Call("neg", (operand,)):
                inner = self.read(operand)
                return replace(inner, node=row(Word("−"), inner.within(_PRODUCT)), precedence=_SUM)
            case Call(function, operands):
                return self.call(function, [self.read(operand) for operand in operands])
            case Reduction("Sum", indices, body, ()):
                return self.sum(indices, body)
        raise _NoMatrix

    def entry(self, entry: Entry) -> _Matrix:
        places = [place.bare if isinstance(place, Affine) else None for place in entry.subscripts]
        name = symbol(entry.array, self.arrays)
        axes = tuple(place for place in places if place is not None)
        if len(axes) == len(places) <= 2 and len(set(axes)) == len(axes):
            return _Matrix(name, axes, _ATOM)
        raise _NoMatrix

    def is_column(self, axes: Sequence[Index]) -> bool:
        """Return whether an array of one axis is a column: over samples where samples are rows, and the reverse."""
        return len(axes) == 1 and (axes[0].name == SAMPLES) == self.rows

    def one_hot(self, classes: Index, array: str, label: object) -> _Matrix:
        samples = label.bare if isinstance(label, Affine) else None
        if samples is None:
            raise _NoMatrix
        axes = (samples, classes) if self.rows else (classes, samples)
        return _Matrix(symbol(ONE_HOT, ()), axes, _ATOM)

    def add(self, sign: str, left: _Matrix, right: _Matrix) -> _Matrix:
        left, right = self.alike(left, right)
        second = right.within(_SUM if sign == "+" else _HADAMARD)
        summed = row(left.node, Operator("+" if sign == "+" else "−"), second)
        return replace(_with_axes(left, right), node=summed, precedence=_SUM)

    def alike(self, left: _Matrix, right: _Matrix) -> tuple[_Matrix, _Matrix]:
        """Return both with the same axes in the same order; numbers stay as they are."""
        wider = left if len(left.axes) >= len(right.axes) else right
        axes = self.ordered(wider.axes)
        left = self.spread(left, axes) if left.axes else left
        right = self.spread(right, axes) if right.axes else right
        return left, right

    def ordered(self, axes: tuple[Index, ...]) -> tuple[Index, ...]:
        """Return axes in the order of the target's axes, if they are the same."""
        return self.target if set(axes) == set(self.target) else axes

    def spread(self, matrix: _Matrix, axes: tuple[Index, ...]) -> _Matrix:
        """Return a matrix on the given axes: unchanged, transposed, or a vector repeated by a product with ones."""
        if not set(matrix.axes) <= set(axes):
            raise _NoMatrix
        if matrix.axes == axes or not matrix.axes:
            return matrix
        if len(matrix.axes) == 2:
            return _transposed(matrix, axes)
        (other,) = set(axes) - set(matrix.axes)
        return self.outer(matrix, self.ones(other), axes)

    def as_vector(self, vector: _Matrix, column: bool) -> _Matrix:
        """Return a vector as a column or as a row."""
        return vector if self.is_column(vector.axes) == column else _transposed(vector, vector.axes)

    def ones(self, index: Index) -> _Matrix:
        """Return a vector of ones."""
        return _Matrix(layout.Ones() if self.is_column((index,)) else Transposed(layout.Ones()), (index,), _ATOM)

    def multiply(self, left: _Matrix, right: _Matrix) -> _Matrix:
        if not left.axes or not right.axes:
            sign = "·" if not left.axes and not right.axes else ""
            product = _joined(left, sign, right, _HADAMARD)
            return replace(_with_axes(left, right), node=product, precedence=_PRODUCT if not sign else _HADAMARD)
        if set(left.axes) == set(right.axes):
            left, right = self.alike(left, right)
            return replace(left, node=_joined(left, "⊙", right, _HADAMARD), precedence=_HADAMARD)
        if len(left.axes) == 1 and len(right.axes) == 1:
            return self.outer(left, right, self.ordered((*left.axes, *right.axes)))
        wide, narrow = (left, right) if len(left.axes) == 2 else (right, left)
        if len(wide.axes) != 2 or len(narrow.axes) != 1 or narrow.axes[0] not in wide.axes:
            raise _NoMatrix
        return self.scale(wide, narrow, called("diag", narrow.node))

    def outer(self, left: _Matrix, right: _Matrix, axes: tuple[Index, ...]) -> _Matrix:
        """Return the outer product of two vectors, a column and a row."""
        first, second = (left, right) if left.axes[0] == axes[0] else (right, left)
        return self.product(self.as_vector(first, True), self.as_vector(second, False), axes)

    def product(self, left: _Matrix, right: _Matrix, axes: tuple[Index, ...]) -> _Matrix:
        """Return a matrix product."""
        return _Matrix(_joined(left, "", right, _PRODUCT), axes, _PRODUCT)

    def scale(self, wide: _Matrix, narrow: _Matrix, diagonal: Node) -> _Matrix:
        """Return a matrix with scaled rows or columns, as a product with a diagonal matrix."""
        axes = self.ordered(wide.axes)
        wide = self.spread(wide, axes)
        factor = _Matrix(diagonal, axes, _ATOM)
        left, right = (factor, wide) if narrow.axes[0] == axes[0] else (wide, factor)
        return self.product(left, right, axes)

    def divide(self, left: _Matrix, right: _Matrix) -> _Matrix:
        if len(left.axes) == 2 and len(right.axes) == 1:
            return self.scale(left, right, Script(called("diag", right.node), upper=Word("−1")))
        if left.axes and right.axes and set(left.axes) != set(right.axes):
            raise _NoMatrix
        left, right = self.alike(left, right)
        return replace(_with_axes(left, right), node=layout.Fraction(left.node, right.node), precedence=_PRODUCT)

    def power(self, base: _Matrix, exponent: _Matrix) -> _Matrix:
        if exponent.axes:
            raise _NoMatrix
        upper = exponent.node if not base.axes else row(Operator("⊙"), exponent.node)
        return replace(base, node=Script(base.within(_ATOM), upper=upper), precedence=_ATOM)

    def call(self, function: str, operands: list[_Matrix]) -> _Matrix:
        if len(operands) == 2:
            operands = list(self.alike(*operands))
        node = call_form(function, *(operand.node for operand in operands))
        return replace(reduce(_with_axes, operands), node=node, precedence=_ATOM)

    def sum(self, indices: tuple[Index, ...], body: Expression) -> _Matrix:
        *outer, innermost = indices
        summed = self.over(innermost, [self.read(factor) for factor in _factors(body)])
        for index in reversed(outer):
            summed = self.over(index, [summed])
        return summed

    def over(self, index: Index, factors: list[_Matrix]) -> _Matrix:
        """Return the sum of a product over an index: a matrix product, or a product with ones."""
        outside = [factor for factor in factors if index not in factor.axes]
        groups: dict[frozenset[Index], _Matrix] = {}
        for factor in factors:
            if index in factor.axes:
                key = frozenset(factor.axes)
                groups[key] = self.multiply(groups[key], factor) if key in groups else factor
        pair = [*groups.values(), self.ones(index)] if len(groups) == 1 else list(groups.values())
        if len(pair) != 2:
            raise _NoMatrix
        return reduce(self.multiply, outside, self.contract(index, *pair))

    def contract(self, index: Index, left: _Matrix, right: _Matrix) -> _Matrix:
        """Return the sum over the axis that two factors share, as their matrix product."""
        kept = tuple(axis for matrix in (left, right) for axis in matrix.axes if axis != index)
        if len(set(kept)) < len(kept):
            raise _NoMatrix
        if len(kept) == 2:
            axes = self.ordered(kept)
            first, second = (left, right) if axes[0] in left.axes else (right, left)
            return self.product(self.spread(first, (axes[0], index)), self.spread(second, (index, axes[1])), axes)
        wide, narrow = (right, left) if len(right.axes) == 2 else (left, right)
        if self.is_column(kept) or not (kept or self.is_column(wide.axes)):
            return self.product(self.spread(wide, (*kept, index)), self.as_vector(narrow, True), kept)
        return self.product(self.as_vector(narrow, False), self.spread(wide, (index, *kept)), kept)


def _with_axes(left: _Matrix, right: _Matrix) -> _Matrix:
    """Return the one of two parts that has axes."""
    return left if left.axes else right


def _joined(left: _Matrix, sign: str, right: _Matrix, precedence: int) -> Node:
    return row(left.within(precedence), Operator(sign), right.within(precedence))


def _transposed(matrix: _Matrix, axes: tuple[Index, ...]) -> _Matrix:
    if isinstance(matrix.node, Transposed):
        return replace(matrix, node=matrix.node.base, axes=axes)
    return _Matrix(Transposed(matrix.within(_ATOM)), axes, _ATOM)


def _factors(node: Expression) -> list[Expression]:
    match node:
        case Operation("*", left, right):
            return _factors(left) + _factors(right)
    return [node]


def _reduces(node: Expression) -> bool:
    """Return whether an expression is a sum of array entries, so that its matrix form is useful."""
    match node:
        case Reduction("Sum"):
            return True
        case Operation("/" | "*", left, right):
            return _reduces(left) or _reduces(right)
    return False
