"""Text for a terminal: where a cell came from, what a parameter or a prediction is made of, and the list of arrays."""

from whence.views.text.array_list import list_arrays
from whence.views.text.biography import biography_json, biography_text
from whence.views.text.cell_names import read_cell
from whence.views.text.given import say_given
from whence.views.text.prediction_biography import prediction_json, prediction_text
from whence.views.text.why import why_json, why_text

__all__ = [
    "biography_json",
    "biography_text",
    "list_arrays",
    "prediction_json",
    "prediction_text",
    "read_cell",
    "say_given",
    "why_json",
    "why_text",
]
__dir__ = __all__.copy
