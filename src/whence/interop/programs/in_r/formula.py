"""A formula in R: matrix products where there are any, arithmetic of whole matrices, and loops over all other axes.

In the loops, an array over two of the target's indices, its first and its last, is a matrix, and one over one of them a
vector. Loops count from 1, as places on axes in R do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from whence.arrays import Shape
from whence.errors import ArgumentError, FormulaError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size, walk
from whence.formula.expressions import Call, Number, Operation, Position, Reduction, Subscript
from whence.formula.index_form import COMPARISONS
from whence.interop.programs.loops import indented
from whence.interop.programs.pieces import ATOM, PRODUCT, SIGNED, SUM, Part, affine_code, factors_of, number
from whence.interop.programs.sizes import Length, bounds, extents_of, lengths, may_be_outside

_LEVELS = {"+": (SUM, SUM, PRODUCT), "-": (SUM, SUM, PRODUCT), "*": (PRODUCT, PRODUCT, SIGNED)}
_LEVELS |= {"/": (PRODUCT, PRODUCT, SIGNED), "^": (SIGNED, ATOM, ATOM)}
_SIGNS = {"=": "=="}
_PAIRS = {"max0": "pmax({}, 0)", "min0": "pmin({}, 0)"}
HELPERS = {
    "sigmoid": "sigmoid <- function(values) 1 / (1 + exp(-values))",
    "erf": "erf <- function(values) 2 * pnorm(values * sqrt(2)) - 1",
}
"""Functions that formulas need and R lacks, by name."""


class RFormula:
    """Writes one formula.

    Parameters
    ----------
    formula : Formula
        The formula.
    shapes : mapping of str to tuple of int
        The shapes of all arrays.
    names : mapping of str to str
        The identifiers of arrays and indices.
    step : Index, optional
        The index of a loop around the formula.
    of_step : collection of str
        Arrays of which there is only what belongs to this step.

    Attributes
    ----------
    helpers : set of str
        The `HELPERS` that the code calls.
    """

    def __init__(
        self,
        formula: Formula,
        shapes: Mapping[str, Shape],
        names: Mapping[str, str],
        step: Index | None = None,
        of_step: Collection[str] = (),
    ) -> None:
        self.formula, self.shapes, self.names = formula, shapes, names
        self.step, self.of_step = step, of_step
        self.extents = extents_of(formula, shapes)
        self.helpers: set[str] = set()
        indices = [index for index in formula.indices if index != step]
        hard = set(self.hard_indices())
        self.whole = not hard and self.is_elementwise()
        ends = [index for index in dict.fromkeys([*indices[:1], *indices[-1:]]) if index not in hard]
        self.axes = tuple(indices) if self.whole else tuple(ends)
        self.looped = [index for index in indices if index not in self.axes]
        self._made = 0

    def lines(self) -> list[str]:
        """Return the statements that compute all entries of the target."""
        before: list[str] = []
        value = self.value(self.formula.expression, before)
        name = self.names[self.formula.target.array]
        in_parts = self.looped or (self.step is not None and self.formula.target.array not in self.of_step)
        if not in_parts:
            return [*before, f"{name} <- {self.filled(value)}"]
        body = [*before, f"{self.part_of_target()} <- {value.code}"]
        for index in reversed(self.looped):
            body = [self.loop(index), *indented(body), "}"]
        sizes = ", ".join(map(str, lengths(self.shapes[self.formula.target.array])))
        return body if self.step is not None else [f"{name} <- array(0, c({sizes}))", *body]

    def loop(self, index: Index) -> str:
        return f"for ({self.names[index.name]} in seq_len({self.extents[index]})) {{"

    def part_of_target(self) -> str:
        """Return the entries of the target in one pass of the loops."""
        places = ["" if index in self.axes else self.names[index.name] for index in self.formula.indices]
        return f"{self.names[self.formula.target.array]}[{', '.join(places)}]"

    def filled(self, value: Part) -> str:
        """Return a value with all axes of the target."""
        if value.axes == self.axes:
            return value.code
        if len(self.axes) == 2 and len(value.axes) == 2:
            return f"t({value.code})"
        rows = ", ".join(str(self.extents[index]) for index in self.axes)
        by_row = ", byrow = TRUE" if value.axes == self.axes[1:] and value.axes else ""
        return f"matrix({value.code}, {rows}{by_row})" if len(self.axes) == 2 else f"rep({value.code}, {rows})"

    def is_elementwise(self) -> bool:
        """Return whether all entries are at the same place as that of the target."""
        nodes = [*walk(self.formula.expression)]
        entries = [node for node in nodes if isinstance(node, Entry)]
        same = all(entry.subscripts == self.formula.target.subscripts for entry in entries)
        return bool(entries) and same and self.step is None and not any(isinstance(node, Reduction) for node in nodes)

    def hard_indices(self) -> Iterator[Index]:
        """Yield the indices that must be numbers in a loop: those in conditions, sums, multiples and digits."""
        for node in walk(self.formula.expression):
            if isinstance(node, Position):
                yield from (index for index, _ in node.place.terms)
            if isinstance(node, Entry):
                for place, length in zip(node.subscripts, lengths(self.shapes[node.array]), strict=True):
                    yield from self.hard_in(place, length)
                parts = [part for place in node.subscripts for part in _parts(place)]
                named = [place.bare for place in parts if isinstance(place, Affine) and place.bare]
                yield from (index for index in named if named.count(index) > 1)

    def hard_in(self, place: Subscript, length: Length) -> Iterator[Index]:
        if isinstance(place, Entry):
            return
        affine = place.place if isinstance(place, Digit) else place
        easy = isinstance(place, Affine) and [factor for _, factor in place.terms] in ([], [1])
        if not easy or may_be_outside(place, length, self.extents):
            yield from (index for index, _ in affine.terms)

    def value(self, node: Expression, before: list[str]) -> Part:
        """Return an expression as code, and add the statements that must come before."""
        match node:
            case Number(value) | Constant(_, value):
                made = number(value)
                return Part(made.code.replace("np.inf", "Inf"), (), made.level)
            case Size(index):
                return Part(str(self.extents[index]))
            case Position(place):
                return Part(f"({self.affine(place, 0)})")
            case Entry():
                return self.entry_or_zero(node, before)
            case Operation(sign, left, right) if sign in COMPARISONS:
                first, second, axes = self.together(self.value(left, before), self.value(right, before))
                return Part(f"({first.within(SUM)} {_SIGNS.get(sign, sign)} {second.within(SUM)})", axes)
            case Operation(sign, left, right):
                level, *least = _LEVELS[sign]
                first, second, axes = self.together(self.value(left, before), self.value(right, before))
                return Part(f"{first.within(least[0])} {sign} {second.within(least[1])}", axes, level)
            case Call("neg", (operand,)):
                inner = self.value(operand, before)
                return Part(f"-{inner.within(ATOM)}", inner.axes, SIGNED)
            case Call("maximum" | "minimum" as function, (left, right)):
                first, second, axes = self.together(self.value(left, before), self.value(right, before))
                operands = sorted((first, second), key=lambda part: -len(part.axes))
                return Part(f"p{function[:3]}({', '.join(part.code for part in operands)})", axes)
            case Call(function, (operand,)):
                inner = self.value(operand, before)
                self.helpers |= {function} & HELPERS.keys()
                return Part(_PAIRS.get(function, f"{function}({{}})").format(inner.code), inner.axes)
            case Reduction():
                return self.reduction(node, before)
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def together(self, left: Part, right: Part) -> tuple[Part, Part, tuple[Index, ...]]:
        """Return two parts that R combines entry by entry, and the axes of what they give."""
        wide, narrow = (left, right) if len(left.axes) >= len(right.axes) else (right, left)
        if not narrow.axes or narrow.axes == wide.axes or narrow.axes == wide.axes[:1]:
            return left, right, wide.axes
        if len(narrow.axes) == 2:
            turned = Part(f"t({narrow.code})", wide.axes)
        elif len(wide.axes) == 2:
            turned = Part(f"rep({narrow.code}, each = {self.extents[wide.axes[0]]})", wide.axes)
        else:
            first, second = sorted((left, right), key=lambda part: self.axes.index(part.axes[0]))
            sizes = ", ".join(str(self.extents[part.axes[0]]) for part in (first, second))
            turned = Part(f"matrix({second.code}, {sizes}, byrow = TRUE)", (*first.axes, *second.axes))
            return (first, turned, turned.axes) if left is first else (turned, first, turned.axes)
        return (turned, right, wide.axes) if narrow is left else (left, turned, wide.axes)

    def reduction(self, node: Reduction, before: list[str]) -> Part:
        if node.kind == "ArgMax":
            raise ArgumentError(
                f"the formula of {self.formula.target.array} finds the place of a maximum, which programs in R do not; "
                "export with: --to numpy"
            )
        return self.of_matrix(node, before) or self.by_loops(node, before)

    def of_matrix(self, node: Reduction, before: list[str]) -> Part | None:
        """Return a sum or a maximum over the rows or the columns of a matrix, if it is one."""
        hard, own = set(self.hard_indices()), self.axes
        if hard & {*node.indices} or len(own) + len(node.indices) > 2 or node.where or self.looped or self.whole:
            return None
        inner: list[str] = []
        self.axes = (*own, *node.indices)
        body = self.value(node.body, inner)
        self.axes = own
        if inner or {*body.axes} != {*own, *node.indices}:
            return None
        if not own:
            return Part(f"{node.kind.lower()}({body.code})")
        if node.kind == "Max":
            return Part(f"apply({body.code}, {1 + body.axes.index(own[0])}, max)", own)
        return Part(f"{'row' if body.axes[0] == own[0] else 'col'}Sums({body.code})", own)

    def by_loops(self, node: Reduction, before: list[str]) -> Part:
        """Return a reduction: as a matrix product over one index if there is one, and by loops over the others."""
        inner: list[str] = []
        conditions = [self.condition(each) for each in node.where]
        product = None
        if node.kind == "Sum":
            entries = [factor for factor in factors_of(node.body) if isinstance(factor, Entry)]
            conditions += [check for entry in entries for check in self.checks(entry)]
            product = self.matrix_product(node, inner)
        index, term = product or (None, self.value(node.body, inner))
        loops = [each for each in node.indices if each != index]
        check = " && ".join(dict.fromkeys(conditions))
        if not loops:
            code = f"(if ({check}) {term.code} else 0)" if check else term.code
            return Part(code, term.axes, ATOM if check else term.level)
        name = self.fresh("sum" if node.kind == "Sum" else "largest")
        added = f"{name} + {term.within(PRODUCT)}" if node.kind == "Sum" else f"pmax({term.code}, {name})"
        body = [*inner, f"{f'if ({check}) ' if check else ''}{name} <- {added}"]
        for each in reversed(loops):
            body = [self.loop(each), *indented(body), "}"]
        before += [f"{name} <- {'0' if node.kind == 'Sum' else '-Inf'}", *body]
        return Part(name, term.axes)

    def matrix_product(self, node: Reduction, inner: list[str]) -> tuple[Index, Part] | None:
        """Return the index of a matrix product in a sum of products, and the product."""
        factors = factors_of(node.body)
        if len(self.axes) != 2 or len(factors) != 2:
            return None
        hard, own = set(self.hard_indices()), self.axes
        for index in node.indices:
            if index in hard:
                continue
            self.axes = (*own, index)
            first, second = sorted(
                (self.value(factor, inner) for factor in factors), key=lambda part: own[0] not in part.axes
            )
            self.axes = own
            if {*first.axes} == {own[0], index} and {*second.axes} == {own[1], index}:
                left = first.within(ATOM) if first.axes[0] == own[0] else f"t({first.code})"
                right = second.within(ATOM) if second.axes[0] == index else f"t({second.code})"
                return index, Part(f"{left} %*% {right}", own, PRODUCT)
        return None

    def condition(self, node: Expression) -> str:
        before: list[str] = []
        made = self.value(node, before)
        if before or made.axes:
            raise ArgumentError(
                f"the formula of {self.formula.target.array} has a condition that depends on the sample, which "
                "programs in R do not; export with: --to numpy"
            )
        return made.code

    def checks(self, entry: Entry) -> Iterator[str]:
        """Yield the conditions under which an entry is inside its array."""
        for place, length in zip(entry.subscripts, lengths(self.shapes[entry.array]), strict=True):
            if not isinstance(place, Affine) or not may_be_outside(place, length, self.extents):
                continue
            code, ends, divisor = self.affine(place, 0), bounds(place, self.extents), place.divisor
            if ends is None or ends[0] < 0:
                yield f"{code} >= 0"
            if divisor != 1:
                yield f"({code}) %% {divisor} == 0"
            if ends is None or not isinstance(length, int) or ends[1] >= length * divisor:
                yield f"{code} < {length if divisor == 1 else f'{length} * {divisor}'}"

    def entry_or_zero(self, entry: Entry, before: list[str]) -> Part:
        made = self.entry(entry)
        check = " && ".join(self.checks(entry))
        in_sum = any(
            isinstance(node, Reduction) and entry in factors_of(node.body) for node in walk(self.formula.expression)
        )
        return Part(f"(if ({check}) {made.code} else 0)", made.axes) if check and not in_sum else made

    def entry(self, entry: Entry) -> Part:
        """Return the entries of an array at all values of the indices of matrices and vectors."""
        name, sizes = self.names[entry.array], lengths(self.shapes[entry.array])
        if entry.array in self.of_step:
            kept = [axis for axis, place in enumerate(entry.subscripts) if _bare(place) != self.step]
            entry = Entry(entry.array, tuple(entry.subscripts[axis] for axis in kept))
            sizes = tuple(sizes[axis] for axis in kept)
        places, axes = [], []
        for place, length in zip(entry.subscripts, sizes, strict=True):
            code, index = self.place(place, length)
            places.append(code)
            axes += [index] if index is not None else []
        if not any(places):
            return Part(name, tuple(axes))
        code = f"{name}[{', '.join(places)}]"
        if len(axes) == 2 and len(sizes) == 2:
            code = f"{name}[{', '.join(places)}, drop = FALSE]"
        elif len(axes) == 2:
            code = f"matrix({code}, nrow = {self.extents[axes[0]]})"
        return Part(code, tuple(axes))

    def place(self, place: Subscript, length: Length) -> tuple[str, Index | None]:
        """Return a place on an axis, counted from 1, and the index whose values it takes all of, if there is one."""
        if isinstance(place, Entry):
            made = self.entry(place)
            if len(made.axes) > 1:
                raise ArgumentError(f"{self.formula.target.array} is read at too many places; export with: --to numpy")
            return f"{made.code} + 1", made.axes[0] if made.axes else None
        if isinstance(place, Digit):
            code = f"({self.affine(place.place, 0)})"
            code += f" %/% {place.divisor}" if place.divisor > 1 else ""
            return f"{code}{'' if place.base is None else f' %% {place.base}'} + 1", None
        index = place.terms[0][0] if place.terms else None
        if index in self.axes:
            extent = self.extents[index]
            if extent == length:
                return "", index
            assert isinstance(extent, int)
            return f"{place.constant + 1}:{place.constant + extent}", index
        if place.divisor == 1:
            return self.affine(place, 1), None
        return f"({self.affine(place, 0)}) / {place.divisor} + 1", None

    def affine(self, place: Affine, first: int) -> str:
        """Return a place before its division, of indices that are counted from 1, itself counted from ``first``."""
        constant = place.constant + first - sum(factor for _, factor in place.terms)
        return affine_code(Affine(place.terms, constant), {index: self.names[index.name] for index, _ in place.terms})

    def fresh(self, name: str) -> str:
        self._made += 1
        return name if self._made == 1 else f"{name}{self._made}"


def _parts(place: Subscript) -> Sequence[Subscript]:
    """Return a place, or the places in an entry that it is read from."""
    return place.subscripts if isinstance(place, Entry) else [place]


def _bare(place: Subscript) -> Index | None:
    return place.bare if isinstance(place, Affine) else None
