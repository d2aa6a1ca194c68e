"""The grade of a learner's program: as text for a terminal, as a page to hand back, and of a class as a table."""

from whence.views.graded.as_html import grade_html
from whence.views.graded.as_text import grade_text
from whence.views.graded.class_table import class_csv, class_table

__all__ = ["class_csv", "class_table", "grade_html", "grade_text"]
__dir__ = __all__.copy
