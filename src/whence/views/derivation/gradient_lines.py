"""The derivation of one gradient as lines with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import add

from whence.formula import Entry, Expression, Formula, Size
from whence.formula.derive import gradients, in_terms_of
from whence.formula.derive.simplification import Simplification
from whence.formula.expressions import Number, walk
from whence.formula.formulas import rename
from whence.formula.index_form import ATOM, IndexForm, Laid
from whence.formula.layout import Derivative, Node, Operator, Row, brackets, row
from whence.formula.plain_text import write
from whence.views.derivation.chain_rule import Link, Partial, links_of
from whence.views.derivation.index_letters import letters_of, with_letters
from whence.views.derivation.index_words import words_of
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Line, Paragraph
from whence.views.derivation.phrases import Phrases
from whence.views.derivation.same_form import same_form, written_out
from whence.views.derivation.size_letters import size_letters, size_nodes, with_sizes

_LONGEST_FORMULA = 60
"""The longest formula, in characters, that is written out to be differentiated."""


class GradientLines:
    """The derivations of all gradients of a trace from its forward formulas, as lines.

    Parameters
    ----------
    oriented : OrientedTrace
        The trace.
    phrases : Phrases
        The reasons.
    """

    def __init__(self, oriented: OrientedTrace, phrases: Phrases) -> None:
        self.oriented, self.phrases = oriented, phrases
        trace = oriented.trace
        self.stated = {f"d{name}": trace.formulas[f"d{name}"] for name in trace if f"d{name}" in trace.formulas}
        others = [(name, formula) for name, formula in trace.formulas.items() if name not in self.stated]
        forward = [formula for name, formula in others if trace.origins[name].phase in ("forward", "loss")]
        self.abbreviations = {name: formula for name, formula in others if trace.origins[name].phase == "backward"}
        shapes = {name: array.shape for name, array in trace.arrays.items()}
        derived = gradients(forward, "loss", [name[1:] for name in self.stated], shapes)
        self.simplification = Simplification(forward)
        self.links: dict[str, list[Link]] = {}
        self.results: dict[str, Formula] = {}
        self.closed: dict[str, Formula] = {}
        self.sizes: dict[str, dict[Size, Size]] = {}
        for gradient, closed in zip(derived, in_terms_of(self.stated, derived, forward).values(), strict=True):
            stated = self.stated.get(closed.target.array)
            lettered = with_letters(gradient, letters_of(stated, gradient.formula))
            array = gradient.entry.array
            self.links[array] = [self.simple(link) for share in lettered.shares for link in links_of(share)]
            self.results[array] = lettered.formula
            self.closed[array] = with_letters(closed, letters_of(stated, closed))
            self.sizes[array] = self.size_letters(array)

    def simple(self, link: Link) -> Link:
        """Return a link with its inner derivative simplified, and the sizes in its formula named as in the trace."""
        inner = self.simplification.simplified(link.inner)
        if link.formula is None:
            return replace(link, inner=inner)
        named = self.oriented.trace.formulas[link.made.array].expression
        sizes = dict(zip(size_nodes(link.formula), size_nodes(named), strict=True))
        return replace(link, inner=inner, formula=with_sizes(link.formula, sizes))

    def size_letters(self, array: str) -> dict[Size, Size]:
        """Return how the sizes in the derivation of a gradient are written: as in the formulas it starts from."""
        links, result, closed = self.links[array], self.results[array], self.closed[array]
        derived = [result.target, result.expression, closed.expression, *(link.inner for link in links)]
        given = [link.formula for link in links if link.formula is not None]
        if stated := self.stated.get(f"d{array}"):
            given.insert(0, stated.expression)
        return size_letters(derived, given)

    def between(self, array: str) -> Iterator[str]:
        """Yield the arrays without a stated gradient whose gradients that of an array is derived from, in order."""
        for link in self.links.get(array, ()):
            if not link.is_of_loss and f"d{link.made.array}" not in self.oriented.trace.formulas:
                yield from self.between(link.made.array)
                yield link.made.array

    def lines(self, array: str) -> tuple[Line, ...]:
        """Return the lines for one gradient: the chain rule, the inner derivatives, and the result unless stated."""
        of_loss = all(link.is_of_loss for link in self.links[array])
        lines = [] if of_loss else [self.chain_line(array)]
        lines += [self.inner_line(link, self.entry(array)) for link in self.links[array]]
        if not of_loss and not self.is_stated(array, self.results[array]):
            lines.append(self.result_line(array))
        return tuple(lines)

    def __contains__(self, array: str) -> bool:
        return array in self.links

    def entry(self, array: str) -> Entry:
        return Entry(array, self.results[array].target.subscripts)

    def form(self, array: str) -> str:
        """Return what the derivation has in common with those of arrays of other names."""
        names: dict[str, str] = {}

        def name_of(name: str) -> str:
            derived = name[:1] == "d" and name[1:] in self.oriented.trace
            own = name[1:] if derived else name
            return f"{'d' if derived else ''}{names.setdefault(own, f'A{len(names)}')}"

        target = self.results[array].target
        parts = [link.summed(outer(link.made), link.inner) for link in self.links[array]]
        formulas = [self.results[array], *(Formula(target, part) for part in parts)]
        return "\n".join(write(rename(formula, name_of)) for formula in formulas)

    def differs_from_stated(self, array: str) -> bool:
        """Whether the gradient is stated in another form than it was derived in."""
        forms = (self.results[array], self.closed[array])
        return f"d{array}" in self.stated and not any(self.is_stated(array, form) for form in forms)

    def is_stated(self, array: str, derived: Formula) -> bool:
        """Whether a derived formula is the stated one, but for the order of terms and factors."""
        stated = self.stated.get(f"d{array}")
        if stated is None:
            return False
        lettered = Formula(derived.target, with_sizes(derived.expression, self.sizes[array]))
        return same_form(lettered, Formula(stated.target, written_out(stated.expression, self.abbreviations)))

    def chain_line(self, array: str) -> Line:
        """Return the chain rule: ``∂L/∂W[i, j] = Σ_n ∂L/∂z[n, j] · ∂z[n, j]/∂W[i, j]``."""
        entry = self.oriented.turned(self.entry(array))
        terms = []
        for link in self.links[array]:
            made = self.oriented.turned(link.made)
            terms.append(self.oriented.turned(link.summed(Partial(_LOSS, made), Partial(made, entry))))
        words = [word for link in self.links[array] for word in words_of(link.indices)]
        over = [self.phrases(f"over.{word}") for word in dict.fromkeys(words)]
        reason = (
            self.phrases.paragraph("chain.over", over=self.phrases.listed(over))
            if over
            else self.phrases.paragraph("chain")
        )
        return Line(self.equation(Partial(_LOSS, entry), reduce(add, terms)), reason)

    def inner_line(self, link: Link, entry: Entry) -> Line:
        """Return an inner derivative: ``∂z[n, j]/∂W[i, j] = ∂/∂W[i, j] (Σ_k x[n, k] · W[k, j] + b[j]) = x[n, i]``."""
        inner = with_sizes(link.inner, self.sizes[entry.array])
        made, by, inner = map(self.oriented.turned, (link.made, entry, inner))
        of = Partial(_LOSS if link.is_of_loss else made, by)
        sides = [inner]
        if link.formula is not None and len(write(formula := self.oriented.turned(link.formula))) <= _LONGEST_FORMULA:
            sides.insert(0, _Differentiated(formula, by))
        return Line(self.equation(of, *sides), self.reason(link, by))

    def reason(self, link: Link, entry: Expression) -> Paragraph:
        """Return the rules by which an inner derivative is found."""
        if link.rules:
            return self.phrases.joined([self.phrases.paragraph(f"rule.{rule}") for rule in link.rules])
        if link.inner == Number(1.0):
            return self.phrases.paragraph("rule.addend")
        return self.phrases.paragraph("rule.linear", entry=self.laid(entry))

    def result_line(self, array: str) -> Line:
        """Return the gradient with the inner derivatives in it, and with those between put in if that tells more."""
        forms = self.results[array], self.closed[array]
        result, closed = (with_sizes(form.expression, self.sizes[array]) for form in forms)
        known = not any(isinstance(node, Entry) and node.array[1:] in self.links for node in walk(closed))
        telling = known or f"d{array}" in self.stated or len(write(closed)) <= len(write(result))
        of = Partial(_LOSS, self.oriented.turned(self.entry(array)))
        if not telling or write(closed) == write(result):
            return Line(self.equation(of, self.oriented.turned(result)))
        sides = map(self.oriented.turned, (result, closed))
        return Line(self.equation(of, *sides), self.phrases.paragraph("inserted"))

    def equation(self, *sides: Expression) -> Row:
        """Return sides that are equal as a layout."""
        first, *others = map(self.laid, sides)
        return row(first, *(piece for other in others for piece in (Operator("="), other)))

    def laid(self, node: Expression) -> Node:
        return _WithDerivatives(self.oriented.trace, filled=True).lay(node)[0]


def outer(made: Entry) -> Entry:
    """Return the derivative of the loss with respect to an entry."""
    return Entry(f"d{made.array}", made.subscripts)


_LOSS = Entry("L", ())


class _Differentiated(Partial):
    """An expression that is to be differentiated: ``∂/∂W[i, j] (…)``."""

    __slots__ = ()


class _WithDerivatives(IndexForm):
    """Lays out formulas in which all derivatives are written as such: ``∂L/∂z[n, j]``."""

    def lay(self, node: Expression) -> Laid:
        match node:
            case _Differentiated(of, by):
                return row(Derivative(Row(()), self.lay(by)[0]), Operator(""), brackets(self.lay(of)[0])), ATOM
            case Partial(of, by):
                return Derivative(self.lay(of)[0], self.lay(by)[0]), ATOM
        return super().lay(node)

    def entry(self, entry: Entry) -> Node:
        laid = super().entry(entry)
        return Derivative(laid.of, laid.by) if isinstance(laid, Derivative) else laid
