"""Derive one training step from its trace, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import groupby

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.formula import Constant, Entry, Formula, walk, write_number
from whence.formula.cell import recorded_cell
from whence.formula.evaluate import find_extents
from whence.formula.expressions import Operation, Reduction
from whence.formula.index_form import index_form, size_of, sizes_in, symbol
from whence.formula.layout import Node, Operator, Row, Symbol, Word, row
from whence.formula.plain_text import to_plain
from whence.trace import Origin, Trace
from whence.views.derivation import rules
from whence.views.derivation.index_words import summed_over, windows_outside
from whence.views.derivation.notation import notation
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Block, Code, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.derivation.written_out import write_out
from whence.views.mathematics.cell_form import cell_form
from whence.views.mathematics.matrix_form import matrix_form
from whence.views.mathematics.orientation import SAMPLES
from whence.views.texts import Language, Texts
from whence.views.which_step import which_step
from whence.wording import listed

_MAX_CELL_LENGTHS = (115, 230)  # one line, or otherwise two
_TERMS = (4, 3, 2)


@checks_arguments
def derive(trace: Trace, *, rows: bool = True, numbers: bool = False, language: Language = "en") -> Derivation:
    """Return the derivation of a training step.

    Parameters
    ----------
    trace : Trace
        The training step.
    rows : bool
        Whether samples are rows, as in whence, or columns, with every matrix transposed.
    numbers : bool
        Whether to include the numbers of each array and the arithmetic of one cell.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    return _Deriver(OrientedTrace.of(trace, rows=rows), numbers, Texts("derivation", language)).derive()


