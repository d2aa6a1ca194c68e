"""Grading: what is right in a program, its first wrong cell, and the likely slip."""

from whence.own_program.grading.grade_program import grade
from whence.own_program.grading.grades import Grade, GradedArray, WrongCell

__all__ = ["Grade", "GradedArray", "WrongCell", "grade"]
__dir__ = __all__.copy
