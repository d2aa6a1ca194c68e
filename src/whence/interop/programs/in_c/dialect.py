"""C as the language of loops, with numbers of one type, double or float."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from whence.interop.programs.loops import Dialect
from whence.interop.programs.sizes import Length

_NAMES = {"abs": "fabs", "max0": "fmax", "min0": "fmin", "maximum": "fmax", "minimum": "fmin", "^": "pow"}
QUANTISED = "quantised"
"""The function that rounds a number to one from −127 to 127."""
SINGLE = "single"
"""The function that rounds a number to single precision."""
_OWN = ("sigmoid", "sign", QUANTISED)


class CDialect(Dialect):
    """C99.

    Parameters
    ----------
    dtype : dtype
        The type of numbers.
    """

    infinity, whole, equals, differs = "INFINITY", "int", "==", "!="

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.real, self.suffix = ("float", "f") if dtype == np.float32 else ("double", "")
        self.helpers: set[str] = set()

    def number(self, value: float) -> str:
        if not math.isfinite(value):
            return "INFINITY" if value > 0 else "-INFINITY"
        text = f"{float(value):.9g}" if self.real == "float" else repr(float(value))
        return f"{text if '.' in text or 'e' in text else text + '.0'}{self.suffix}"

    def declared(self, name: str, value: str) -> str:
        return f"{self.real} {name} = {value};"

    def call(self, function: str, operands: Sequence[str]) -> str:
        if function == SINGLE:
            return f"(float)({operands[0]})"
        if function in _OWN:
            self.helpers.add(function)
            return f"{function}({operands[0]})"
        zero = [self.number(0)] if function in ("max0", "min0") else []
        return f"{_NAMES.get(function, function)}{self.suffix}({', '.join([*zero, *operands])})"

    def declared_whole(self, name: str) -> str:
        return f"int32_t {name} = 0;"

    def as_number(self, code: str) -> str:
        return f"({self.real}){code}"

    def entry(self, name: str, places: Sequence[str], sizes: Sequence[Length]) -> str:
        return name + "".join(f"[{place}]" for place in places or "0")

    def quotient(self, place: str, divisor: int) -> str:
        return f"{place} / {divisor}"

    def as_place(self, code: str) -> str:
        return f"(int){code}"

    def helper_functions(self) -> list[str]:
        """Return the functions that formulas need and C lacks."""
        real, one = self.real, self.number(1)
        functions = {
            "sigmoid": f"return {one} / ({one} + exp{self.suffix}(-value));",
            "sign": f"return ({real})((value > 0) - (value < 0));",
            QUANTISED: f"return (int8_t)(value > 127 ? 127 : value < -127 ? -127 : lrint{self.suffix}(value));",
        }
        kinds = {QUANTISED: "int8_t"}
        return [
            f"static {kinds.get(name, real)} {name}({real} value) {{ {functions[name]} }}"
            for name in sorted(self.helpers)
        ]
