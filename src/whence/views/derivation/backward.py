"""The backward pass: every gradient derived by the chain rule, and then stated as it is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whence.formula.layout import Symbol
from whence.views.derivation.equations import Equations
from whence.views.derivation.gradient_lines import GradientLines
from whence.views.derivation.layer_titles import layer_title
from whence.views.derivation.outline import Block, Section, Steps


class BackwardPass:
    """The sections of the backward pass, from the loss down."""

    def __init__(self, equations: Equations) -> None:
        self.equations, self.phrases, self.trace = equations, equations.phrases, equations.oriented.trace
        self.lines = GradientLines(equations.oriented, self.phrases)
        self.derived: dict[str, str] = {}  # the first array of those with the same derivation, by its form
        self.shown: set[str] = set()

    def sections(self) -> Iterator[Section]:
        """Yield the section of the loss and one for each layer."""
        output = self.trace.layers[-1].output
        yield Section(self.phrases("section.backward"), 2, (self.phrases.paragraph("backward"),))
        yield Section(self.phrases("section.delta", output=output), 3, tuple(self.blocks(f"d{output}", [])))
        for position in reversed(range(len(self.trace.layers))):
            names = self.equations.oriented.made("backward", position)
            if blocks := [block for name in names for block in self.blocks(name, names)]:
                title = layer_title(self.trace, position, self.phrases)
                output = self.trace.layers[position].output
                yield Section(self.phrases("layer.backward", layer=title, output=output), 3, tuple(blocks))

    def blocks(self, name: str, names: Sequence[str]) -> Iterator[Block]:
        """Yield the derivation of one of the gradients of a layer and its formula, or that of an abbreviation."""
        if self.is_gradient(name):
            array = name[1:]
            for between in self.lines.between(array):
                yield from self.derivation("between", between)
            yield from self.derivation("with respect to", array)
        elif all(map(self.is_gradient, names[: names.index(name)][-1:])):
            yield self.phrases.paragraph("abbreviation")
        yield self.equations.equation(name)

    def is_gradient(self, name: str) -> bool:
        return name[0] == "d" and name[1:] in self.lines

    def derivation(self, key: str, array: str) -> Iterator[Block]:
        """Yield the derivation of the gradient of an array, which is done once for all that differ only in names."""
        form = self.lines.form(array)
        first = self.derived.setdefault(form, array)
        if first != array and key == "with respect to":
            yield self.phrases.paragraph("as before", array=Symbol(array), other=Symbol(first))
        elif first == array and array not in self.shown:
            self.shown.add(array)
            yield self.phrases.paragraph(key, array=Symbol(array))
            yield Steps(self.lines.lines(array))
            if self.lines.differs_from_stated(array):
                yield self.phrases.paragraph("in another form")
