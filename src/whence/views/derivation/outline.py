"""The parts of a derivation, independent of its printed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from whence.arguments import checks_arguments
from whence.formula.layout import Node, Row, Table
from whence.views.texts import Language

T = TypeVar("T")


@dataclass(frozen=True)
class Code:
    """The name of a function in whence, within text."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text with inline mathematics."""

    parts: tuple[str | Code | Node, ...]

    def written(self, prose: Callable[[str], T], code: Callable[[str], T], maths: Callable[[Node], T]) -> list[T]:
        """Return the parts in a language that writes text, names of functions and mathematics as given."""
        return [
            maths(part) if isinstance(part, Node) else code(part.text) if isinstance(part, Code) else prose(part)
            for part in self.parts
        ]


@dataclass(frozen=True)
class Numbers:
    """An array written out, with the arithmetic of one of its cells."""

    tables: tuple[tuple[Node, Table], ...]  # name and numbers of the array or of its parts; empty for one number
    cell: Row | None = None  # also the value of one number; None for given arrays, or if it would be too long
    note: str = ""  # which parts of the array the tables show, if not all


@dataclass(frozen=True)
class Line:
    """One line of a derivation, with the reason for it."""

    form: Row
    reason: Paragraph = field(default_factory=lambda: Paragraph(()))


@dataclass(frozen=True)
class Steps:
    """Lines of a derivation, each with its reason."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Equation:
    """The computation of one array."""

    name: str
    forms: tuple[Row, ...]  # its matrix form, if it has one, and its index form
    about: Paragraph  # values of constants and sizes, the array's shape, and the function that computes it
    numbers: Numbers | None = None


Block: TypeAlias = Paragraph | Steps | Equation | Numbers


@dataclass(frozen=True)
class Section:
    """A heading, of level 2 or of level 3 below it, with its blocks."""

    title: str
    level: int
    blocks: tuple[Block, ...]


@checks_arguments
@dataclass(frozen=True)
class Derivation:
    """A complete derivation.

    Parameters
    ----------
    title : str
        The network in one line.
    sections : tuple of Section
        The sections from the notation to the new parameters.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """

    title: str
    sections: tuple[Section, ...]
    language: Language = "en"
