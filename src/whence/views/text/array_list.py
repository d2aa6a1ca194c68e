"""The arrays of a trace as a table, for someone who asks what there is."""

from __future__ import annotations

from whence.formula import write
from whence.trace import Trace

_RULE = 80


def list_arrays(trace: Trace) -> str:
    """Return a line for each array: its name, its shape, and its formula or where it was given."""
    lines = [("array", "shape", "made by")]
    for name, array in trace.items():
        formula = trace.formulas.get(name)
        made = write(formula) if formula is not None else f"given: {_GIVEN.get(trace.origins[name].phase, 'kept')}"
        lines.append((name, " × ".join(map(str, array.shape)) or "one number", made))
    name_width, shape_width = (max(len(line[column]) for line in lines) for column in (0, 1))
    rows = [f"{name:<{name_width}}  {shape:<{shape_width}}  {made}" for name, shape, made in lines]
    return "\n".join([rows[0], "─" * min(_RULE, max(map(len, rows))), *rows[1:]])


_GIVEN = {"data": "data", "parameter": "parameter", "setting": "setting", "forward": "drawn in the forward pass"}
