"""The layout of a formula in index form: every entry with its subscripts."""

from __future__ import annotations

from collections.abc import Container

from whence.arguments import checks_arguments
from whence.errors import FormulaError
from whence.formula.digits import write_literal
from whence.formula.expressions import (
    Affine,
    Call,
    Constant,
    Digit,
    Entry,
    Expression,
    Formula,
    Index,
    Number,
    Operation,
    Position,
    Reduction,
    Size,
    Subscript,
    walk,
)
from whence.formula.layout import (
    Derivative,
    Fence,
    Fraction,
    Large,
    Letter,
    Node,
    Operator,
    Root,
    Row,
    Script,
    Symbol,
    Word,
    brackets,
    called,
    listed,
    row,
)

ADD, NEGATE, SUM, MULTIPLY, POWER, ATOM = range(6)
COMPARISONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}
_CALLED = {"maximum": "max", "minimum": "min", "sigmoid": "σ"}
Laid = tuple[Node, int]
_SIGNS = {"Sum": "Σ", "Max": "max", "ArgMax": "argmax"}


@checks_arguments
def index_form(formula: Formula, arrays: Container[str]) -> Row:
    """Return the layout of a formula: ``z_1[n, j] = Σ_i x[n, i] · W_1[i, j] + b_1[j]``.

    Parameters
    ----------
    formula : Formula
        The formula.
    arrays : container of str
        The names of all arrays; ``dW1`` is a derivative with respect to ``W1`` if there is a ``W1``.
    """
    writer = IndexForm(arrays)
    return row(writer.lay(formula.target)[0], Operator("="), writer.lay(formula.expression)[0])


def expression_form(expression: Expression, arrays: Container[str]) -> Node:
    """Return the layout of a part of a formula, or of one with indices filled in: ``x[0, i] · W_1[i, 5]``."""
    return IndexForm(arrays, filled=True).lay(expression)[0]


def symbol(name: str, arrays: Container[str]) -> Symbol:
    """Return the symbol of an array, which is a derivative if its name is ``d`` and the name of another."""
    return Symbol(name, name[1:] if name.startswith("d") and name[1:] in arrays else None)


def call_form(function: str, *operands: Node) -> Node:
    """Return the layout of a function of its operands: ``√x``, ``|x|``, ``max(0, x)``."""
    if function == "sqrt":
        return Root(*operands)
    if function == "abs":
        return Fence("|", operands[0], "|")
    if function in ("max0", "min0"):
        return called(function[:3], Word("0"), *operands)
    return called(_CALLED.get(function, function), *operands)


