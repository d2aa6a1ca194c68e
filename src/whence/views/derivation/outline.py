"""The parts of a derivation, independent of its printed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from whence.arguments import checks_arguments
from whence.formula.layout import Node, Row, Table


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text.

    Parameters
    ----------
    parts : tuple of str and Node
        Words and inline mathematics.
    """

    parts: tuple[str | Node, ...]


@dataclass(frozen=True)
class Numbers:
    """An array written out, with the arithmetic of one of its cells.

    Parameters
    ----------
    tables : tuple of (Node, Table)
        The name and the numbers of the array or of its parts; empty for one number.
    cell : Row or None
        The arithmetic of one cell, or the value of one number; None for given arrays, or if it would be too long.
    note : str
        Which parts of the array the tables show, if not all.
    """

    tables: tuple[tuple[Node, Table], ...]
    cell: Row | None
    note: str = ""


@dataclass(frozen=True)
class Equation:
    """The computation of one array.

    Parameters
    ----------
    matrix : Row or None
        Its formula in matrix form, if it has one.
    index : Row
        Its formula in index form.
    name : Node
        The array.
    shape : str
        Its shape: ``"N × 96"``; empty for one number.
    constants : tuple of Row
        The values of named constants and sizes in it: ``β₁ = 0.9``.
    function : str
        The function in whence that computes it.
    numbers : Numbers or None
        Its numbers, if they are included.
    """

    matrix: Row | None
    index: Row
    name: Node
    shape: str
    constants: tuple[Row, ...]
    function: str
    numbers: Numbers | None = None


Block: TypeAlias = Paragraph | Equation | Numbers


@dataclass(frozen=True)
class Section:
    """A heading with the blocks below it.

    Parameters
    ----------
    title : str
        The heading.
    level : int
        2 for a section, 3 for a subsection.
    blocks : tuple of Block
        Paragraphs, equations and numbers.
    """

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
    """

    title: str
    sections: tuple[Section, ...]
