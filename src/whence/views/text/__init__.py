"""Text for a terminal: where a cell, a parameter, a prediction or an infinity came from, suspects, and the arrays."""

from whence.views.text.array_list import list_arrays
from whence.views.text.autopsy import autopsy_json, autopsy_text
from whence.views.text.biography import biography_json, biography_text
from whence.views.text.cell_names import read_cell
from whence.views.text.given import say_given
from whence.views.text.prediction_biography import prediction_json, prediction_text
from whence.views.text.suspects import suspects_csv, suspects_json, suspects_text
from whence.views.text.why import why_json, why_text

__all__ = [
    "autopsy_json",
    "autopsy_text",
    "biography_json",
    "biography_text",
    "list_arrays",
    "prediction_json",
    "prediction_text",
    "read_cell",
    "say_given",
    "suspects_csv",
    "suspects_json",
    "suspects_text",
    "why_json",
    "why_text",
]
__dir__ = __all__.copy
