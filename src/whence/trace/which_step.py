"""Which step a trace is of, in words."""

from __future__ import annotations

from whence.trace.trace import Trace
from whence.wording import samples_text


def which_step(trace: Trace) -> str:
    """Return which step a trace is of, on which samples, with which learning rate; empty if that is not known.

    ``description["data"]`` says it: the ``name`` of the data, their ``samples``, and what the ``step`` is called.
    """
    data = trace.description.get("data") or {}
    if not {"name", "samples"} <= data.keys():
        return ""
    called = data.get("step", f"step {float(trace['t']):g}")
    return f"{called}, on {samples_text(data['samples'])} of {data['name']}, with the learning rate {trace['η']:g}"
