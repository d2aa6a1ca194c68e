"""The derivation of a training step: all formulas from the inputs to the new parameters."""

from whence.views.derivation.as_html import as_html
from whence.views.derivation.as_latex import as_latex
from whence.views.derivation.as_markdown import as_markdown
from whence.views.derivation.as_text import as_text
from whence.views.derivation.derive import derive
from whence.views.derivation.exercise import derive_exercise
from whence.views.derivation.outline import Derivation

__all__ = ["Derivation", "as_html", "as_latex", "as_markdown", "as_text", "derive", "derive_exercise"]
__dir__ = __all__.copy