class _Deriver:
    def __init__(self, oriented: OrientedTrace, numbers: bool, texts: Texts) -> None:
        self.oriented, self.trace, self.numbers, self.texts = oriented, oriented.trace, numbers, texts

    def derive(self) -> Derivation:
        body = [*self.forward(), self.loss(), *self.backward(), *self.update()]
        equations = [block for section in body for block in section.blocks if isinstance(block, Equation)]
        introduction = Section("Notation", 2, notation(self.oriented, equations))
        given = [Section("Data and parameters", 2, (*self.step(), *self.given()))] if self.numbers else []
        return Derivation(" → ".join(layer.text for layer in self.trace.layers), (introduction, *given, *body))

    def step(self) -> Iterator[Block]:
        if which := which_step(self.trace, self.texts):
            yield _paragraph(f"Of {which}.")

    def given(self) -> Iterator[Block]:
        for name, origin in self.trace.origins.items():
            if origin.phase in ("data", "parameter", "setting") and self.oriented.uses(name):
                yield self.written_out(name, None)

    def forward(self) -> Iterator[Section]:
        yield Section("Forward", 2, (_paragraph("From the inputs to the outputs, layer by layer."),))
        for position, layer in enumerate(self.trace.layers):
            rule, made = rules.FORWARD.get(layer.kind, rules.OTHERWISE["forward"]), self.made("forward", position)
            beyond = {axes for name in made for axes in windows_outside(self.trace.formulas[name], self.trace)}
            rule = " ".join([rule, *(rules.OUTSIDE[axes] for axes in sorted(beyond))])
            title = f"{layer.text}, from {layer.input} to {layer.output}"
            yield Section(title, 3, (self.rule(rule, position), *map(self.equation, made)))

    def loss(self) -> Section:
        kind = self.trace.description["loss"]["loss"]
        delta = self.output_delta
        rule = rules.LOSS.get(kind, rules.OTHERWISE["loss"])
        names = [name for name in self.made("loss", None) if name != delta]
        return Section(f"Loss: {kind}", 2, (_paragraph(rule), *map(self.equation, names)))

    def backward(self) -> Iterator[Section]:
        kind = self.trace.description["loss"]["loss"]
        begin = _paragraph(
            "The chain rule, from the loss down: from the derivative of the loss with respect to its output, each "
            "layer computes those with respect to its parameters and its input, the output of the layer below."
        )
        rule = rules.LOSS_DELTA.get(kind, rules.OTHERWISE["loss delta"])
        yield Section("Backward", 2, (begin,))
        title = f"{kind}, derivative with respect to {self.trace.layers[-1].output}"
        yield Section(title, 3, (_paragraph(rule), self.equation(self.output_delta)))
        for position in reversed(range(len(self.trace.layers))):
            blocks: list[Block] = []
            for rule, alike in groupby(self.made("backward", position), partial(self.backward_rule, position)):
                names = list(alike)
                blocks.append(self.rule(rule, position, summed_over(self.trace.formulas[names[0]])))
                blocks += map(self.equation, names)
            if blocks:
                layer = self.trace.layers[position]
                yield Section(f"{layer.text}, back from d{layer.output}", 3, tuple(blocks))

    def update(self) -> Iterator[Section]:
        optimizer = self.trace.description["optimizer"]["optimizer"]
        rule = rules.UPDATE.get(optimizer, rules.OTHERWISE["update"])
        yield Section(f"Update: {optimizer}", 2, (_paragraph(rule),))
        clipping = [name for name in self.made("update", None) if self.trace.origins[name].parameter is None]
        if clipping:
            yield Section("Clipping", 3, (_paragraph(rules.OTHERWISE["clipping"]), *map(self.equation, clipping)))
        for parameters in self.alike():
            first, *others = parameters
            blocks: list[Block] = [self.equation(name) for name in self.updated(first)]
            if others:
                blocks.append(_paragraph(f"Likewise for {listed(f'`{name}`' for name in others)}."))
                blocks += [self.written_out(f"{name}_new", None) for name in others if self.numbers]
            yield Section(f"New {first}", 3, tuple(blocks))
        statistics = [name for name, origin in self.computed("update") if origin.layer is not None]
        if statistics:
            yield Section("Statistics", 3, (_paragraph(rules.OTHERWISE["statistics"]), *map(self.equation, statistics)))

    @property
    def output_delta(self) -> str:
        return f"d{self.trace.layers[-1].output}"

    def computed(self, phase: str) -> list[tuple[str, Origin]]:
        """Return the arrays that were computed in a phase of the step."""
        origins = self.trace.origins.items()
        return [(name, origin) for name, origin in origins if origin.phase == phase and name in self.trace.formulas]

    def made(self, phase: str, position: int | None) -> list[str]:
        return [name for name, origin in self.computed(phase) if origin.layer == position]

    def updated(self, parameter: str) -> list[str]:
        return [name for name, origin in self.computed("update") if origin.parameter == parameter]

    def alike(self) -> list[list[str]]:
        """Return the parameters in groups whose updates differ only in names and indices."""
        groups: dict[str, list[str]] = {}
        parameters = [name for name, origin in self.trace.origins.items() if origin.phase == "parameter"]
        for parameter in parameters:
            texts = [to_plain(index_form(self.oriented.formulas[name], self.trace)) for name in self.updated(parameter)]
            plain = re.sub(r"\[[^\]]*\]", "", "\n".join(texts)).replace(parameter, "θ")
            groups.setdefault(plain, []).append(parameter)
        return list(groups.values())

    def backward_rule(self, position: int, name: str) -> str:
        layer = self.trace.layers[position]
        if name == f"d{layer.input}":
            activates = any(other.startswith("slope") for other in self.made("backward", position))
            return rules.INPUT.get(layer.kind, rules.OTHERWISE["activation input" if activates else "input"])
        if name.removeprefix("d") in layer.parameters:
            return rules.PARAMETER.get(layer.kind, rules.OTHERWISE[_part_of_parameter(self.trace.formulas[name])])
        if name.startswith("slope"):
            return rules.SLOPE.get(layer.kind, rules.OTHERWISE["slope"])
        return rules.BETWEEN.get(layer.kind, rules.OTHERWISE["between"])

    def rule(self, text: str, position: int, summed: Sequence[str] = ()) -> Paragraph:
        layer = self.trace.layers[position]
        first, second, *_ = (*layer.parameters, "", "")
        names = {"input": layer.input, "output": layer.output, "first": first, "second": second}
        each, over = listed(summed), listed(f"{word}s" for word in summed)
        return _paragraph(text.format(**names, each=each, all=over))

    def equation(self, name: str) -> Equation:
        formula = self.oriented.formulas[name]
        matrix, index = matrix_form(formula, self.trace, rows=self.oriented.rows), index_form(formula, self.trace)
        forms = (index,) if matrix is None else (matrix, index)
        return Equation(name, forms, self.about(name), self.written_out(name, formula) if self.numbers else None)

    def about(self, name: str) -> Paragraph:
        """Return what is said below the formula of an array."""
        formula = self.oriented.formulas[name]
        parts: list[str | Code | Node] = []
        for value in _named_values(formula, self.oriented.arrays):
            parts += [value, ", "]
        parts[-1:] = ["; "] if parts else []
        shape = f" is {self.oriented.shape(name) or 'one number'}, computed by "
        return Paragraph((*parts, symbol(name, self.trace), shape, Code(self.trace.origins[name].function)))

    def written_out(self, name: str, formula: Formula | None) -> Numbers:
        array, laid = self.oriented.arrays[name], symbol(name, self.trace)
        written = write_out(array, laid, self.oriented.letters(name), column=self.oriented.is_column(name))
        cell = None
        if formula is not None:
            largest = recorded_cell(name, self.oriented.largest(name), formula, self.oriented.arrays)
            form = cache(lambda terms: cell_form(largest, terms=terms, words=self.texts.terms))
            choices = ((form(terms), length) for length in _MAX_CELL_LENGTHS for terms in _TERMS)
            cell = next((numbers for numbers, length in choices if len(to_plain(numbers)) <= length), None)
        if cell is None and not array.ndim:
            cell = row(laid, Operator("="), Word(write_number(float(array))))
        return replace(written, cell=cell)


def _part_of_parameter(formula: Formula) -> str:
    """Return the part of a parameter in its layer's formula, which follows from the formula of its gradient."""
    match formula.expression:
        case Reduction("Sum", _, Operation("*"), ()):
            return "factor"
        case Reduction("Sum", _, Entry(), ()):
            return "addend"
    return "parameter"


def _named_values(formula: Formula, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Yield the values of the constants and the sizes that the formula names, except the number of samples."""
    named = {node.name: node.value for node in walk(formula.expression) if isinstance(node, Constant)}
    for name, value in named.items():
        yield row(Symbol(name), Operator("="), Word(write_number(value, 6)))
    extents = find_extents(formula, arrays)
    for index in sizes_in(formula):
        if index.name != SAMPLES:
            yield row(size_of(index), Operator("="), Word(str(extents[index])))


def _paragraph(text: str) -> Paragraph:
    """Return a paragraph from text with names in backticks."""
    parts: list[str | Node] = [Symbol(part) if position % 2 else part for position, part in enumerate(text.split("`"))]
    return Paragraph(tuple(part for part in parts if part != ""))
