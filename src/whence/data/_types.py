"""The type of an array of any shape and dtype; only type checkers import this file."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