class IndexForm:
    """Lays out each node with its precedence, and adds the brackets that precedence requires.

    Parameters
    ----------
    arrays : container of str
        As for `index_form`.
    filled : bool
        Whether indices are filled in, so that no place is written as an offset in a block: ``3 J + j``.
    """

    def __init__(self, arrays: Container[str], *, filled: bool = False) -> None:
        self.arrays, self.filled = arrays, filled

    def lay(self, node: Expression) -> Laid:
        match node:
            case Number(value):
                return Word(write_literal(value)), ATOM if value >= 0 else NEGATE
            case Constant(name, _):
                return Symbol(name), ATOM
            case Size(index):
                return size_of(index), ATOM
            case Position(place):
                return self.place(place), ATOM if place.bare else ADD
            case Entry():
                return self.entry(node), ATOM
            case Operation(sign, left, right) if sign in COMPARISONS:
                compared = row(self.lay(left)[0], Operator(COMPARISONS[sign]), self.lay(right)[0])
                return Fence("[", compared, "]"), ATOM
            case Operation("/", left, right):
                return Fraction(self.lay(left)[0], self.lay(right)[0]), MULTIPLY
            case Operation("^", left, right):
                return Script(self.bracketed(left, ATOM), upper=self.lay(right)[0]), POWER
            case Operation("*", left, right):
                return row(self.bracketed(left, MULTIPLY), Operator("·"), self.bracketed(right, MULTIPLY)), MULTIPLY
            case Operation(sign, left, right):
                first, second = self.bracketed(left, ADD), self.bracketed(right, SUM)
                return row(first, Operator("+" if sign == "+" else "−"), second), ADD
            case Call("neg", (operand,)):
                return row(Word("−"), self.bracketed(operand, SUM)), NEGATE
            case Call(function, operands):
                return call_form(function, *(self.lay(operand)[0] for operand in operands)), ATOM
            case Reduction():
                return self.reduction(node), SUM
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def bracketed(self, node: Expression, least: int) -> Node:
        laid, precedence = self.lay(node)
        return laid if precedence >= least else brackets(laid)

    def reduction(self, node: Reduction) -> Node:
        """Return one sign for each index, or one for all of them if there are conditions."""
        sign = _SIGNS[node.kind]
        laid = self.bracketed(node.body, SUM if isinstance(node.body, Reduction) else MULTIPLY)
        letters: list[Node] = [Letter(index.name) for index in node.indices]
        if node.where:
            return Large(sign, self.under(node, letters), laid)
        for under in [listed(letters)] if node.kind == "ArgMax" and len(letters) > 1 else reversed(letters):
            laid = Large(sign, under, laid)
        return laid

    def under(self, node: Reduction, letters: list[Node]) -> Node:
        """Return what is below a sign: ``u, v : 0 ≤ h + u − 1 < 5``, or ``s ≤ t`` alone if it names the only index."""
        conditions: list[Node] = []
        before = None
        for condition in node.where:
            match condition:
                case Operation("<" as sign, Position() as place, end) if before == ("<=", place):
                    conditions[-1] = row(conditions[-1], Operator(sign), self.lay(end)[0])
                case Operation(sign, left, right) if sign in COMPARISONS:
                    conditions.append(row(self.lay(left)[0], Operator(COMPARISONS[sign]), self.lay(right)[0]))
                case _:
                    conditions.append(self.lay(condition)[0])
            before = (condition.symbol, condition.right) if isinstance(condition, Operation) else None
        match node.where:
            case (Operation("<" | "<=" | ">" | ">=" | "!=", Position(own)),) if node.indices == (own.bare,):
                return conditions[0]
        return row(listed(letters), Operator(":"), listed(conditions))

    def entry(self, entry: Entry) -> Node:
        name = symbol(entry.array, self.arrays)
        if not entry.subscripts:
            return name
        subscripts = Fence("[", listed([self.subscript(place) for place in entry.subscripts]), "]")
        if name.derivative_of is not None:
            return Derivative(Letter("L"), row(Symbol(name.derivative_of), subscripts), name=row(name, subscripts))
        return row(name, subscripts)

    def subscript(self, subscript: Subscript) -> Node:
        if isinstance(subscript, Digit):
            return self.digit(subscript)
        return self.place(subscript) if isinstance(subscript, Affine) else self.entry(subscript)

    def place(self, place: Affine) -> Node:
        """Return a place on an axis: ``2 i + u − 1``, ``(1 − u) / 2`` if it is divided, ``3 J + j`` in a block."""
        if not self.filled and (blocks := _blocks(place)) > 0:
            index = place.terms[0][0]
            return row(*_multiple(blocks, size_of(index)), Operator("+"), Letter(index.name))
        terms = [(coefficient, _multiple(abs(coefficient), Letter(index.name))) for index, coefficient in place.terms]
        if place.constant or not terms:
            terms.append((place.constant, [Word(str(abs(place.constant)))]))
        if terms[0][0] < 0:
            terms.sort(key=lambda term: term[0] < 0)  # 1 − u rather than −u + 1
        items: list[Node] = [Word("−")] if terms[0][0] < 0 else []
        for number, (value, pieces) in enumerate(terms):
            items += [Operator("−" if value < 0 else "+"), *pieces] if number else pieces
        return Row(tuple(items)) if place.divisor == 1 else Fraction(Row(tuple(items)), Word(str(place.divisor)))

    def digit(self, digit: Digit) -> Node:
        """Return one digit of a number: ``⌊j / 4⌋ mod 3``."""
        if digit.base == 1:
            return Word("0")
        place = self.place(digit.place)
        if digit.divisor != 1:
            inside = place if digit.place.bare else brackets(place)
            place = Fence("⌊", row(inside, Operator("/"), Word(str(digit.divisor))), "⌋")
        elif digit.base is not None and not digit.place.bare:
            place = brackets(place)
        return place if digit.base is None else row(place, Operator("mod"), Word(str(digit.base)))


def _multiple(count: int, letter: Letter) -> list[Node]:
    return [letter] if count == 1 else [Word(str(count)), Operator(""), letter]


def size_of(index: Index) -> Letter:
    """Return the letter for the number of values of an index: ``N`` for ``n``."""
    return Letter(index.name.upper())


def sizes_in(formula: Formula) -> list[Index]:
    """Return the indices whose number of values is in the index form of a formula, each once."""
    found: dict[Index, None] = {}
    for node in walk(formula.expression):
        if isinstance(node, Size):
            found[node.index] = None
        for place in node.subscripts if isinstance(node, Entry) else ():
            if isinstance(place, Affine) and _blocks(place) > 0:
                found[place.terms[0][0]] = None
    return list(found)


def _blocks(place: Affine) -> int:
    """Return how many blocks, each of the extent of its index, come before the block of a place."""
    index, coefficient = place.terms[0] if len(place.terms) == 1 else (None, 0)
    if index is None or not index.extent or coefficient != 1 or place.divisor != 1 or place.constant % index.extent:
        return 0
    return place.constant // index.extent
