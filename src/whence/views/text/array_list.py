"""The list of all arrays of a trace."""

from __future__ import annotations

from whence.arguments import checks_arguments
from whence.formula import write
from whence.trace import Trace
from whence.views.texts import Language, Texts

_MAX_RULE_WIDTH = 80


@checks_arguments
def list_arrays(trace: Trace, language: Language = "en") -> str:
    """Return a table of all arrays: name, shape, and formula or origin."""
    texts = Texts("why", language)
    lines = [(texts("array"), texts("shape"), texts("formula"))]
    for name, array in trace.items():
        formula = trace.formulas.get(name)
        phase = trace.origins[name].phase
        origin = write(formula) if formula is not None else texts(f"given.{phase if phase in _GIVEN else 'kept'}")
        lines.append((name, " × ".join(map(str, array.shape)) or texts("one number"), origin))
    name_width, shape_width = (max(len(line[column]) for line in lines) for column in (0, 1))
    rows = [f"{name:<{name_width}}  {shape:<{shape_width}}  {origin}" for name, shape, origin in lines]
    return "\n".join([rows[0], "─" * min(_MAX_RULE_WIDTH, max(map(len, rows))), *rows[1:]])


_GIVEN = ("data", "parameter", "setting", "forward")
