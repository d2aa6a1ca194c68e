"""The cells of tables in double, from which inputs in single precision are computed.

A date is a large number of days, and other numbers may be large beside their differences too: they are as exact in
single precision as in training only once their mean is taken off.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whence.formula import Formula
from whence.formula.expressions import Call
from whence.interop.programs.in_c.dialect import SINGLE
from whence.interop.programs.program import Program


def with_cells_in_double(program: Program) -> Program:
    """Return a program in single precision whose raw inputs are in double, if they are from a table."""
    if program.table is None or program.dtype != np.float32:
        return program
    double = {program.input}
    formulas = []
    for formula in program.formulas:
        reads = {entry.array for entry in formula.sources}
        if program.input in reads:
            double |= {name for name in reads if name in program.constants}
            formula = Formula(formula.target, Call(SINGLE, (formula.expression,)))
        formulas.append(formula)
    return replace(program, formulas=tuple(formulas), double=frozenset(double))
