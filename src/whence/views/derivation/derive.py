"""Derive one training step from its trace, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from whence.arguments import checks_arguments
from whence.formula.index_form import index_form
from whence.formula.plain_text import to_plain
from whence.trace import Trace
from whence.views.derivation.backward import BackwardPass
from whence.views.derivation.cell_chain_section import cell_chain_section
from whence.views.derivation.equations import Equations
from whence.views.derivation.index_words import windows_outside
from whence.views.derivation.layer_titles import layer_title, network_title
from whence.views.derivation.notation import notation
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Block, Derivation, Paragraph, Section
from whence.views.derivation.phrases import Phrases
from whence.views.texts import Language
from whence.views.which_step import which_step


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
        Whether to include the numbers of each array, the arithmetic of one cell of it, and one chain of cells from a
        weight to the loss and back.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    return _Deriver(OrientedTrace.of(trace, rows=rows), numbers, Phrases("derivation", language)).derive()


class _Deriver:
    def __init__(self, oriented: OrientedTrace, numbers: bool, phrases: Phrases) -> None:
        self.oriented, self.trace, self.numbers, self.phrases = oriented, oriented.trace, numbers, phrases
        self.equations = Equations(oriented, phrases, numbers=numbers)

    def derive(self) -> Derivation:
        body = [*self.forward(), self.loss(), *BackwardPass(self.equations).sections(), *self.update()]
        blocks = [block for section in body for block in section.blocks]
        begin = [self.section("notation", notation(self.oriented, blocks, self.phrases))]
        if self.numbers:
            begin.append(self.section("given", (*self.step(), *self.given())))
            body.append(self.section("chain", [*cell_chain_section(self.equations)]))
        return Derivation(network_title(self.trace, self.phrases), (*begin, *body), self.phrases.language)

    def section(self, key: str, blocks: Sequence[Block], *, level: int = 2, **values: str) -> Section:
        return Section(self.phrases(f"section.{key}", **values), level, tuple(blocks))

    def step(self) -> Iterator[Block]:
        if which := which_step(self.trace, self.phrases):
            yield Paragraph((self.phrases("which.sentence", which=which),))

    def given(self) -> Iterator[Block]:
        for name, origin in self.trace.origins.items():
            if origin.phase in ("data", "parameter", "setting") and self.oriented.uses(name):
                yield self.equations.written_out(name, None)

    def forward(self) -> Iterator[Section]:
        yield self.section("forward", [self.phrases.paragraph("forward")])
        for position, layer in enumerate(self.trace.layers):
            made = self.oriented.made("forward", position)
            beyond = {axes for name in made for axes in windows_outside(self.trace.formulas[name], self.trace)}
            first, second, *_ = (*layer.parameters, "", "")
            about = [self.phrases.of_kind("layer", layer.kind, first=first, second=second)]
            about += [self.phrases.paragraph(f"outside.{axes}") for axes in sorted(beyond)]
            title = self.phrases(
                "layer.forward",
                layer=layer_title(self.trace, position, self.phrases),
                input=layer.input,
                output=layer.output,
            )
            yield Section(title, 3, (_sentences(about), *map(self.equations.equation, made)))

    def loss(self) -> Section:
        kind = self.trace.description["loss"]["loss"]
        names = [name for name in self.oriented.made("loss", None) if name != f"d{self.trace.layers[-1].output}"]
        about = [self.phrases.of_kind("loss", kind)]
        if kind == "CrossEntropy" and self.trace["y"].shape == self.trace[self.trace.layers[-1].output].shape:
            about.append(self.phrases.paragraph("loss.distributions"))
        blocks: list[Block] = [_sentences(about), *map(self.equations.equation, names)]
        return self.section("loss", blocks, kind=self.phrases.kind(kind))

    def update(self) -> Iterator[Section]:
        optimizer = self.trace.description["optimizer"]
        kind = optimizer["optimizer"]
        about = [self.phrases.of_kind("update", kind)]
        if optimizer.get("momentum"):
            about.append(self.phrases.paragraph("update.momentum"))
        yield self.section("update", [_sentences(about)], kind=self.phrases.kind(kind))
        clipping = [name for name in self.oriented.made("update", None) if self.trace.origins[name].parameter is None]
        if clipping:
            yield self.stated("clipping", clipping)
        for first, *others in self.alike():
            blocks: list[Block] = [self.equations.equation(name) for name in self.updated(first)]
            if others:
                parameters = self.phrases.listed(f"`{name}`" for name in others)
                blocks.append(self.phrases.paragraph("likewise", parameters=parameters))
                blocks += [self.equations.written_out(f"{name}_new", None) for name in others if self.numbers]
            yield self.section("new", blocks, level=3, parameter=first)
        statistics = [name for name, origin in self.oriented.computed("update") if origin.layer is not None]
        if statistics:
            yield self.stated("statistics", statistics)

    def stated(self, key: str, names: Sequence[str]) -> Section:
        """Return a section of the update that says what its formulas are for."""
        return self.section(key, (self.phrases.paragraph(key), *map(self.equations.equation, names)), level=3)

    def updated(self, parameter: str) -> list[str]:
        return [name for name, origin in self.oriented.computed("update") if origin.parameter == parameter]

    def alike(self) -> list[list[str]]:
        """Return the parameters in groups whose updates differ only in names and indices."""
        groups: dict[str, list[str]] = {}
        parameters = [name for name, origin in self.trace.origins.items() if origin.phase == "parameter"]
        for parameter in parameters:
            texts = [to_plain(index_form(self.oriented.formulas[name], self.trace)) for name in self.updated(parameter)]
            plain = re.sub(r"\[[^\]]*\]", "", "\n".join(texts)).replace(parameter, "θ")
            groups.setdefault(plain, []).append(parameter)
        return list(groups.values())


def _sentences(paragraphs: Sequence[Paragraph]) -> Paragraph:
    """Return paragraphs as sentences of one."""
    return Paragraph(tuple(part for each in paragraphs for part in (" ", *each.parts))[1:])
