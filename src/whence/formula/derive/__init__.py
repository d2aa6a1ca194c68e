"""Differentiation of index formulas: gradients derived from forward formulas, with the derivation."""

from whence.formula.derive.backward import with_backward
from whence.formula.derive.closing import in_terms_of, put, same
from whence.formula.derive.gradients import Gradient, Share, gradients

__all__ = ["Gradient", "Share", "gradients", "in_terms_of", "put", "same", "with_backward"]
__dir__ = __all__.copy
