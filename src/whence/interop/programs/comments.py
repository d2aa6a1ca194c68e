"""What a program says in comments, and how it holds many numbers: in lines of bounded width."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from whence.formula import Constant, Formula, walk, write
from whence.formula.digits import write_number
from whence.interop.programs.program import Program
from whence.nn.axes import ANY_LENGTH

WIDTH = 116


def comment(formula: Formula) -> str:
    """Return a formula as one line of text: ``a1[n, j] = max(0, z1[n, j]) + α · min(0, z1[n, j]), α = 0.2``."""
    constants = {node.name: node.value for node in walk(formula.expression) if isinstance(node, Constant)}
    said = [write(formula), *(f"{name} = {write_number(value)}" for name, value in constants.items())]
    return harmless(", ".join(said))


def harmless(text: str) -> str:
    """Return a text that ends no comment and no docstring."""
    return re.sub(r'[\\"\x00-\x1f\x7f\u2028\u2029]|\*/', "?", text)


def description(program: Program, call: str) -> list[str]:
    """Return what a program is, in paragraphs.

    Parameters
    ----------
    program : Program
        The program.
    call : str
        How it is called on a file: ``python model.py inputs.csv``.
    """
    return [
        harmless(f"A network that was trained on {program.data}: {call}"),
        "\n".join(textwrap.wrap(f"{_inputs(program)} {_answers(program)}", WIDTH)),
        "The parameters are at the end of the file; above each line of the computation is its formula.",
    ]


def _inputs(program: Program) -> str:
    if program.table is not None:
        names = harmless(", ".join(program.table.names))
        if program.table.window is None:
            return f"A sample is a row of a table with the columns {names}."
        order = f", in the order of {harmless(program.table.time.name)}" if program.table.time else ""
        rows = f"{program.table.window} consecutive rows of a table with the columns {names}{order}"
        return f"A sample is {rows}, and the answer is for what follows them."
    if program.characters:
        length = program.shapes[program.input][1]
        pieces = "" if length == ANY_LENGTH else f", read in sequences of {length} characters"
        return f"The inputs are the characters of a text{pieces}."
    shape = program.shapes[program.input][1:]
    sizes = " x ".join("T" if length == ANY_LENGTH else str(length) for length in shape) or "1"
    kind = "numbers" if program.symbols is None else f"whole numbers from 0 to {program.symbols - 1}"
    return f"A sample is a line of {sizes} {kind}, the last axis fastest, with commas or spaces between them."


def _answers(program: Program) -> str:
    if program.characters:
        return "After each, the most probable next character and the probability of every character are printed."
    over_time = " at each of its time steps" if len(program.shapes[program.output]) > 2 else ""
    if program.classes is not None:
        return f"Of each sample, the class and the probability of every class{over_time} are printed."
    return f"Of each sample, the numbers that the network predicts{over_time} are printed."


def lines_of(numbers: Iterable[str], width: int = WIDTH) -> list[str]:
    """Return numbers with commas between them, in lines that are at most so wide where they can be."""
    found, line = [], ""
    for number in numbers:
        if line and len(line) + len(number) + 2 > width:
            found.append(f"{line},")
            line = number
        else:
            line = f"{line}, {number}" if line else number
    return [*found, line] if line else found
