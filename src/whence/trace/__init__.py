"""Traces: one training step recorded whole, so that every number can say where it came from."""

from whence.trace.record import trace
from whence.trace.trace import LayerInfo, Origin, Step, Trace, TracedCell, load_traces, save_traces

__all__ = ["LayerInfo", "Origin", "Step", "Trace", "TracedCell", "load_traces", "save_traces", "trace"]
__dir__ = __all__.copy
