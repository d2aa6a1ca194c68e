"""The sentences of a derivation in one language, with mathematics in them."""

from __future__ import annotations

from collections.abc import Sequence

from whence.formula.layout import Node, Symbol
from whence.views.derivation.outline import Code, Paragraph
from whence.views.texts import Texts


class Phrases(Texts):
    """The texts of derivations; what stands in backticks in them is the name of an array."""

    def paragraph(self, key: str, /, **values: str | Code | Node) -> Paragraph:
        """Return the text of a key as a paragraph, with texts and mathematics in its places."""
        nodes = {f"{{{name}}}": value for name, value in values.items() if not isinstance(value, str)}
        text = self(
            key, **{name: value if isinstance(value, str) else f"`{{{name}}}`" for name, value in values.items()}
        )
        parts = [nodes.get(part, Symbol(part)) if place % 2 else part for place, part in enumerate(text.split("`"))]
        return Paragraph(tuple(part for part in parts if part != ""))

    def of_kind(self, key: str, kind: str, /, **values: str) -> Paragraph:
        """Return the text about a class of layers, losses or optimizers, or the one about any."""
        own = f"{key}.{kind}"
        return self.paragraph(own if own in self else f"{key}.any", **values)

    def joined(self, paragraphs: Sequence[Paragraph]) -> Paragraph:
        """Return paragraphs as the items of a list."""
        parts = [part for each in paragraphs for part in (self("list.comma"), *each.parts)]
        return Paragraph(tuple(parts[1:]))
