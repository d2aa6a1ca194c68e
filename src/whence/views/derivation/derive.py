"""The derivation of one training step, section by section, from a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

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
from whence.views.derivation.notation import notation
from whence.views.derivation.outline import Block, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.derivation.reading import listed, plural, summed_over, windows_outside
from whence.views.derivation.shown import SAMPLES, Shown
from whence.views.derivation.written_out import write_out
from whence.views.mathematics.cell_form import cell_form
from whence.views.mathematics.matrix_form import matrix_form

_LONGEST_CELLS = (115, 230)  # in one line, or if not, in two
_TERMS = (4, 3, 2)


def derive(trace: Trace, *, rows: bool = True, numbers: bool = False) -> Derivation:
    """Return the derivation of a training step.

    Parameters
    ----------
    trace : Trace
        The step.
    rows : bool
        Whether samples are rows, as in whence; with False they are columns, and every matrix is transposed.
    numbers : bool
        Whether each array is written out, with the arithmetic of one cell.
    """
    return _Deriver(Shown.of(trace, rows=rows), numbers).derive()


class _Deriver:
    def __init__(self, shown: Shown, numbers: bool) -> None:
        self.shown, self.trace, self.numbers = shown, shown.trace, numbers

    def derive(self) -> Derivation:
        body = [*self.forward(), self.loss(), *self.backward(), *self.update()]
        equations = [block for section in body for block in section.blocks if isinstance(block, Equation)]
        introduction = Section("Notation", 2, notation(self.shown, equations))
        given = [Section("Data and parameters", 2, tuple(self.given()))] if self.numbers else []
        return Derivation(" → ".join(layer.text for layer in self.trace.layers), (introduction, *given, *body))

    def given(self) -> Iterator[Block]:
        for name, origin in self.trace.origins.items():
            if origin.phase in ("data", "parameter", "setting") and self.is_used(name):
                yield self.written_out(name, None)

    def is_used(self, name: str) -> bool:
        return any(name in self.shown.read_by(other) for other in self.trace.formulas)

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
            "The chain rule, from the loss down: each layer is given the derivative of the loss by its output, and "
            "makes of it the derivatives by its parameters and by its input, which is the output of the layer below."
        )
        rule = rules.LOSS_DELTA.get(kind, rules.OTHERWISE["loss delta"])
        yield Section("Backward", 2, (begin,))
        yield Section(
            f"{kind}, derivative by {self.trace.layers[-1].output}",
            3,
            (
                _paragraph(rule),
                self.equation(self.output_delta),
            ),
        )
        for position in reversed(range(len(self.trace.layers))):
            names = self.made("backward", position)
            blocks: list[Block] = []
            said = ""
            for name in names:
                rule = self.backward_rule(position, name)
                blocks += [self.rule(rule, position, summed_over(self.trace.formulas[name]))] if rule != said else []
                blocks.append(self.equation(name))
                said = rule
            if blocks:
                layer = self.trace.layers[position]
                yield Section(f"{layer.text}, back from d{layer.output}", 3, tuple(blocks))

    def update(self) -> Iterator[Section]:
        optimizer = self.trace.description["optimizer"]["optimizer"]
        rule = rules.UPDATE.get(optimizer, rules.OTHERWISE["update"])
        yield Section(f"Update: {optimizer}", 2, (_paragraph(rule),))
        clipping = [name for name in self.made("update", None) if self.trace.origins[name].parameter is None]
        if clipping:
            yield Section(
                "Clipping",
                3,
                (
                    _paragraph(rules.OTHERWISE["clipping"]),
                    *map(self.equation, clipping),
                ),
            )
        for parameters in self.alike():
            first, *others = parameters
            blocks: list[Block] = [self.equation(name) for name in self.updated(first)]
            if others:
                blocks.append(_paragraph(f"Likewise for {listed(f'`{name}`' for name in others)}."))
                blocks += [self.written_out(f"{name}_new", None) for name in others if self.numbers]
            yield Section(f"New {first}", 3, tuple(blocks))
        statistics = [name for name, origin in self.computed("update") if origin.layer is not None]
        if statistics:
            yield Section(
                "Statistics",
                3,
                (
                    _paragraph(rules.OTHERWISE["statistics"]),
                    *map(self.equation, statistics),
                ),
            )

    @property
    def output_delta(self) -> str:
        return f"d{self.trace.layers[-1].output}"

    def computed(self, phase: str) -> list[tuple[str, Origin]]:
        """Return the arrays that formulas made in a phase of the step."""
        return [
            (name, origin)
            for name, origin in self.trace.origins.items()
            if origin.phase == phase and name in self.trace.formulas
        ]

    def made(self, phase: str, position: int | None) -> list[str]:
        return [name for name, origin in self.computed(phase) if origin.layer == position]

    def updated(self, parameter: str) -> list[str]:
        return [name for name, origin in self.computed("update") if origin.parameter == parameter]

    def alike(self) -> list[list[str]]:
        """Return the parameters in groups whose update is the same but for names and indices."""
        groups: dict[str, list[str]] = {}
        parameters = [name for name, origin in self.trace.origins.items() if origin.phase == "parameter"]
        for parameter in parameters:
            texts = [to_plain(index_form(self.shown.formulas[name], self.trace)) for name in self.updated(parameter)]
            plain = re.sub(r"\[[^\]]*\]", "", "\n".join(texts)).replace(parameter, "θ")
            groups.setdefault(plain, []).append(parameter)
        return list(groups.values())

    def backward_rule(self, position: int, name: str) -> str:
        layer = self.trace.layers[position]
        parameters = [f"d{parameter}" for parameter in layer.parameters]
        if name == f"d{layer.input}":
            activates = any(other.startswith("slope") for other in self.made("backward", position))
            return rules.INPUT.get(layer.kind, rules.OTHERWISE["activation input" if activates else "input"])
        if name in parameters:
            part = _part_of_parameter(self.trace.formulas[name])
            return rules.PARAMETER.get(layer.kind, rules.OTHERWISE[part])
        if name.startswith("slope"):
            return rules.SLOPE.get(layer.kind, rules.OTHERWISE["slope"])
        return rules.BETWEEN.get(layer.kind, rules.OTHERWISE["between"])

    def rule(self, text: str, position: int, summed: Sequence[str] = ()) -> Paragraph:
        layer = self.trace.layers[position]
        first, second, *_ = (*layer.parameters, "", "")
        names = {"input": layer.input, "output": layer.output, "first": first, "second": second}
        each, over = (listed(words) if words else "" for words in (summed, plural(summed)))
        return _paragraph(text.format(**names, each=each, all=over))

    def equation(self, name: str) -> Equation:
        formula = self.shown.formulas[name]
        return Equation(
            matrix_form(formula, self.trace, rows=self.shown.rows),
            index_form(formula, self.trace),
            symbol(name, self.trace),
            self.shown.shape(name),
            (*_constants(formula), *_sizes(formula, self.shown.arrays)),
            self.trace.origins[name].function,
            self.written_out(name, formula) if self.numbers else None,
        )

    def written_out(self, name: str, formula: Formula | None) -> Numbers:
        array = self.shown.arrays[name]
        written = write_out(
            array, symbol(name, self.trace), self.shown.letters(name), column=self.shown.is_column(name)
        )
        cell = None
        if formula is not None:
            largest = recorded_cell(name, self.shown.largest(name), formula, self.shown.arrays)
            form = cache(lambda terms: cell_form(largest, terms=terms))
            fitting = (form(terms) for most in _LONGEST_CELLS for terms in _TERMS if len(to_plain(form(terms))) <= most)
            cell = next(fitting, None)
        if cell is None and not array.ndim:
            cell = row(symbol(name, self.trace), Operator("="), Word(write_number(float(array))))
        return Numbers(written.tables, cell, written.note)


def _part_of_parameter(formula: Formula) -> str:
    """Return what a parameter does in its layer, told from the formula of its gradient."""
    match formula.expression:
        case Reduction("Sum", _, Operation("*"), ()):
            return "factor"
        case Reduction("Sum", _, Entry(), ()):
            return "addend"
    return "parameter"


def _constants(formula: Formula) -> Iterator[Row]:
    named = {node.name: node.value for node in walk(formula.expression) if isinstance(node, Constant)}
    for name, value in named.items():
        yield row(Symbol(name), Operator("="), Word(write_number(value, 6)))


def _sizes(formula: Formula, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Yield how far the indices run whose extents the formula names, but for the samples."""
    extents = find_extents(formula, arrays)
    for index in sizes_in(formula):
        if index.name != SAMPLES:
            yield row(size_of(index), Operator("="), Word(str(extents[index])))


def _paragraph(text: str) -> Paragraph:
    """Return a paragraph of a text with names between backticks."""
    parts: list[str | Node] = [Symbol(part) if position % 2 else part for position, part in enumerate(text.split("`"))]
    return Paragraph(tuple(part for part in parts if part != ""))
