"""Formulas in mathematical notation: laid out once, then printed as LaTeX or MathML."""

from whence.views.mathematics.cell_form import cell_form
from whence.views.mathematics.latex import to_latex
from whence.views.mathematics.mathml import to_mathml
from whence.views.mathematics.matrix_form import matrix_form
from whence.views.mathematics.orientation import arrays_in_columns, formula_in_columns

__all__ = ["arrays_in_columns", "cell_form", "formula_in_columns", "matrix_form", "to_latex", "to_mathml"]
__dir__ = __all__.copy
