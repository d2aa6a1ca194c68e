"""A learner's own program: the arrays that it saved are recognised, and held against the same training step here."""

from whence.own_program.comparison import Comparison, Finding
from whence.own_program.given import Given, learning_rate_in
from whence.own_program.grading import Grade, GradedArray, WrongCell, grade
from whence.own_program.layouts import Layout
from whence.own_program.program_step import ProgramStep, program_step

__all__ = [
    "Comparison",
    "Finding",
    "Given",
    "Grade",
    "GradedArray",
    "Layout",
    "ProgramStep",
    "WrongCell",
    "grade",
    "learning_rate_in",
    "program_step",
]
__dir__ = __all__.copy
