"""A formula as NumPy: an expression over whole arrays, whose axes are indices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whence.arrays import Shape
from whence.errors import FormulaError
from whence.formula import Affine, Constant, Digit, Entry, Expression, Formula, Index, Size
from whence.formula.expressions import Call, Number, Operation, Position, Reduction, Subscript
from whence.formula.index_form import COMPARISONS
from whence.interop.programs.pieces import ATOM, POWER, PRODUCT, SIGNED, SUM, Part, affine_code, factors_of, number
from whence.interop.programs.sizes import Length, extents_of, lengths, may_be_outside

_SIGNS = {"=": "==", "^": "**"}
_LEVELS = {  # that of the result, and the lowest of each operand without brackets
    "+": (SUM, SUM, PRODUCT),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, SIGNED),
    "/": (PRODUCT, PRODUCT, SIGNED),
    "^": (POWER, ATOM, POWER),
}
_CALLS = {"max0": "np.maximum(0, {})", "min0": "np.minimum(0, {})", "sigmoid": "sigmoid({})", "erf": "erf({})"}
HELPERS = {
    "sigmoid": '''def sigmoid(values):
    """Return 1 / (1 + exp(-values))."""
    return 1 / (1 + np.exp(-values))''',
    "erf": '''def erf(values):
    """Return the error function of every entry."""
    return np.vectorize(math.erf, otypes=[float])(values)''',
    "padded": '''def padded(array, *places):
    """Return array[places], and zero where a place is outside the array."""
    inside, clipped = np.array(True), []
    for place, length in zip(places, array.shape):
        if not isinstance(place, slice):
            inside = inside & (place >= 0) & (place < length)
            place = np.clip(place, 0, length - 1)
        clipped.append(place)
    last = max(axis for axis, place in enumerate(places) if not isinstance(place, slice))
    return array[tuple(clipped)] * inside.reshape(inside.shape + (1,) * (array.ndim - 1 - last))''',
}
"""Functions that formulas need and NumPy lacks, by name."""


class NumpyFormula:
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
        The index of a loop around the formula, which is a number in it.
    of_step : collection of str
        Arrays of which there is only what belongs to this step.
    with_rest : collection of str
        Arrays with one more step at the end, which is zero: the step before the first, and after the last.

    Attributes
    ----------
    before : list of str
        Statements that must come before the code.
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
        with_rest: Collection[str] = (),
    ) -> None:
        self.formula, self.shapes, self.names = formula, shapes, names
        self.step, self.of_step, self.with_rest = step, of_step, with_rest
        self.extents = extents_of(formula, shapes)
        self.order = [index for index in formula.indices if index != step]
        self.before: list[str] = []
        self.helpers: set[str] = set()
        self._grids: dict[tuple[Index, ...], dict[Index, str]] = {}

    def code(self) -> str:
        """Return the code of the right-hand side, with the axes of the target."""
        axes = tuple(self.order)
        made = self.value(self.formula.expression)
        code = self.aligned(made, axes)
        if made.axes != axes:
            shape = ", ".join(str(self.extents[index]) for index in axes)
            code = Part(f"np.broadcast_to({code.code}, ({shape}{',' * (len(axes) == 1)}))")
        return code.code

    def value(self, node: Expression) -> Part:
        """Return an expression as code."""
        match node:
            case Number(value) | Constant(_, value):
                return number(value)
            case Size(index):
                return Part(str(self.extents[index]))
            case Position(place):
                return self.position(place)
            case Entry():
                return self.entry(node)
            case Operation(sign, left, right) if sign in COMPARISONS:
                return replaced_level(self.compared(sign, left, right), "1.0 * {}", PRODUCT)
            case Operation(sign, left, right):
                level, *least = _LEVELS[sign]
                axes, (first, second) = self.together([self.value(left), self.value(right)])
                code = f"{first.within(least[0])} {_SIGNS.get(sign, sign)} {second.within(least[1])}"
                return Part(code, axes, level)
            case Call("neg", (operand,)):
                inner = self.value(operand)
                return Part(f"-{inner.within(SIGNED)}", inner.axes, SIGNED)
            case Call(function, operands):
                axes, parts = self.together([self.value(operand) for operand in operands])
                self.helpers |= {function} & HELPERS.keys()
                code = _CALLS.get(function, f"np.{function}({{}})").format(", ".join(part.code for part in parts))
                return Part(code, axes)
            case Reduction():
                return self.reduction(node)
        raise FormulaError(f"{type(node).__name__} is not an expression")

    def compared(self, sign: str, left: Expression, right: Expression) -> Part:
        """Return a comparison as code, in brackets."""
        axes, (first, second) = self.together([self.value(left), self.value(right)])
        return Part(f"({first.within(SUM)} {_SIGNS.get(sign, sign)} {second.within(SUM)})", axes)

    def together(self, parts: Sequence[Part]) -> tuple[tuple[Index, ...], list[Part]]:
        """Return parts that broadcast together, and the indices of the axes of what is computed from them."""
        axes = self.sorted({index for part in parts for index in part.axes})
        return axes, [self.aligned(part, axes) for part in parts]

    def sorted(self, axes: set[Index]) -> tuple[Index, ...]:
        """Return axes in the order of the target's, then of the reductions'."""
        return tuple(sorted(axes, key=self.order.index))

    def aligned(self, part: Part, axes: tuple[Index, ...]) -> Part:
        """Return a part as code that broadcasts with an array of these axes."""
        own = self.sorted({*part.axes})
        if part.axes != own:
            order = [part.axes.index(index) for index in own]
            turned = ".T" if len(own) == 2 else f".transpose({', '.join(map(str, order))})"
            part = Part(f"{part.within(ATOM)}{turned}", own)
        if not own or own == axes[len(axes) - len(own) :]:
            return part
        spread = axes[axes.index(own[0]) :]
        places = ", ".join(":" if index in own else "None" for index in spread)
        return Part(f"{part.within(ATOM)}[{places}]", own)

    def position(self, place: Affine) -> Part:
        """Return the value of an index itself, or of an affine function of indices."""
        indices = self.sorted({index for index, _ in place.terms if index != self.step})
        return Part(self.affine(place, self.grid(indices)), indices, SUM)

    def reduction(self, node: Reduction) -> Part:
        self.order += [index for index in node.indices if index not in self.order]
        if node.kind == "Sum" and not node.where:
            return self.sum(node)
        body = self.value(node.body)
        if node.where:
            conditions = [self.condition(condition) for condition in node.where]
            axes, (*held, terms) = self.together([*conditions, body])
            zero = "0" if node.kind == "Sum" else "-np.inf"
            body = Part(f"np.where({' & '.join(part.code for part in held)}, {terms.code}, {zero})", axes)
        rest = self.sorted({*body.axes} - {*node.indices})
        if node.kind == "ArgMax" and len(node.indices) > 1:
            ends = self.turned(body, (*rest, *node.indices))
            return Part(f"{ends}.reshape(*{ends}.shape[:{len(rest)}], -1).argmax(axis=-1)", rest)
        method = {"Sum": "sum", "Max": "max", "ArgMax": "argmax"}[node.kind]
        return self.reduced(body, node.indices, method)

    def condition(self, node: Expression) -> Part:
        """Return a condition of a reduction as code."""
        if isinstance(node, Operation) and node.symbol in COMPARISONS:
            return self.compared(node.symbol, node.left, node.right)
        return replaced_level(self.value(node), "({} != 0)", ATOM)

    def turned(self, part: Part, axes: tuple[Index, ...]) -> str:
        order = ", ".join(str(part.axes.index(index)) for index in axes)
        return f"{part.within(ATOM)}.transpose({order})"

    def reduced(self, part: Part, indices: Sequence[Index], method: str) -> Part:
        """Return a part reduced over the axes of indices."""
        places = [part.axes.index(index) for index in indices if index in part.axes]
        last = len(places) == 1 and places[0] == len(part.axes) - 1
        axis = "-1" if last else str(places[0]) if len(places) == 1 else f"({', '.join(map(str, places))})"
        rest = tuple(index for index in part.axes if index not in indices)
        return Part(f"{part.within(ATOM)}.{method}(axis={axis})", rest) if places else part

    def sum(self, node: Reduction) -> Part:
        """Return a sum of products: as a matrix product if it is one, or else by `einsum`."""
        parts = [self.value(factor) for factor in factors_of(node.body)]
        summed = {*node.indices}
        inner = [part for part in parts if summed & {*part.axes}]
        outer = [part for part in parts if not summed & {*part.axes}]
        missing = [index for index in node.indices if not any(index in part.axes for part in inner)]
        outer += [Part(str(self.extents[index])) for index in missing]
        if len(inner) == 1:
            outer.insert(0, self.reduced(inner[0], node.indices, "sum"))
        elif inner:
            outer.insert(0, self.matrix_product(inner, summed) or self.einsum(inner, summed))
        axes, parts = self.together(outer)
        if len(parts) == 1:
            return parts[0]
        return Part(" * ".join(part.within(SIGNED) for part in parts), axes, PRODUCT)

    def matrix_product(self, parts: Sequence[Part], summed: set[Index]) -> Part | None:
        """Return the product of two parts over one index, if one has any axes and the other is a matrix."""
        if len(parts) != 2 or len(summed) != 1 or {*parts[0].axes} & {*parts[1].axes} != summed:
            return None
        (index,) = summed
        first, second = sorted(parts, key=lambda part: min(map(self.order.index, part.axes)))
        if len(second.axes) != 2 or len(first.axes) < 2:
            return None
        if first.axes[-1] != index:
            if len(first.axes) != 2:
                return None
            first = Part(f"{first.within(ATOM)}.T", first.axes[::-1])
        if second.axes[0] != index:
            second = Part(f"{second.within(ATOM)}.T", second.axes[::-1])
        made = (*first.axes[:-1], second.axes[1])
        return Part(f"{first.within(POWER)} @ {second.within(POWER)}", made, PRODUCT)

    def einsum(self, parts: Sequence[Part], summed: set[Index]) -> Part:
        letters = _letters([index for index in self.order if any(index in part.axes for part in parts)])
        axes = self.sorted({index for part in parts for index in part.axes} - summed)
        read = ",".join("".join(letters[index] for index in part.axes) for part in parts)
        made = "".join(letters[index] for index in axes)
        operands = ", ".join(part.code for part in parts)
        return Part(f'np.einsum("{read}->{made}", {operands}, optimize=True)', axes)

    def entry(self, entry: Entry) -> Part:
        name, sizes = self.names[entry.array], lengths(self.shapes[entry.array])
        subscripts = list(entry.subscripts)
        if entry.array in self.of_step:
            axis = next(axis for axis, place in enumerate(subscripts) if _bare(place) == self.step)
            subscripts.pop(axis)
            sizes = (*sizes[:axis], *sizes[axis + 1 :])
        taken: list[Index] = []
        rest = entry.array in self.with_rest
        slices = [self.sliced(*each, taken, rest=rest) for each in zip(subscripts, sizes, strict=True)]
        gathered = [axis for axis, (code, index) in enumerate(slices) if code is None]
        again = {index for axis in gathered for index in self.indices_in(subscripts[axis])}
        slices = [(None, None) if index in again else (code, index) for code, index in slices]
        if not gathered:
            places = [code for code, _ in slices if code is not None]
            while places and places[-1] == ":":
                places.pop()
            return Part(f"{name}[{', '.join(places)}]" if places else name, tuple(taken))
        numbers = [axis for axis, (code, index) in enumerate(slices) if index is None]
        among = range(min(numbers), max(numbers) + 1)
        axes = self.sorted({index for axis in among for index in self.indices_in(subscripts[axis])})
        grid = self.grid(axes)
        places, outside = [], False
        for axis, (code, _) in enumerate(slices):
            if axis in among:
                places.append(self.place(subscripts[axis], axes, grid))
                outside |= may_be_outside(subscripts[axis], sizes[axis], self.extents)
            else:
                places.append(str(code))
        before, after = (tuple(index for _, index in part) for part in (slices[: among[0]], slices[among[-1] + 1 :]))
        found = tuple(index for index in (*before, *axes, *after) if index is not None)
        if outside:
            self.helpers.add("padded")
            given = ", ".join(_slice(place) for place in places)
            return Part(f"padded({name}, {given})", found)
        while places[-1] == ":":
            places.pop()
        return Part(f"{name}[{', '.join(places)}]", found)

    def sliced(
        self, place: Subscript, length: Length, taken: list[Index], *, rest: bool
    ) -> tuple[str | None, Index | None]:
        """Return a place as a slice and the index that runs over it, or as a number; None if it is neither."""
        if not isinstance(place, Affine):
            return None, None
        if all(index == self.step for index, _ in place.terms) and place.divisor == 1:
            outside = not rest and may_be_outside(place, length, self.extents)
            return None if outside else self.affine(place, {}), None
        index, step = place.terms[0]
        if len(place.terms) > 1 or index in taken or step < 1 or may_be_outside(place, length, self.extents):
            return None, None
        taken.append(index)
        extent = self.extents[index]
        if place.bare is not None and extent == length:
            return ":", index
        assert isinstance(extent, int)
        end = place.constant + step * (extent - 1) + 1
        return f"{place.constant or ''}:{end}" + (f":{step}" if step > 1 else ""), index

    def indices_in(self, place: Subscript) -> set[Index]:
        """Return the indices that a place depends on, but for that of the loop around."""
        if isinstance(place, Entry):
            return {*self.value(place).axes}
        affine = place.place if isinstance(place, Digit) else place
        return {index for index, _ in affine.terms} - {self.step}

    def grid(self, axes: tuple[Index, ...]) -> Mapping[Index, str]:
        """Return the names of arrays with the values of indices, each along an axis of its own."""
        if axes not in self._grids and axes:
            used = {name for grid in self._grids.values() for name in grid.values()}
            names = {}
            for index in axes:
                name = self.names[index.name]
                while name in used:
                    name += "_"
                used.add(name)
                names[index] = name
            self._grids[axes] = names
        return self._grids.get(axes, {})

    def grids(self) -> list[str]:
        """Return the statements that make the arrays with the values of indices that the code reads."""
        made = []
        for axes, names in self._grids.items():
            ends = [self.extents[index] for index in axes]
            if len(axes) == 1:
                made.append(f"{names[axes[0]]} = np.arange({ends[0]})")
            else:
                made.append(f"{', '.join(names.values())} = np.ogrid[{', '.join(f':{end}' for end in ends)}]")
        return made

    def place(self, place: Subscript, axes: tuple[Index, ...], grid: Mapping[Index, str]) -> str:
        """Return a place as code, an array that broadcasts along axes."""
        if isinstance(place, Entry):
            return f"{self.aligned(self.value(place), axes).within(ATOM)}.astype(int)"
        if isinstance(place, Digit):
            code = self.affine(place.place, grid)
            code = f"({code})" if " " in code and (place.divisor > 1 or place.base) else code
            code += f" // {place.divisor}" if place.divisor > 1 else ""
            return code if place.base is None else f"{code} % {place.base}"
        code = self.affine(place, grid)
        if place.divisor == 1:
            return code
        return f"np.where(({code}) % {place.divisor} == 0, ({code}) // {place.divisor}, -1)"

    def affine(self, place: Affine, grid: Mapping[Index, str]) -> str:
        """Return a sum of multiples of indices as code, before its division."""
        return affine_code(place, {**grid, **({self.step: self.names[self.step.name]} if self.step else {})})


def replaced_level(part: Part, form: str, level: int) -> Part:
    """Return a part within other code."""
    return Part(form.format(part.code), part.axes, level)


def _bare(place: Subscript) -> Index | None:
    return place.bare if isinstance(place, Affine) else None


def _slice(place: str) -> str:
    """Return a slice as an argument."""
    if ":" not in place:
        return place
    return f"slice({', '.join(part or 'None' for part in place.split(':'))})" if place != ":" else "slice(None)"


def _letters(indices: Sequence[Index]) -> dict[Index, str]:
    """Return a letter for each index, its own where it can be."""
    found: dict[Index, str] = {}
    spare = iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for index in indices:
        own = index.name
        plain = len(own) == 1 and own.isascii() and own.isalpha() and own not in found.values()
        others = {other.name for other in indices}
        found[index] = own if plain else next(letter for letter in spare if letter not in {*found.values(), *others})
    return found
