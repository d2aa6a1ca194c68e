"""JavaScript as the language of loops."""

from __future__ import annotations

import math
from collections.abc import Sequence

from whence.interop.programs.loops import Dialect
from whence.interop.programs.sizes import Length
from whence.nn.activations.erf import DENOMINATOR_64, NUMERATOR_64

_NAMES = {"max0": "Math.max", "min0": "Math.min", "maximum": "Math.max", "minimum": "Math.min", "^": "Math.pow"}
HELPERS = {
    "sigmoid": "function sigmoid(value) {\n    return 1 / (1 + Math.exp(-value));\n}",
    "erf": f"""// The error function, x P(x²) / Q(x²), which JavaScript lacks.
function erf(value) {{
    const x = Math.min(Math.max(value, -5.92), 5.92);
    const horner = (coefficients) => coefficients.reduceRight((sum, each) => sum * x * x + each, 0);
    const numerator = {[*NUMERATOR_64]};
    const denominator = {[*DENOMINATOR_64]};
    return Math.min(Math.max((x * horner(numerator)) / horner(denominator), -1), 1);
}}""",
}


class JavaScriptDialect(Dialect):
    """JavaScript, with arrays in one row, the last axis fastest."""

    infinity, whole, equals, differs = "Infinity", "let", "===", "!=="

    def __init__(self) -> None:
        self.helpers: set[str] = set()

    def number(self, value: float) -> str:
        if not math.isfinite(value):
            return "Infinity" if value > 0 else "-Infinity"
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))

    def declared(self, name: str, value: str) -> str:
        return f"let {name} = {value};"

    def call(self, function: str, operands: Sequence[str]) -> str:
        if function in HELPERS:
            self.helpers.add(function)
            return f"{function}({operands[0]})"
        zero = ["0"] if function in ("max0", "min0") else []
        return f"{_NAMES.get(function, f'Math.{function}')}({', '.join([*zero, *operands])})"

    def as_number(self, code: str) -> str:
        return f"Number({code})" if " < " in code or "=" in code or ">" in code else code

    def entry(self, name: str, places: Sequence[str], sizes: Sequence[Length]) -> str:
        if not places:
            return name
        code, *others = places
        for place, size in zip(others, sizes[1:], strict=True):
            code = f"({code})" if " + " in code or " - " in code else code
            code = f"{code} * {size} + {place}" if place != "0" else f"{code} * {size}"
        return f"{name}[{code}]"

    def quotient(self, place: str, divisor: int) -> str:
        return f"Math.floor({place} / {divisor})"

    def as_place(self, code: str) -> str:
        return code
