"""What a derivation consists of, whatever it is printed as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from whence.formula.layout import Node, Row, Table


@dataclass(frozen=True)
class Paragraph:
    """Text with names in it.

    Parameters
    ----------
    parts : tuple of str and Node
        Words, and mathematics within the line.
    """

    parts: tuple[str | Node, ...]


@dataclass(frozen=True)
class Numbers:
    """An array written out, with the arithmetic of one of its cells.

    Parameters
    ----------
    tables : tuple of (Node, Table)
        What is written out, the array or parts of it, each with its numbers; none for one number.
    cell : Row or None
        The arithmetic of one cell; None for an array that was given, and where it would be too long. What has no
        tables has a cell, if only with its value.
    note : str
        Which parts of the array the tables show, if not all.
    """

    tables: tuple[tuple[Node, Table], ...]
    cell: Row | None
    note: str = ""


@dataclass(frozen=True)
class Equation:
    """How one array is computed.

    Parameters
    ----------
    matrix : Row or None
        Its formula in matrix form, where it has one.
    index : Row
        Its formula in index form.
    name : Node
        The array.
    shape : str
        Its shape: ``"N × 96"``; empty for one number.
    constants : tuple of Row
        What named constants in it are: ``β₁ = 0.9``.
    function : str
        The function in whence that computes it.
    numbers : Numbers or None
        Its numbers, if they were asked for.
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
    """A heading and what stands below it.

    Parameters
    ----------
    title : str
        The heading.
    level : int
        2 for a section, 3 for one within it.
    blocks : tuple of Block
        Paragraphs, equations and numbers.
    """

    title: str
    level: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Derivation:
    """A whole derivation.

    Parameters
    ----------
    title : str
        The network in one line.
    sections : tuple of Section
        From the network to its new parameters.
    """

    title: str
    sections: tuple[Section, ...]
